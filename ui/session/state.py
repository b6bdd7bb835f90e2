"""Every session key of the app: its name, its default, its accessor. No page invents a key.

A key of the first group belongs to a widget and to the address: `st.slider(…, **SEED.bound)` makes
the widget read `?seed=3` and write it back, and keep its value when the visitor changes the page.
The widget's own default must be the key's default. A key of the second group lives in the session
only and is read and written by `get` and `set`; if it is `kept`, it outlives a reload of the page.
"""

import secrets
from dataclasses import dataclass, field
from types import MappingProxyType
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

# In the session
TAB = Key("_tab")  # the component that remembers the visit
JOB = Key("_job", kept=True)  # this session's run, a ui.jobs.job.Job
LOOK = Key("_look")  # (job's id, step) that is looked back to; None: now
SEEN_STEPS = Key("_seen_steps")  # (job's id, steps) to look back to while the run goes on
LENS = Key("_lens")  # (job's id, Network) to look through; no two sessions share a network
TRACES = Key("_traces", kept=True)  # (job's id, {name: (about, rows)}) seen by panels
SLOW = Key("_slow", False)  # single steps follow each other at a visible pace
PACE = Key("_pace", 1.0)  # seconds a step
SAVED = Key("_saved", kept=True)  # the name under which the run's model was saved
UPLOAD = Key("_upload", kept=True)  # the visitor's own dataset.Dataset; the next one replaces it
SWEEP_JOB = Key("_sweep_job", kept=True)  # this session's latest sweep, a ui.jobs.sweeps.SweepJob
SWEEPS = Key("_sweeps", (), kept=True)  # all of its sweeps, the latest first
MOST_SWEEPS = 6
SWEEP_SHOWN = Key("_sweep_shown")  # the id of the one that is looked at
SWEEP_CHECK = Key("_sweep_check", kept=True)  # its best trial with other seeds, a SweepJob too
SWEEP_OPEN = Key("_sweep_open", False)
TRIAL = Key("_trial")  # the key of the trial that is opened; None: the best
UPLOAD_ERROR = Key("_upload_error")  # why the last file was refused, as a sentence
UPLOAD_FILE = Key("_upload_file")
UPLOAD_OPEN = Key("_upload_open", False)
TOUCHED = Key("_touched")  # what is selected on a sheet of images, one for each sheet
CANVAS = Key("canvas")  # the canvas itself
DRAWING = Key("_drawing", kept=True)  # {"strokes": […]}, or {"image": position} of a test image
UNDO = Key("_undo", (), kept=True)  # what was on it before, the latest last
SHOWN = Key("_shown")  # which of them the browser has, drawn there or shown by us
CANVAS_START = Key("_canvas_start", ((), 0))  # what it was told to show: (Fabric objects, turn)
TOOL = Key("_tool", "pen")
PEN_WIDTH = Key("_pen_width", "Medium")
READER = Key("_reader")  # (Model, its Reader) that read last; no two sessions share a network
MODELS = Key("_models", MappingProxyType({}), kept=True)  # the visitor's own: name → netcore.Model
MOST_MODELS = 6  # the oldest makes room
IN_TRAINING = "in training"  # the name of the network that is learning
MODEL_ERROR = Key("_model_error")  # why the last model file was refused, as a sentence
MODEL_FILE = Key("_model_file")
MODEL_OPEN = Key("_model_open", False)
RUNS = Key("_runs", MappingProxyType({}), kept=True)  # all of the session: id → ui.jobs.run.Run
MADE_ROOM = Key("_made_room", ())  # names of runs whose weights had to go
OVERLAID = Key("_overlaid", ())  # ids of the runs whose curves are shown
OFFERED = Key("_offered", frozenset())  # ids of the runs among which they were chosen
ALL_SETTINGS = Key("_all_settings")
RUN_A, RUN_B = Key("_run_a"), Key("_run_b")  # names of the runs that are compared
FAMILY_A, FAMILY_B = Key("_family_a"), Key("_family_b")  # names of recipes with several seeds
SEEDED = Key("_seeded")  # name of the run to repeat with other seeds
SEEDS = Key("_seeds")  # how many
OPENED = Key("_opened")  # name of the run to rename, share or take along
RUN_NAME = Key("_run_name")  # what is typed as its new name
SHARE_OPEN = Key("_share_open", False)
DRAW_WITH = Key("_draw_with")  # True: the next stop is Draw
SERIES = Key("_series", kept=True)  # the runs of several seeds that go on in the background
ANSWERS = Key("_answers", MappingProxyType({}))  # id of a run → (Model, its validation answers)
TAKEN = Key("_taken", kept=True)  # the shared run, as in the link, that this session has begun
RUN_OFFERED = Key("_run_offered")  # (recipe, changes) of a file that waits for Start
RUN_OPEN = Key("_run_open", False)
RUN_FILE = Key("_run_file")
RUN_ERROR = Key("_run_error")  # why a file was refused, as a sentence
INSIDE_DIGIT = Key("_inside_digit", 0)  # which of several digits on the canvas is looked into
ROAD = {step: Key(f"_road_{step}", True) for step in ("crop", "scale", "pen", "centre")}
EVIDENCE = Key("_evidence")  # the digit whose score is explained; None: the answer
TARGET = Key("_target")  # the digit that a drawing is to be turned into; None: the second guess
SMOOTHNESS = Key("_smoothness", "Small smudges")  # of the change that does it
MORPH = Key("_morph", 100)  # percent of the way to that digit

# In the session: the visitor's own drawings, and what is done with them
OWN_SET = Key("_own_set", (), kept=True)  # of ui.own_set.Own
OWN_COUNT = Key("_own_count", 0, kept=True)  # drawings that ever joined it
OWN_CHANGED = Key("_own_changed", False)  # the page still shows the set as it was
OWN_CHOSEN = Key("_own_chosen")  # position of the drawing to correct
OWN_LABEL = Key("_own_label")
OWN_PICTURES = Key("_own_pictures")
OWN_FILE = Key("_own_file")
OWN_ERROR = Key("_own_error")  # why a drawing could not join, as a sentence
OWN_FILE_ERROR = Key("_own_file_error")  # why a file was refused, as a sentence
SAID = Key("_said")  # what the drawing on the canvas was meant to be
SAMPLES_OPEN = Key("_samples_open", False)
TEST_IMAGES = Key("_test_images")
TEST_SHEET = Key("_test_sheet", 0)  # which row of test images is offered
COURSE = Key("_course")  # the lessons that are given now, a ui.teach.Course
TAUGHT = Key("_taught", (), kept=True)  # of ui.teach.Taught, the latest last
TEACH_ERROR = Key("_teach_error")
SITTING = Key("_sitting")  # the exam of the visitor that goes on now, a ui.draw_exam.Sitting
SHEETS = Key("_sheets", ())  # what was handed in so far: (strokes, digit)
HANDED = Key("_handed", (), kept=True)  # what was handed in with exams that are over
HANDED_KEPT = Key("_handed_kept", False)  # these are in the visitor's own set
EXAM_READ = Key("_exam_read", MappingProxyType({}))  # model's name → (Model, drawings, answers)
PHOTO_OPEN = Key("_photo_open", False)
PHOTO_SOURCE = Key("_photo_source")
PHOTO_FILE = Key("_photo_file")
PHOTO_CAMERA = Key("_photo_camera")


def forget_image() -> None:
    """Other images come into view: back to the first sheet and its first image."""
    IMAGE.set(None)
    SHEET.set(1)
