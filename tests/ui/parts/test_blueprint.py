"""Networks that a few knobs describe: there and back, and always of a size that fits the images."""

import itertools

import pytest

from netcore import Recipe
from netcore.network import plan
from ui.parts.blueprint import Blueprint
from ui.session import shared

BLUEPRINTS = [
    Blueprint(blocks, channels, kernel, hidden, activation, initializer, dropout)
    for blocks, (channels, kernel), hidden, (activation, initializer, dropout) in itertools.product(
        range(4), [(4, 3), (16, 5)], [(), (32,), (64, 16)],
        [("ReLU", "he", 0.0), ("Tanh", "glorot", 0.25)],
    )
]  # fmt: skip


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_every_blueprint_fits_mnist_and_is_found_again_in_its_layers(blueprint):
    found = Blueprint.of(blueprint.layers())
    assert found.layers() == blueprint.layers()
    if blueprint.convolutions and blueprint.hidden:  # else the window or dropout has no meaning
        assert found == blueprint


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_it_can_be_trained_on_images_of_28_by_28(blueprint):
    assert plan(blueprint.layers(), (28, 28))[-1].output_shape == (10,)
    Recipe(layers=blueprint.layers()).check_fit((28, 28), 10)


def test_later_blocks_have_twice_the_channels():
    convolutions = [e for e in Blueprint(3, 8).layers() if isinstance(e, dict) and "kernel" in e]
    assert [entry["out_channels"] for entry in convolutions] == [8, 16, 32]


@pytest.mark.parametrize(
    ("recipe", "blueprint"),
    [
        ("fast", Blueprint(hidden=(64,))),
        ("dense", Blueprint(hidden=(512,), dropout=0.2)),
        ("lenet", Blueprint(2, 20, 5, (100,))),
        ("best", None),
    ],
)
def test_the_recipes_that_have_a_blueprint_are_recognised(recipe, blueprint):
    assert Blueprint.of(shared.recipes()[recipe].layers) == blueprint


@pytest.mark.parametrize(
    "spec",
    [
        ["LogSoftmax"],
        ["Flatten", {"layer": "Dense"}, "LogSoftmax"],
        [{"layer": "Conv2d", "out_channels": 4, "stride": 2}, "MaxPool2d", "ReLU",
         *Blueprint().layers()],
        [{"layer": "Conv2d", "out_channels": 4, "kernel": [3, 5]}, "MaxPool2d", "ReLU",
         *Blueprint().layers()],
        Blueprint(hidden=(8,) * 5).layers(),
    ],
)  # fmt: skip
def test_other_networks_have_none(spec):
    assert Blueprint.of(spec) is None
