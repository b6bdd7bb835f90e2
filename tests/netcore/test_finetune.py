"""A network is taught a new way of writing and keeps what it knew."""

import numpy as np
import pytest

import dataset
import netcore
from netcore import Divergence, finetune

FORGOTTEN = 0.012  # the most that validation may lose to sevens with a bar


@pytest.fixture(scope="module")
def data():
    return dataset.load("mnist")


@pytest.fixture(scope="module")
def model():
    return netcore.load("models/seed.json")


def crossed(split):
    """Sevens with a bar, as much of Europe writes them, and the images without a bar."""
    images = split.images[split.labels == 7].copy()
    images[:, 13:15, 6:20] = np.maximum(images[:, 13:15, 6:20], 230)
    return images


def learn(model, data, examples, **settings):
    network = model.network()

    def moved(which, rng):  # new looks: one pixel to and fro
        return np.stack([np.roll(examples[i], rng.integers(-1, 2, 2), (0, 1)) for i in which])

    sevens = np.full(len(examples), 7)
    rehearsal = data.train.images, data.train.labels
    return network, list(finetune.finetune(network, moved, sevens, rehearsal, **settings))


def share_read(network, images, targets):
    return (network.log_probs(images).argmax(axis=1) == targets).mean()


def test_five_crossed_sevens_teach_crossed_sevens_and_the_rest_is_kept(model, data):
    unseen, validation = crossed(data.validation), data.validation
    before = model.network()
    network, _ = learn(model, data, crossed(data.train)[:5])
    assert share_read(before, unseen, 7) < 0.4
    assert share_read(network, unseen, 7) > 0.8
    lost = share_read(before, validation.images, validation.labels) - share_read(
        network, validation.images, validation.labels
    )
    assert lost < FORGOTTEN


def test_without_rehearsal_it_would_forget(model, data):
    network, _ = learn(model, data, crossed(data.train)[:5], share=1.0)
    assert share_read(network, data.validation.images, data.validation.labels) < 0.9


def test_the_same_seed_gives_the_same_weights_and_another_one_others(model, data):
    first, again, other = (
        learn(model, data, crossed(data.train)[:3], steps=5, seed=seed)[0].theta
        for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).any()


def test_lessons_tell_how_far_they_are(model, data):
    _, lessons = learn(model, data, crossed(data.train)[:1], steps=3)
    assert [(lesson.step, lesson.steps) for lesson in lessons] == [(1, 3), (2, 3), (3, 3)]


def test_lessons_that_run_away_say_so(model, data):
    with pytest.raises(Divergence):
        learn(model, data, crossed(data.train)[:1], lr=1e6)


def test_the_model_before_is_left_as_it_was_and_the_new_one_says_what_happened(model, data):
    theta = model.theta.copy()
    network, _ = learn(model, data, crossed(data.train)[:2], steps=2)
    after = finetune.as_model(model, network, "Taught 2 drawings.", {"validation_accuracy": 0.9})
    assert (model.theta == theta).all() and (after.theta == network.theta).all()
    assert after.recipe.comment.endswith("Taught 2 drawings.")
    assert after.scores == {"validation_accuracy": 0.9}
    assert (netcore.loads(after.dumps()).theta == after.theta).all()


def test_running_means_learn_too():
    spec = ["Flatten", {"layer": "Dense", "out_features": 10}, "BatchNorm", "LogSoftmax"]
    network = netcore.Network(spec, (28, 28))
    before = network.buffers.copy()
    x, y = np.full((4, 28, 28), 9, np.uint8), np.arange(4)
    list(finetune.finetune(network, lambda which, rng: x[which], y, (x, y), steps=2))
    assert (network.buffers != before).any()
