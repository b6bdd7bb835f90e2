"""The commands of the command line, one per file, and what they share: recipes, models, data.

A command module has `add(commands)`, which makes its parser, and a function that takes the parsed
options, prints for people, and returns the object that `--json` prints.
"""

import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dataset
from dataset import DataError, Dataset
from dataset.variants import augment
from netcore.checks import InputError
from netcore.confidence import subspaces
from netcore.confidence.subspaces import Subspaces
from netcore.model import Model, load
from netcore.recipe import Recipe, RecipeError, parse_setting

Commands = _SubParsersAction  # what `ArgumentParser.add_subparsers` returns

# Where streamlit_app.py, pages/ and models/ lie: a clone's root, or what a wheel makes of it.
HOME = Path(__file__).resolve().parents[2]
if (HOME / "mnist_playground").is_dir():
    HOME /= "mnist_playground"
MODELS = HOME / "models"


def command(
    commands: Commands, name: str, function: Callable[[Namespace], Any], text: str, end: str = ""
) -> ArgumentParser:
    """Add a parser for `python -m netcore NAME`; `function` does the work.

    It may set `exit_code` of the options that it is given. `end` is the end of the help.
    """
    parser = commands.add_parser(name, help=text, description=text, epilog=end)
    parser.set_defaults(command=function, exit_code=0)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object as the last line of the output",
    )
    return parser


def add_recipe(parser: ArgumentParser, default: str = "seed") -> None:
    """Add --recipe and --set, which `read_recipe` reads."""
    parser.add_argument(
        "--recipe",
        default=default,
        metavar="NAME|FILE",
        help=f"a recipe of models/recipes ({recipe_names()}), or a JSON file: a recipe, or a "
        "saved model to train again (default: %(default)s)",
    )
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        action="extend",
        help="settings that replace those of the recipe, such as lr=0.05 epochs=3 "
        "train_images=5000 hidden=256,128 activation=Tanh dropout=0.2 optimizer=adam "
        "dataset=NAME|FOLDER|FILE.csv",
    )


def add_threads(parser: ArgumentParser) -> None:
    """Add --threads."""
    parser.add_argument(
        "--threads",
        type=int,
        choices=(1, 2),
        default=min(2, os.cpu_count() or 1),
        help="changes the speed, not the result (default: %(default)s)",
    )


def recipe_names() -> str:
    """The names of the recipes in the repository, separated by commas."""
    return ", ".join(sorted(path.stem for path in (MODELS / "recipes").glob("*.json")))


def read_recipe(options: Namespace) -> tuple[Recipe, list]:
    """The recipe of --recipe and --set, and its changes; those of a saved model are its history."""
    name = options.recipe
    path = MODELS / "recipes" / f"{name}.json"
    if not path.is_file():
        path = Path(name)
    try:
        text = path.read_bytes()
    except OSError as error:
        message = f"there is no recipe {name!r}: use {recipe_names()}, or a JSON file"
        raise RecipeError(message) from error
    try:
        recipe, changes = Recipe.from_run(text)
    except RecipeError as error:
        raise RecipeError(f"{path.name}: {error}") from error
    for setting in options.set:
        recipe = parse_setting(recipe, setting)
    return recipe, changes


def trainer_options(options: Namespace, data: Dataset) -> dict[str, Any]:
    """Further arguments of a `Trainer`: the number of threads, and how to augment."""
    return {"threads": options.threads, "augment": augment.builder(data)}


def own_subspaces(model: Model, data: dataset.Dataset | None = None) -> Subspaces | None:
    """What a calibrated model needs to reject inputs: subspaces of the images it was trained on.

    `data` is the model's own dataset, if it is loaded already.
    None for a model that was never calibrated, or if its dataset is not here, which is then said.
    """
    if model.certainty is None:
        return None
    try:
        train = (data or dataset.load(model.recipe.dataset)).train
        return subspaces.of_model(model, train.images, train.labels)
    except (DataError, InputError) as error:
        print(
            f"note: nothing but blank images is rejected, since that needs the images that "
            f"{model.name} was trained on: {error}",
            file=sys.stderr,
        )
        return None


def read_model(name: str) -> Model:
    """A model of the repository by name, or a model file."""
    path = MODELS / f"{name}.json"
    return load(path if path.is_file() else name)
