"""A run that diverges names its cause, and after following its advice it learns."""

import pickle

import numpy as np
import pytest

import dataset
from netcore import Divergence, Recipe, Trainer
from netcore.advice import Advice
from netcore.analysis import diagnostics
from netcore.recipe import dense_layers
from netcore.record import Record
from tests.netcore.test_trainer import RECIPE, TRAIN, VALIDATION

FAST = Recipe(layers=dense_layers([32]), optimizer="momentum", lr=0.1, schedule="one_cycle",
              train_images=2000, epochs=4)  # fmt: skip
CONV = (
    {"layer": "Conv2d", "out_channels": 8, "kernel": 5}, "MaxPool2d", "ReLU", "Flatten",
    {"layer": "Dense", "out_features": 10}, "LogSoftmax",
)  # fmt: skip
RATE = "the steps are too long"
DIVERGING = {  # recipe: settings, factor on the inputs, cause, settings that the advice changes
    "momentum": ({"lr": 1000.0}, 1, RATE, {"lr"}),
    "sgd": ({"lr": 300.0, "optimizer": "sgd", "schedule": "constant"}, 1, RATE, {"lr"}),
    "nesterov, warmed up": ({"lr": 100.0, "optimizer": "nesterov", "warmup": 0.5}, 1, RATE, {"lr"}),
    "rmsprop": ({"lr": 30.0, "optimizer": "rmsprop"}, 1, RATE, {"lr"}),
    "adam": ({"lr": 100.0, "optimizer": "adam", "schedule": "cosine"}, 1, RATE, {"lr"}),
    "three layers": ({"lr": 50.0, "layers": dense_layers([32, 32, 32])}, 1, RATE, {"lr"}),
    "a convolution": ({"lr": 1000.0, "layers": CONV, "batch_size": 50}, 1, RATE, {"lr"}),
    "eps": ({"eps": 0, "optimizer": "adam", "lr": 0.003}, 1, "eps is 0", {"eps"}),
    "eps and lr": ({"eps": 0, "optimizer": "adamw", "lr": 50.0}, 1, "eps is 0", {"eps", "lr"}),
    "eps, rmsprop": ({"eps": 0, "optimizer": "rmsprop", "lr": 1e-3}, 1, "eps is 0", {"eps"}),
    "pixels to 255": ({}, 255, "the loss was .* before any step.*the inputs reach 255", set()),
    "pixels to 1e4": ({"optimizer": "sgd"}, 1e4, "any step.*the inputs reach 1e\\+04", set()),
    "heavy weights": (
        {"layers": ("Flatten", *[{"layer": "Dense", "out_features": 64}] * 12,
                    {"layer": "Dense", "out_features": 10}, "LogSoftmax"), "lr": 0.01},
        1, "before any step.*the initial weights are too large", {"layers"},
    ),
    "momentum 0.9999": (
        {"momentum": 0.9999, "lr": 30.0, "layers": dense_layers([32], "LeakyReLU")},
        1, "adds up 10,000 steps", {"momentum", "lr"},
    ),
    "weight decay": ({"weight_decay": 10.0, "optimizer": "sgd", "lr": 0.3, "schedule": "constant"},
                     1, "weight_decay=10 outweighs", {"weight_decay"}),
}  # fmt: skip


DEAD = {  # settings, what the sentence says
    "units": ({"lr": 18.0}, "no unit of hidden layer 1 is active for any image"),
    "nearly all units": ({"lr": 5.0, "train_images": None, "epochs": 2}, "The network is dead, "),
    "the second layer": ({"lr": 3.0, "layers": dense_layers([32, 16])}, "no unit of hidden layer"),
    "weights": (
        {"optimizer": "sgd", "lr": 0.5, "weight_decay": 1.0},
        "gives nearly every image the same",
    ),
}


