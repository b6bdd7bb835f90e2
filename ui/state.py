"""Every session key of the app: its name, its default, its accessor. No page invents a key.

A key of the first group belongs to a widget and to the address: `st.slider(…, **SEED.bound)` makes
the widget read `?seed=3` and write it back, and keep its value when the visitor changes the page.
The widget's own default must be the key's default. A key of the second group lives in the session
only and is read and written by `get` and `set`; if it is `kept`, it outlives a reload of the page.
"""

import itertools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import streamlit as st

from netcore import Model


@dataclass(eq=False)
class Visit:
    """What a visitor made, by session key: see `ui.visit`."""

    word: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    values: dict[str, Any] = field(default_factory=dict)
    settled: bool = False  # whether the tab has said who it was before


def visit() -> Visit:
    return st.session_state.setdefault("_visit", Visit())


def take_over(before: Visit) -> None:
    """Go on with all that another session of the same tab had."""
    st.session_state["_visit"] = before
    for name, value in before.values.items():
        st.session_state[name] = value


@dataclass(frozen=True)
class Key:
    name: str
    default: Any = None
    kept: bool = False  # whether it outlives a reload of the page

    def get(self) -> Any:
        return st.session_state.get(self.name, self.default)

    def set(self, value: Any) -> None:
        st.session_state[self.name] = value
        if self.kept:
            visit().values[self.name] = value

    def clear(self) -> None:
        st.session_state.pop(self.name, None)
        if self.kept:
            visit().values.pop(self.name, None)

    @property
    def bound(self) -> dict[str, str]:
        """Arguments that tie a widget to this key and to the address."""
        return {"key": self.name, "bind": "query-params"}


# In the address
DATASET = Key("dataset", "mnist")
SPLIT = Key("split", "train")
DIGIT = Key("digit")  # None: every digit
SEED = Key("seed", 0)  # 0: the order of the file
SHEET = Key("sheet", 1)  # which sheet of images Explore shows
IMAGE = Key("image")  # position of the chosen image in its split; None: the first of the sheet
SECTION = Key("section", "Browse")
SCALE = Key("scale", "0 … 255")  # how Explore writes pixel values
MODEL = Key("model")  # who reads on Draw; None: the most accurate of the shipped ones

# In the address: the recipe on Train. Defaults are those of the chosen recipe
RECIPE = Key("recipe", "fast")
CONVOLUTIONS = Key("conv")
CHANNELS = Key("channels")
KERNEL = Key("kernel")
DEPTH = Key("depth")
WIDTHS = (Key("width1"), Key("width2"), Key("width3"), Key("width4"))
ACTIVATION = Key("activation")
INITIALIZER = Key("initializer")
DROPOUT = Key("dropout")
OPTIMIZER = Key("optimizer")
LR = Key("lr")
MOMENTUM = Key("momentum")
WEIGHT_DECAY = Key("decay")
SCHEDULE = Key("schedule")
WARMUP = Key("warmup")
BATCH_SIZE = Key("batch")
LENGTH = Key("length")
EPOCHS = Key("epochs")
STEPS = Key("steps")
TRAIN_IMAGES = Key("images")
RUN_SEED = Key("run_seed")
LABEL_SMOOTHING = Key("smoothing")
CLIP_NORM = Key("clip")  # 0: gradients are taken as they are
AVERAGING = Key("averaging")
PATIENCE = Key("patience")  # 0: no early stop
AUGMENT = {
    name: Key(f"aug_{name}")
    for name in ("shift", "rotation", "scale", "shear", "elastic", "thickness", "noise")
}
PANELS = Key("panels", ("Curves", "First layer"))  # open on Train

# In the session
TAB = Key("_tab")  # the component that remembers the visit
JOB = Key("_job", kept=True)  # this session's run, a ui.jobs.Job
LOOK = Key("_look")  # (job's id, step) that is looked back to; None: now
SEEN_STEPS = Key("_seen_steps")  # (job's id, steps) to look back to while the run goes on
LENS = Key("_lens")  # (job's id, Network) to look through; no two sessions share a network
TRACES = Key("_traces", kept=True)  # (job's id, {name: (about, rows)}) seen by panels
SLOW = Key("_slow", False)  # single steps follow each other at a visible pace
PACE = Key("_pace", 1.0)  # seconds a step
SAVED = Key("_saved", kept=True)  # the name under which the run's model was saved
UPLOAD = Key("_upload", kept=True)  # the visitor's own dataset.Dataset; the next one replaces it
UPLOAD_ERROR = Key("_upload_error")  # why the last file was refused, as a sentence
UPLOAD_FILE = Key("_upload_file")
UPLOAD_OPEN = Key("_upload_open", False)
TOUCHED = Key("_touched")  # what is selected on a sheet of images, one for each sheet
CANVAS = Key("canvas")  # the canvas itself
CANVAS_START = Key("_canvas_start", MappingProxyType({"objects": (), "turn": 0}))
DRAWING = Key("_drawing", kept=True)  # what is on the canvas, as it sends it
READER = Key("_reader")  # (Model, its Network) that read last; no two sessions share a network
MODELS = Key("_models", MappingProxyType({}), kept=True)  # the visitor's own: name → netcore.Model
MOST_MODELS = 6  # the oldest makes room
IN_TRAINING = "in training"  # the name of the network that is learning
MODEL_ERROR = Key("_model_error")  # why the last model file was refused, as a sentence
MODEL_FILE = Key("_model_file")
MODEL_OPEN = Key("_model_open", False)
STEPS_OPEN = Key("_steps_open", False)


def forget_image() -> None:
    """Other images come into view: back to the first sheet and its first image."""
    IMAGE.set(None)
    SHEET.set(1)


def end_job() -> None:
    """Put the run away: its thread rests, and nothing holds its memory any more."""
    if job := JOB.get():
        job.pause()
    for key in (JOB, LOOK, SEEN_STEPS, LENS, TRACES, SLOW, SAVED):
        key.clear()


def save_model(model: Model, taken: Iterable[str]) -> str:
    """Keep a model for this session; returns the name it gets, which is none of `taken`."""
    own, base = MODELS.get(), model.name.strip() or "custom"
    names = (base if n == 1 else f"{base} {n}" for n in itertools.count(1))
    name = next(name for name in names if name not in {IN_TRAINING, *taken, *own})
    MODELS.set(dict([*own.items(), (name, model)][-MOST_MODELS:]))
    return name


def training_snapshot() -> Model | None:
    """The network in training as it is now; None without a job in this session."""
    job = JOB.get()
    return job.model() if job else None
