"""The models a visitor can use: the shipped ones, the one in training, and their own.

Their own were saved on Train or opened from a file; they stay in the session.
"""

import itertools
from collections.abc import Iterable
from types import MappingProxyType

import numpy as np
import streamlit as st

import netcore
from dataset import Dataset
from dataset.splits import CLASSES, noun
from dataset.splits import MAX_SIDE as SIDE
from dataset.variants import frame
from netcore import Model, ModelError, RecipeError
from netcore.network import plan
from ui.parts.upload import Upload
from ui.parts.wording import class_word, plural, size
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


def chosen() -> str:
    """The name of the model that `choose` will show, before it is called."""
    name, known = state.MODEL.asked, models()
    return name if name in known else next(iter(known))


def check(model: Model) -> None:
    """ModelError, a sentence, if the model does not classify images."""
    *channels, height, width = (0, *model.input_shape)[-3:]
    if len(model.input_shape) < 2 or channels not in ([0], [3]) or max(height, width) > SIDE:
        takes = " × ".join(map(str, model.input_shape))
        raise ModelError(
            f"This model takes input of {takes}, but images have up to {SIDE} × {SIDE} pixels in "
            "one or three channels: choose a model that was trained on images of such a size."
        )
    try:
        model.recipe.replace(layers=model.spec).check_fit(model.input_shape, 2)
    except RecipeError as error:
        raise ModelError(f"This model cannot tell images apart: {error}.") from error


def drawable(model: Model) -> bool:
    """Whether it can read drawings: images in one channel."""
    return len(model.input_shape) == 2


def names(model: Model) -> tuple[str, ...]:
    """What its outputs (K,) stand for: its classes, else those of its dataset, else numbers."""
    outputs = plan(model.spec, model.input_shape)[-1].output_shape[0]
    data = None if model.classes else data_of(model)
    known = (data.classes if data else model.classes)[:outputs]
    return (*known, *map(str, range(len(known), outputs)))


def reads_digits(model: Model) -> bool:
    """Whether it reads drawings of the ten digits, and so numbers of several."""
    return drawable(model) and names(model) == CLASSES


def data_of(model: Model) -> Dataset | None:
    """The dataset that it was trained on; None if that is not open here."""
    data = datasets.open_dataset(model.recipe.dataset)
    fits = data is not None and data.image_shape == tuple(model.input_shape)
    return data if fits else None


def fit(model: Model, images: np.ndarray) -> np.ndarray:
    """Drawings (…, 28, 28) uint8 as this model takes them, (…, H, W): as large as its dataset's."""
    data = data_of(model)
    share = _ink_share(data) if data else frame.SHARE
    return frame.fit(images, model.input_shape, share)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Dataset: lambda data: data.name})
def _ink_share(data: Dataset) -> float:
    return frame.ink_share(data.train.images)


def choose() -> str:
    """A select box of all models and a box to open a file; returns the name of the chosen one."""
    name = st.selectbox(
        "Model",
        list(models()),
        width=280,
        help="The model that reads what you show it: one that comes with the app, the one you are "
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
    if not reads_digits(model):
        what = plural(class_word(noun(names(model))))
        parts.append(f"reads {len(names(model))} {what} from {size(model.input_shape)}")
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
