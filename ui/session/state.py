"""What a visitor has chosen: session keys, each with its name, its default and its accessor.

A key in the address belongs to a widget: `st.slider(…, **SEED.bound)` makes the widget read
`?seed=3` and write it back, and keep its value when the visitor changes the page. The widget's own
default must be the key's default. All of these stand here, since together they are the link.

A key of the session is read and written by `get` and `set`; if it is `kept`, it outlives a reload
of the page. One that a single file needs is defined in that file.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import streamlit as st


@dataclass(eq=False)
class Visit:
    """What a visitor made, by session key: see `ui.session.visit`."""

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
    def lasting(self) -> dict[str, str]:
        """Arguments that tie a widget to this key and let it outlive a visit to another page."""
        return {"key": self.name, "persist_state": "session"}

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
INSIDE = Key("look")  # the open section on Draw, a name in ui.understand.SECTIONS; None: none
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
    for name in ("shift", "rotation", "scale", "shear", "elastic", "thickness", "habits", "noise")
}
PANELS = Key("panels", ("Curves", "First layer"))  # open on Train

# In the address: what Runs shows
RUNS_SECTION = Key("part", "Curves")
CURVE = Key("curve", "Accuracy")

# In the address: what Sweep tries
SWEEP = Key("sweep", "Learning rate × units")
SWEEP_RECIPE = Key("base", "fast")
SWEEP_KIND = Key("search", "Grid")
SWEEP_AXES = Key("move")
SWEEP_VALUES = {
    name: Key(f"try_{name}")
    for name in ("lr", "hidden", "batch_size", "momentum", "weight_decay", "dropout",
                 "optimizer", "activation", "schedule", "seed")
}  # fmt: skip
SWEEP_RANGES = {name: Key(f"from_{name}") for name in SWEEP_VALUES}
SWEEP_TRIALS = Key("trials")
SWEEP_IMAGES = Key("of_images")
SWEEP_EPOCHS = Key("for_epochs")
SWEEP_VIEW = Key("shown", "Map")

# In the session, where more than one file needs it
JOB = Key("_job", kept=True)  # this session's run, a ui.jobs.job.Job
LOOK = Key("_look")  # (job's id, step) that is looked back to; None: now
SEEN_STEPS = Key("_seen_steps")  # (job's id, steps) to look back to while the run goes on
VIEW_NETWORK = Key("_view_network")  # (job's id, its Network); sessions share none
TRACES = Key("_traces", kept=True)  # (job's id, {name: (about, rows)}) seen by panels
SLOW = Key("_slow", False)  # single steps follow each other at a visible pace
SAVED = Key("_saved", kept=True)  # the name under which the run's model was saved
SWEEP_JOB = Key("_sweep_job", kept=True)  # this session's latest sweep, a ui.jobs.sweeps.SweepJob
SWEEP_CHECK = Key("_sweep_check", kept=True)  # its best trial with other seeds, a SweepJob too
DRAWING = Key("_drawing", kept=True)  # {"strokes": […]}, or {"image": position} of a test image
UNDO = Key("_undo", (), kept=True)  # what was on it before, the latest last
SERIES = Key("_series", kept=True)  # the runs of several seeds that go on in the background
TAKEN = Key("_taken", kept=True)  # the shared run, as in the link, that this session has begun


def forget_image() -> None:
    """Other images come into view: back to the first sheet and its first image."""
    IMAGE.set(None)
    SHEET.set(1)
