"""What all visitors share: shipped models and recipes, the cores, the queue of sweeps."""

import sys

import streamlit as st

import dataset
import netcore
from netcore.commands import MODELS
from netcore.confidence import subspaces
from netcore.confidence.subspaces import Subspaces
from netcore.layers.base import Shape
from ui.jobs import sweeps
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool
from ui.session import datasets

RECIPES = MODELS / "recipes"
SIMPLEST_FIRST = ("fast", "seed", "linear", "memorize", "vanishing", "dense", "lenet")

SWITCH = 0.0005  # seconds a page waits for Python's lock, which it takes for each of its messages


@st.cache_resource(show_spinner="Opening the models …")
def shipped_models() -> dict[str, netcore.Model]:
    """The repository's models by name, the best on validation first. Shared and read-only."""
    models = {path.stem: netcore.load(path) for path in sorted(MODELS.glob("*.json"))}
    return dict(sorted(models.items(), key=lambda item: -item[1].scores["validation_accuracy"]))


def own_subspaces(model: netcore.Model) -> Subspaces | None:
    """What the images look like that a calibrated model was trained on, to tell them from others.

    None for a model that was never calibrated, or if its dataset is not open here or does not fit.
    """
    name = model.recipe.dataset
    if model.certainty is None:
        return None
    try:
        train = datasets.dataset(name).train
        if name in dataset.names():
            return _subspaces(name, model.input_shape, model.output_shape, model)
        return subspaces.of_model(model, train.images, train.labels)
    except (dataset.DataError, netcore.InputError):
        return None  # `CalibratedClassifier.lacks_images`, which the answer tells


@st.cache_resource(show_spinner=False, max_entries=4)
def _subspaces(name: str, input_shape: Shape, output_shape: Shape, _model) -> Subspaces:
    """Of a dataset of the repository. Shared by models of one input and output, and read-only."""
    train = datasets.dataset(name).train
    return subspaces.of_model(_model, train.images, train.labels)


@st.cache_resource(show_spinner=False)
def _shipped_runs() -> dict[str, tuple[netcore.Recipe, list]]:
    """Recipes and their changes during training, by name, the simplest first."""
    found = {
        path.stem: netcore.Recipe.from_run(path.read_text()) for path in RECIPES.glob("*.json")
    }
    names = [*SIMPLEST_FIRST, *sorted(found.keys() - {*SIMPLEST_FIRST})]
    return {name: found[name] for name in names if name in found}


def recipes() -> dict[str, netcore.Recipe]:
    """The recipes of the repository by name, the simplest first."""
    return {name: recipe for name, (recipe, _) in _shipped_runs().items()}


def changes_of(name: str) -> list:
    """The changes during training that the recipe of this name asks for."""
    return _shipped_runs()[name][1] if name in _shipped_runs() else []


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """The cores of this process, shared by the runs of all visitors."""
    sys.setswitchinterval(SWITCH)
    return Pool(Limits.from_environment())


@st.cache_resource(show_spinner=False)
def sweep_queue() -> sweeps.SweepQueue:
    """The queue in which the sweeps of all visitors wait for their turn."""
    return sweeps.SweepQueue(sweeps.Bounds.from_environment())
