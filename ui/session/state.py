"""What a visitor has chosen: session keys with their names and defaults.

A key in the address belongs to a widget: `st.slider(…, **SEED.bound)` makes the widget read
`?seed=3` and write it back, and keep its value when the visitor goes to another page. The default
of the widget must be that of the key. All of these stand here, since together they make the link.

A key of the session is read and written by `get` and `set`; if it is `kept`, it outlives a reload
of the page. A key that only one file needs is defined in that file.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dataset.variants import augment


@dataclass(eq=False)
class Visit:
    """What a visitor made, by session key: see `ui.session.visit`."""

    word: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    values: dict[str, Any] = field(default_factory=dict)
    settled: bool = False  # whether the tab has sent the word it had before


def visit() -> Visit:
    return st.session_state.setdefault("_visit", Visit())


def take_over(before: Visit) -> None:
    """Take over what an earlier session of the same tab had."""
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
    def asked(self) -> Any:
        """The value before its widget is drawn: the session's, or the one in the address."""
        return st.session_state.get(self.name, st.query_params.get(self.name, self.default))

    @property
    def lasting(self) -> dict[str, str]:
        """Arguments that tie a widget to this key and let it outlive a visit to another page."""
        return {"key": self.name, "persist_state": "session"}

    @property
    def bound(self) -> dict[str, str]:
        """Arguments that tie a widget to this key and to the address."""
        return {"key": self.name, "bind": "query-params"}

    @property
    def chosen(self) -> dict[str, Any]:
        """The same for a segmented control, where one of the options is always chosen."""
        return {"default": self.default, "required": True, **self.bound}


# In the address
DATASET = Key("dataset", "mnist")
SPLIT = Key("split", "train")
DIGIT = Key("digit")  # number of the chosen class; None: all classes
SEED = Key("seed", 0)  # 0: the order of the file
SHEET = Key("sheet", 1)  # which sheet of images Explore shows
IMAGE = Key("image")  # position of the chosen image in its split; None: the first of the sheet
SECTION = Key("section", "Browse")
SCALE = Key("scale", "0 … 255")  # of pixel values on Explore
INSIDE = Key("look")  # the open section on Draw, a name in ui.inside.sections.SECTIONS; None: none
MODEL = Key("model")  # that reads on Draw; None: the most accurate of the shipped ones

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
CLIP_NORM = Key("clip")  # 0: off
AVERAGING = Key("averaging")
PATIENCE = Key("patience")  # 0: no early stop
AUGMENT = {name: Key(f"aug_{name}") for name in augment.LIMITS}
PANELS = Key("panels", ("Curves", "First layer"))  # open on Train

# In the address: what Runs shows
RUNS_SECTION = Key("part", "Curves")
CURVE = Key("curve", "Accuracy")

# In the address: the settings of Sweep
SWEEP = Key("sweep", "Learning rate × units")
SWEEP_RECIPE = Key("base", "fast")
SWEEP_KIND = Key("search", "Grid")
SWEEP_AXES = Key("move")
SWEEP_TRIALS = Key("trials")
SWEEP_IMAGES = Key("of_images")
SWEEP_EPOCHS = Key("for_epochs")
SWEEP_VIEW = Key("shown", "Map")


def sweep_values(setting: str) -> Key:
    """Which values of this setting a grid tries."""
    return Key(f"try_{setting}")


def sweep_range(setting: str) -> Key:
    """From where to where a random search draws this setting."""
    return Key(f"from_{setting}")


# In the session, where more than one file needs it
JOB = Key("_job", kept=True)  # this session's run, a ui.jobs.job.Job
VIEWED_STEP = Key("_viewed_step")  # (job's id, step) that the visitor looks back to; None: now
HELD_STEPS = Key("_held_steps")  # (job's id, steps) to look back to while the run goes on
VIEW_NETWORK = Key("_view_network")  # (job's id, its Network); sessions share none
TRACES = Key("_traces", kept=True)  # (job's id, {name: (about, rows)}) seen by panels
SLOW = Key("_slow", False)  # whether single steps follow each other automatically
SAVED = Key("_saved", kept=True)  # the name under which the run's model was saved
SWEEP_JOB = Key("_sweep_job", kept=True)  # this session's latest sweep, a ui.jobs.sweeps.SweepJob
SWEEP_CHECK = Key("_sweep_check", kept=True)  # its best trial with other seeds, a SweepJob too
DRAWING = Key("_drawing", kept=True)  # {"strokes": […]}, or {"image": position} of a test image
UNDO = Key("_undo", (), kept=True)  # what was on it before, the latest last
SERIES = Key("_series", kept=True)  # the runs of several seeds that go on in the background
STARTED_LINK = Key("_started_link", kept=True)  # the shared run, as in the link, that was started


def forget_image() -> None:
    """Other images are shown: go back to the first sheet and its first image."""
    IMAGE.set(None)
    SHEET.set(1)