@pytest.fixture(scope="module")
def digits():
    """factor → training and validation data, as floats unless the factor is 1."""
    data = dataset.load("mnist")
    splits = [(s.images[:n], s.labels[:n]) for s, n in ((data.train, 2000), (data.validation, 500))]
    return lambda factor: [
        (x if factor == 1 else x / np.float32(255 / factor), targets) for x, targets in splits
    ]


@pytest.mark.parametrize(
    ("settings", "factor", "cause", "changes"), DIVERGING.values(), ids=DIVERGING
)
def test_a_diverging_recipe_names_its_cause_and_learns_with_the_advice(
    digits, settings, factor, cause, changes
):
    recipe = FAST.replace(**settings)
    with pytest.raises(Divergence, match=f"became .* at step .*: .*{cause}") as caught:
        list(Trainer(recipe, *digits(factor)))
    advice, text = caught.value.advice, str(caught.value)
    assert isinstance(advice, Advice) and set(advice.settings) == changes
    assert len(text) < 300
    if "lr" in changes:
        assert f"rate of {advice.settings['lr']:g} instead of {recipe.lr:g}" in text
    followed = Trainer(recipe.replace(**advice.settings), *digits(factor / advice.divisor))
    assert list(followed)[-1].validation_accuracy > 0.75


@pytest.mark.parametrize(("settings", "sentence"), DEAD.values(), ids=DEAD)
def test_a_run_that_ends_with_a_dead_network_says_so_and_learns_with_the_advice(
    digits, settings, sentence
):
    recipe = FAST.replace(**settings)
    trainer = Trainer(recipe, *digits(1))
    assert list(trainer)[-1].validation_accuracy < 0.2
    words, advice = diagnostics.dead_network(trainer)
    assert sentence in words and str(advice) in words and len(words) < 300
    followed = Trainer(recipe.replace(**advice.settings), *digits(1))
    assert list(followed)[-1].validation_accuracy > 0.75
    assert diagnostics.dead_network(followed) is None


def test_a_network_that_has_only_begun_to_learn_is_not_dead(digits):
    for layers in (FAST.layers, dense_layers([32], "Tanh"), dense_layers([]), CONV):
        trainer = Trainer(FAST.replace(layers=layers, steps=1), *digits(1))
        list(trainer)
        assert diagnostics.dead_network(trainer) is None


def test_the_advice_speaks_of_the_rate_that_was_set_in_the_middle_of_a_run():
    trainer = Trainer(RECIPE.replace(schedule="one_cycle"), TRAIN, VALIDATION)
    next(trainer)
    trainer.change(lr=900.0)
    with pytest.raises(Divergence, match="instead of 900"):
        list(trainer)


def test_nan_that_came_into_the_inputs_is_the_cause():
    x = TRAIN[0] / np.float32(255)
    trainer = Trainer(RECIPE, (x, TRAIN[1]), VALIDATION)
    next(trainer)
    x[trainer.batches.indices[3]] = np.nan
    with pytest.raises(Divergence, match="NaN or infinity.*finite inputs"):
        list(trainer)


def test_an_augmentation_that_makes_nan_is_the_cause():
    recipe = RECIPE.replace(augment={"shift": 1})

    def augment(strengths):
        return lambda x, targets, rng: np.full(x.shape, np.nan, np.float32)

    with pytest.raises(Divergence, match="augmentation makes NaN"):
        list(Trainer(recipe, TRAIN, VALIDATION, augment=augment))


def test_weights_that_are_lost_in_the_very_last_step_are_noticed():
    lost = Record(5, 1.0, 80, 2.3, 0.1, 1e30, 0.1, 1.0, float("nan"), 0.1)
    assert lost.diverged
    assert not lost._replace(validation_loss=5000.0).diverged
    assert not lost._replace(validation_loss=None).diverged


def test_the_text_can_be_sent_to_another_process():
    with pytest.raises(Divergence) as caught:
        list(Trainer(RECIPE.replace(lr=1000.0), TRAIN, VALIDATION))
    copied = pickle.loads(pickle.dumps(caught.value))
    assert str(copied) == str(caught.value)
