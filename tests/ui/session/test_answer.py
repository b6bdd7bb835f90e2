"""The reader of a session knows the images that its model was trained on, if they are open here."""

from dataclasses import replace

import numpy as np

import dataset
import netcore
from netcore.commands import MODELS
from netcore.confidence import subspaces
from ui.session import answer, shared

MODEL = netcore.load(MODELS / "seed.json")


def test_a_calibrated_model_gets_the_subspaces_of_its_own_dataset():
    train = dataset.load("mnist").train
    expected = subspaces.of_images(train.images, train.labels, 10)
    assert np.array_equal(shared.own_subspaces(MODEL).planes, expected.planes)
    assert not answer.Reader(MODEL).lacks_images


def test_without_its_images_the_reader_does_without_and_opens_no_file(tmp_path):
    for name in ("mine.csv 1234abcd", str(tmp_path), "pyproject.toml"):
        strange = replace(MODEL, recipe=MODEL.recipe.replace(dataset=name))
        reader = answer.Reader(strange)
        assert reader.lacks_images and not reader.calibrated
    never = replace(MODEL, certainty=None)
    assert not answer.Reader(never).lacks_images
