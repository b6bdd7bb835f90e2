"""The search for a learning rate tells a rate that works, and shows it."""

import numpy as np
import pytest

import dataset
from netcore import Recipe, Trainer
from netcore.recipe import dense_layers
from netcore.search import lr_find

RECIPE = Recipe(layers=dense_layers([32]), train_images=5000, batch_size=50)


@pytest.fixture(scope="module")
def mnist():
    data = dataset.load("mnist")
    return ((data.train.images, data.train.labels),
            (data.validation.images[:500], data.validation.labels[:500]))  # fmt: skip


def test_the_suggested_rate_learns_and_ten_thousand_times_less_does_not(mnist):
    search = lr_find.find(RECIPE, *mnist)
    assert 0.01 < search.suggestion < 3

    def accuracy(lr):
        *_, last = Trainer(RECIPE.replace(lr=lr, steps=100), *mnist)
        return last.validation_accuracy

    assert accuracy(search.suggestion) > 0.75
    assert accuracy(search.suggestion / 10_000) < 0.4


def test_the_search_ends_where_the_loss_explodes_and_repeats_itself(mnist):
    search, again = (lr_find.find(RECIPE, *mnist, high=1000.0) for _ in range(2))
    assert len(search.lrs) == len(search.losses) < 200
    assert search.losses[-1] > search.losses.min()
    assert np.array_equal(search.losses, again.losses)


def test_the_curve_is_drawn_as_text_with_the_suggestion_marked(mnist):
    picture = lr_find.draw(lr_find.find(RECIPE, *mnist, steps=60))
    assert "│" in picture.splitlines()[-3] or "•" in picture
    assert picture.splitlines()[-1].split()[0] == "1e-05"
    assert len({len(line) for line in picture.splitlines()}) == 1
