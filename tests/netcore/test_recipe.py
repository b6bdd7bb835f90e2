"""Recipes: their JSON form, their limits, and the settings of the command line."""

import json
from pathlib import Path

import pytest

from netcore import Recipe, RecipeError
from netcore.recipe import dense_layers, parse_setting

RECIPES = sorted(Path("models/recipes").glob("*.json"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_in_the_repository_is_sound_named_as_its_file_and_says_what_it_teaches(path):
    recipe, changes = Recipe.from_run(path.read_text())
    recipe.check_fit((28, 28), 10)
    assert recipe.name == path.stem
    assert len(recipe.comment) > 40
    for step, settings in changes:
        assert 0 <= step < recipe.total_steps(55_000)
        recipe = recipe.replace(**settings)


def test_a_recipe_comes_back_from_json_as_it_was():
    recipe = Recipe(
        name="mine",
        layers=dense_layers([64, 32], "Tanh", "glorot", 0.2),
        lr=0.03,
        optimizer="adam",
        schedule="cosine",
        epochs=2.5,
        train_images=1000,
        seed=9,
    )
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_json_holds_only_what_differs_from_the_defaults():
    assert set(Recipe(lr=0.3).to_json()) == {"name", "layers", "lr"}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"lr": -0.1}, "lr is -0.1: it must be a number from 0 to 1000"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"lr": "fast"}, "lr is 'fast'"),
        ({"batch_size": 2.5}, "batch_size is 2.5: it must be a whole number"),
        ({"batch_size": True}, "batch_size is True"),
        ({"epochs": None}, "epochs is None"),
        ({"optimizer": "newton"}, "optimizer is 'newton': use sgd, momentum"),
        ({"schedule": ["cosine"]}, "schedule is"),
        ({"name": 3}, "name must be a text"),
        ({"label_smoothing": 1}, "label_smoothing is 1: it must be a number from 0 to 0.9"),
        ({"clip_norm": 0}, "clip_norm is 0"),
        ({"averaging": 1}, "averaging is 1"),
        ({"patience": 0}, "patience is 0"),
        ({"augment": [2]}, "augment must be strengths by name"),
        ({"augment": {"shift": float("inf")}}, "augment must be strengths by name"),
        ({"dropout": 1.5}, r"dropout is 1.5: it must be a number in \[0, 1\)"),
        ({"colour": 1}, "unknown setting 'colour'"),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(setting, words):
    with pytest.raises(RecipeError, match=words):
        Recipe().replace(**setting)


def test_settings_of_the_command_line_reach_the_recipe():
    recipe = Recipe(layers=dense_layers([128]))
    for setting in (
        "lr=0.02",
        "optimizer=adam",
        "hidden=64,32",
        "activation=Tanh",
        "initializer=glorot",
        "dropout=0.25",
        "train_images=null",
    ):
        recipe = parse_setting(recipe, setting)
    assert (recipe.lr, recipe.optimizer, recipe.train_images) == (0.02, "adam", None)
    assert recipe.layers == dense_layers([64, 32], "Tanh", "glorot", 0.25)


@pytest.mark.parametrize("text", ["lr", "hidden=a,b", "activation=Relu", "lr=quick", "hidden=0"])
def test_a_setting_that_makes_no_sense_is_refused(text):
    with pytest.raises(RecipeError):
        parse_setting(Recipe(), text).check_fit((28, 28), 10)


def test_a_run_carries_recipe_and_changes():
    text = json.dumps({"recipe": Recipe(lr=0.2).to_json(), "changes": [[5, {"lr": 0.1}]]})
    assert Recipe.from_run(text) == (Recipe(lr=0.2), [[5, {"lr": 0.1}]])


@pytest.mark.parametrize(
    "text", ["{", "[]", "3", '{"layers": 3}', "[" * 100_000, '{"recipe": {}, "changes": [3]}']
)
def test_text_that_is_no_recipe_is_refused(text):
    with pytest.raises(RecipeError):
        Recipe.from_run(text)


@pytest.mark.parametrize(
    ("settings", "steps", "epochs"),
    [
        (["epochs=1"], None, 1),
        (["steps=50"], 50, 7),
        (["epochs=2", "steps=50"], 50, 2),
        (["steps=50", "epochs=0.5"], None, 0.5),
        (["lr=0.1"], 300, 7),
    ],
)
def test_epochs_that_are_set_replace_the_steps_of_a_recipe(settings, steps, epochs):
    recipe = Recipe(steps=300, epochs=7)
    for setting in settings:
        recipe = parse_setting(recipe, setting)
    assert (recipe.steps, recipe.epochs) == (steps, epochs)
