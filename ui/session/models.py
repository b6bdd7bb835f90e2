"""The models a visitor can use: the shipped ones, the one in training, and their own.

Their own were saved on Train or opened from a file; they stay in the session.
"""

import itertools
from collections.abc import Iterable
from types import MappingProxyType

import streamlit as st

import netcore
from netcore import Model, ModelError, RecipeError
from ui.parts.upload import Upload
from ui.session import datasets, shared, state
from ui.session.state import Key

MODELS = Key("_models", MappingProxyType({}), kept=True)  # the visitor's own: name → netcore.Model
MOST_MODELS = 6  # then the oldest is dropped
IN_TRAINING = "in training"  # the name of the network that is learning
FILE = Upload(
    "_model_file",
    "A model that you downloaded from Train or Runs, or trained on the command line",
    ("json",),
    "The model stays in your session and is deleted with it.",
    ModelError,
    64,
)


def models() -> dict[str, Model]:
    """All of them by name; the first is the default."""
    snapshot = training_snapshot()
    training = {IN_TRAINING: snapshot} if snapshot else {}
    return {**shared.shipped_models(), **training, **MODELS.get()}


def check(model: Model) -> None:
    """ModelError, a sentence, if the model cannot read a drawing."""
    digits = datasets.dataset("mnist")  # drawings become images of this dataset's kind
    if tuple(model.input_shape) != digits.image_shape:
        takes, has = (" × ".join(map(str, s)) for s in (model.input_shape, digits.image_shape))
        raise ModelError(
            f"This model takes input of {takes}, but a drawing has {has} pixels: choose a model "
            "that was trained on images of that size."
        )
    try:
        model.recipe.replace(layers=model.spec).check_fit(digits.image_shape, len(digits.classes))
    except RecipeError as error:
        raise ModelError(f"This model cannot tell ten digits apart: {error}.") from error


def choose() -> str:
    """A select box of all models and a box to open a file; returns the name of the chosen one."""
    name = st.selectbox(
        "Model",
        list(models()),
        width=280,
        help="The model that reads your drawing: one that comes with the app, the one you are "
        "training, or one of your own.",
        **state.MODEL.bound,
    )
    st.caption(describe(models()[name]))
    FILE.show(st.expander, "Open a model from a file", _open)
    return name


def _open(file) -> None:
    """Read a model and choose it. Raises `ModelError`."""
    model = netcore.loads(file.getvalue(), file.name)
    check(model)
    state.MODEL.set(save_model(model, shared.shipped_models()))


def describe(model: Model) -> str:
    """Its size and its test score, in a few words."""
    parts = [f"{len(model.theta):,} parameters"]
    accuracy = model.scores.get("test_accuracy")
    if accuracy is not None and 0 <= accuracy <= 1:
        parts.append(f"{accuracy:.1%} of the test images correct")
    return ", ".join(parts)


def save_model(model: Model, taken: Iterable[str]) -> str:
    """Keep a model for this session; returns the name it gets, which is none of `taken`."""
    own, base = MODELS.get(), model.name.strip() or "custom"
    names = (base if n == 1 else f"{base} {n}" for n in itertools.count(1))
    name = next(name for name in names if name not in {IN_TRAINING, *taken, *own})
    MODELS.set(dict([*own.items(), (name, model)][-MOST_MODELS:]))
    return name


def training_snapshot() -> Model | None:
    """The network in training as it is now; None without a job in this session."""
    job = state.JOB.get()
    return job.model() if job else None
