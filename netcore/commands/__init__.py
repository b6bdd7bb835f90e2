"""The commands of the command line, a file each, and what they share: recipes, models, data.

A command module has `add(commands)`, which makes its parser, and a function that does the work: it
takes the parsed options, prints for people, and returns the object that `--json` prints.
"""

import os
from pathlib import Path

import dataset
from dataset.variants import augment
from netcore.model import load
from netcore.recipe import Recipe, RecipeError, parse_setting

# Where streamlit_app.py, pages/ and models/ lie: a clone's root, or what a wheel makes of it.
HOME = Path(__file__).resolve().parents[2]
if (HOME / "mnist_playground").is_dir():
    HOME /= "mnist_playground"
MODELS = HOME / "models"


def command(commands, name, function, text):
    """A parser for `python -m netcore NAME`; `function` does the work."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object as the last line of the output",
    )
    return parser


def add_recipe(parser, default="seed"):
    """--recipe and --set, for `read_recipe`."""
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
        help="settings other than the recipe's, such as lr=0.05 epochs=3 "
        "train_images=5000 hidden=256,128 activation=Tanh dropout=0.2 optimizer=adam "
        "dataset=NAME|FILE.csv",
    )


def add_threads(parser):
    parser.add_argument(
        "--threads",
        type=int,
        choices=(1, 2),
        default=min(2, os.cpu_count() or 1),
        help="changes the speed, not the result (default: %(default)s)",
    )


def recipe_names():
    return ", ".join(sorted(path.stem for path in (MODELS / "recipes").glob("*.json")))


def read_recipe(options):
    """The recipe of --recipe and --set → (recipe, changes); a model's file gives its history."""
    name = options.recipe
    path = MODELS / "recipes" / f"{name}.json"
    if not path.is_file():
        path = Path(name)
    try:
        text = path.read_bytes()
    except OSError as error:
        message = f"there is no recipe {name!r}: use {recipe_names()}, or a JSON file"
        raise RecipeError(message) from error
    recipe, changes = Recipe.from_run(text)
    for setting in options.set:
        recipe = parse_setting(recipe, setting)
    return recipe, changes


def speed_and_looks(options):
    """What else a trainer is told: the number of threads, and how to augment."""
    return {"threads": options.threads, "augment": augment.build}


def read_data(recipe):
    """(images, labels) of the training, validation and test split."""
    splits = dataset.load(recipe.dataset).splits.values()
    return [(split.images, split.labels) for split in splits]


def read_model(name):
    path = MODELS / f"{name}.json"
    return load(path if path.is_file() else name)
