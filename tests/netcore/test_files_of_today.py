"""Files that were saved by earlier versions still open: recipes, runs and models."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import dataset
from dataset.variants import augment
from netcore import Recipe, Trainer, load
from netcore.layers import LAYERS

FILES = Path(__file__).parent / "files"
MODELS = sorted(Path("models").glob("*.json"))


def test_a_recipe_file_with_every_key_is_read_and_written_as_it_was():
    text = (FILES / "recipe.json").read_text()
    recipe, changes = Recipe.from_run(text)
    assert changes == []
    assert set(json.loads(text)) <= {field.name for field in dataclasses.fields(Recipe)}
    layers = {entry if isinstance(entry, str) else entry["layer"] for entry in recipe.layers}
    assert len(layers) == 12 and layers <= set(LAYERS)
    recipe.check_fit((28, 28), 10)
    assert Recipe.from_json(recipe.to_json()) == recipe
    (setting,) = {key for key, value in json.loads(text).items() if key not in recipe.to_json()}
    assert setting == "dataset", "which is the default"


def test_a_run_file_is_replayed_with_its_changes():
    recipe, changes = Recipe.from_run((FILES / "run.json").read_text())
    data = dataset.load("mnist")
    train, validation = (
        (split.images[:600], split.labels[:600]) for split in (data.train, data.validation)
    )
    trainer = Trainer(recipe, train, validation, changes, augment=augment.build)
    assert len(list(trainer)) == 12
    assert trainer.changes == [tuple(change) for change in changes]


def test_a_model_of_format_version_1_is_read():
    model = load(FILES / "model_version_1.json")
    assert model.name == "two pixels"
    np.testing.assert_allclose(
        model.network().predict(np.array([[255, 0], [0, 255]], np.uint8)),
        [[0.880797, 0.119203], [0.268941, 0.731059]],
        rtol=1e-5,
    )


def test_the_four_shipped_models_are_there():
    assert [path.stem for path in MODELS] == ["best", "dense", "lenet", "seed"]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_shipped_model_opens_and_is_a_recipe_too(path):
    model, test = load(path), dataset.load("mnist").test
    answers = model.network().log_probs(test.images[:500]).argmax(axis=1)
    assert np.mean(answers == test.labels[:500]) > 0.97
    assert model.certainty is not None
    assert Recipe.from_run(path.read_text()) == (model.recipe, model.changes)
    model.recipe.check_fit(model.input_shape, 10)
