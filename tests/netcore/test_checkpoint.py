"""Checkpoints: a run goes on from one as if nothing had happened, and can go back to any."""

import numpy as np
import pytest

from netcore import Recipe, RecipeError, Trainer
from netcore.recipe import dense_layers
from tests.netcore.speed.test_parallel import CONVOLUTIONAL, IMAGES, TARGETS
from tests.netcore.test_extras import inversion

DATA, VALIDATION = (IMAGES, TARGETS), (IMAGES[:60], TARGETS[:60])
DENSE = Recipe(layers=dense_layers([12], dropout=0.3), batch_size=32, epochs=4, lr=0.05)
RECIPES = {
    "plain": DENSE.replace(dropout=0.0),
    "dropout": DENSE.replace(optimizer="momentum", schedule="one_cycle", weight_decay=1e-3),
    "adam and a mean": DENSE.replace(optimizer="adam", averaging=0.9, lr=0.005),
    "patience": DENSE.replace(optimizer="nesterov", patience=20, eval_every=3),
    "augmentation": DENSE.replace(augment={"invert": 0.4}, optimizer="rmsprop", lr=0.003),
    "convolutional": Recipe(
        layers=CONVOLUTIONAL, batch_size=70, epochs=4, optimizer="adamw", lr=0.01, averaging=0.8
    ),
}


def begin(recipe, changes=()):
    return Trainer(recipe, DATA, VALIDATION, changes, augment=inversion)


def walk(trainer, steps):
    for _ in range(steps):
        next(trainer)
    return trainer


def same(one, other):
    assert np.array_equal(one.network.theta, other.network.theta)
    assert np.array_equal(one.network.buffers, other.network.buffers)
    assert (one.step_count, one.images_seen) == (other.step_count, other.images_seen)


@pytest.mark.parametrize("steps", [0, 7, 10])  # before, within, and nearly after an epoch
@pytest.mark.parametrize("kind", list(RECIPES))
def test_a_run_goes_on_from_a_checkpoint_with_the_same_bits(kind, steps):
    recipe = RECIPES[kind]
    uninterrupted = begin(recipe)
    checkpoint = walk(uninterrupted, steps).state()
    resumed = begin(recipe)
    walk(resumed, 3).load_state(checkpoint)
    records, others = list(uninterrupted), list(resumed)
    same(uninterrupted, resumed)
    assert [r._replace(seconds=0) for r in records] == [r._replace(seconds=0) for r in others]


@pytest.mark.parametrize("kind", ["adam and a mean", "patience"])
def test_a_run_that_is_over_goes_on_as_if_it_had_been_longer(kind):
    """Its mean or best weights stand in for its own at the end, but only until it goes on."""
    longer = begin(RECIPES[kind].replace(epochs=6))
    list(longer)
    extended = begin(RECIPES[kind])
    list(extended)
    checkpoint = extended.state()
    extended.change(epochs=6)
    list(extended)
    restored = begin(RECIPES[kind])
    restored.load_state(checkpoint)
    restored.change(epochs=6)
    list(restored)
    same(extended, longer)
    same(restored, longer)
    replayed = begin(RECIPES[kind], extended.changes)
    list(replayed)
    same(replayed, extended)


def test_a_run_that_went_back_is_replayed_by_the_changes_of_its_own_branch():
    trainer = begin(RECIPES["dropout"])
    walk(trainer, 4).change(lr=0.2)
    checkpoint = walk(trainer, 4).state()
    trainer.change(dropout=0.6)
    walk(trainer, 5).load_state(checkpoint)
    walk(trainer, 2).change(optimizer="adam", lr=0.003, augment={"invert": 0.5})
    walk(trainer, 6).change(augment=None, batch_size=50)
    list(trainer)
    assert [step for step, _ in trainer.changes] == [4, 10, 16]
    replayed = begin(trainer.recipe, trainer.model().changes)
    list(replayed)
    same(replayed, trainer)


def test_another_optimizer_begins_with_an_empty_memory():
    trainer = walk(begin(RECIPES["dropout"]), 5)
    trainer.change(optimizer="adam")
    assert trainer.optimizer.steps == 0 and not trainer.optimizer.state.any()
    assert next(trainer).step == 6
    assert trainer.optimizer.steps == 1


def test_augmentation_can_be_turned_on_only_where_something_can_make_it():
    with pytest.raises(RecipeError, match="give the trainer `augment`"):
        Trainer(DENSE, DATA, VALIDATION).change(augment={"shift": 2})


def test_strengths_nobody_knows_are_refused_and_leave_the_run_alone():
    def picky(strengths):
        raise ValueError("unknown augmentation")

    trainer = Trainer(DENSE, DATA, VALIDATION, augment=picky)
    with pytest.raises(RecipeError, match="unknown augmentation"):
        trainer.change(augment={"x": 1}, lr=0.5)
    assert trainer.settings == DENSE and trainer.changes == []


def test_a_checkpoint_is_small_read_only_and_a_model_at_once():
    trainer = walk(begin(RECIPES["adam and a mean"]), 9)
    checkpoint = trainer.state()
    parameters = trainer.network.parameters
    assert checkpoint.nbytes == 4 * 4 * parameters  # weights, two of Adam, and the mean
    model = checkpoint.model()
    assert np.array_equal(model.theta, trainer.model().theta)
    with pytest.raises(ValueError, match="read-only"):
        model.theta[0] = 1


def test_a_checkpoint_of_another_recipe_is_refused():
    checkpoint = begin(RECIPES["plain"]).state()
    with pytest.raises(RecipeError, match="its own recipe"):
        begin(RECIPES["dropout"]).load_state(checkpoint)
