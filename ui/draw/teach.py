"""Teach: a network learns the visitor's own drawings, and shows what it forgot on the way.

The lessons are given a slice at a time, whenever the page looks at them. So a visitor who leaves
stops them, one who comes back goes on, and no click waits for longer than a slice.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dataset import DataError, Split
from dataset.ink import jitter
from dataset.variants.views import of_drawings
from netcore import Divergence, Model, finetune
from netcore.confidence import calibration
from ui.draw import own_set
from ui.parts import pictures
from ui.session import datasets, shared, state
from ui.session import (
    models as session_models,
)
from ui.session.models import MODELS
from ui.session.state import Key

SLICE = 0.3  # seconds of work between two looks at the page
TICK = 0.3  # seconds between two looks
LARGE = 60_000  # numbers a network keeps for one image; a larger one gets half the lessons
PART = 500  # images read at once
SUFFIX = " taught"
SHOWN = 12  # forgotten images
MOST_UNDOS = 5

COURSE = Key("_course")  # the lessons that are given now, a ui.teach.Course
TAUGHT = Key("_taught", (), kept=True)  # of ui.teach.Taught, the latest last
TEACH_ERROR = Key("_teach_error")


@dataclass(frozen=True)
class Taught:
    """What came of it. `learned`, `aside` and `rest` are (before, after): right or not, (N,)."""

    name: str
    model: Model
    before: str  # the name of the model it was made from
    replaced: Model | None  # the model that had the name `name`
    learned: tuple[np.ndarray, np.ndarray]
    aside: tuple[np.ndarray, np.ndarray]
    rest: tuple[np.ndarray, np.ndarray]


class Course:
    """Lessons for one model on the drawings of one visitor, and the tests before and after."""

    def __init__(self, name: str, model: Model, own: list, data):
        self.name, self.model = name, model
        self.done, self.doing = 0.0, ""
        self.taught: Model | None = None
        self.results: dict[str, list] = {"learned": [], "aside": [], "rest": []}
        self._network = model.network()
        self._learned = [o for o in own if not o.kept_aside]
        self._tests = {
            "learned": _split(self._learned),
            "aside": _split([o for o in own if o.kept_aside]),
            "rest": data.validation,
        }
        self._train = data.train
        self._work = self._run()

    def go_on(self) -> bool:
        """Work for a slice; False when the course is over. Raises Divergence."""
        began = time.perf_counter()
        with shared.pool().turn():
            while time.perf_counter() - began < SLICE:
                if next(self._work, None) is None:
                    return False
        return True

    def _run(self) -> Iterator[bool]:
        """The whole course, in small steps."""
        yield from self._test("Reading the images as before", 0.0, 0.15)
        drawn = [o.drawing.strokes for o in self._learned]
        targets = self._tests["learned"].labels
        lessons = finetune.finetune(
            self._network,
            lambda which, rng: jitter.images(drawn, which, rng),
            targets,
            (self._train.images, self._train.labels),
            steps=finetune.STEPS // (2 if self._network.activation_size > LARGE else 1),
        )
        for lesson in lessons:
            self.doing = f"Lesson {lesson.step} of {lesson.steps}"
            self.done = 0.15 + 0.7 * lesson.step / lesson.steps
            yield True
        yield from self._test("Reading the images once more", 0.85, 0.15)
        right = self.results["rest"][1]
        note = f"Then taught {own_set.count(len(drawn))} by hand."
        scores = {"validation_accuracy": float(right.mean())}
        self.taught = finetune.as_model(self.model, self._network, note, scores)

    def _test(self, doing: str, start: float, share: float) -> Iterator[bool]:
        total, read = sum(map(len, self._tests.values())), 0
        for name, split in self._tests.items():
            right = np.zeros(len(split), bool)
            for begin in range(0, len(split), PART):
                part = split[begin : begin + PART]
                views = part.images if part.images.ndim == 4 else part.images[:, None]
                logits, _ = calibration.see(self._network, views)
                right[begin : begin + PART] = logits.argmax(axis=1) == part.labels
                read += len(part)
                self.doing, self.done = doing, start + share * read / total
                yield True
            self.results[name].append(right)


def _split(own: list) -> Split:
    """Drawings with several looks at each, (N, V, 28, 28), as they are read above."""
    views = of_drawings([o.drawing.strokes for o in own])
    return Split(views, np.array([o.drawing.label for o in own], np.uint8))


def lesson(name: str) -> None:
    """The button, the progress, and what came of it, for the model of this name."""
    if COURSE.get():
        st.fragment(_attend, run_every=TICK)()
        return
    own = own_set.drawings()
    st.button(
        f"Teach {name}",
        icon=":material/school:",
        type="primary",
        disabled=all(o.kept_aside for o in own),
        on_click=_begin,
        args=[name],
        help="A few short lessons: your drawings, written a little differently each time, mixed "
        "with seven times as many images of MNIST, so that the rest is not forgotten. The model "
        "itself stays as it is; you get a taught copy.",
    )
    if refusal := TEACH_ERROR.get():
        st.error(refusal)
    if TAUGHT.get():
        _result(TAUGHT.get()[-1])


def _begin(name: str) -> None:
    TEACH_ERROR.clear()
    model = session_models.models()[name]
    try:
        data = datasets.dataset(model.recipe.dataset)
    except DataError:  # trained on a file that is not open here
        data = datasets.dataset("mnist")
    COURSE.set(Course(name, model, own_set.drawings(), data))


def _attend() -> None:
    """Go on with the lessons, and say how far they are."""
    course = COURSE.get()
    if course is None:
        return
    try:
        if course.go_on():
            st.progress(course.done, f"{course.doing} for {course.name} …")
            st.button("Stop", icon=":material/stop:", on_click=COURSE.clear,
                      help="Stop the lessons; nothing is changed.")  # fmt: skip
            return
    except Divergence as error:
        TEACH_ERROR.set(str(error))
        COURSE.clear()
    st.rerun()


def conclude() -> None:
    """A course that is over: its model becomes one of the visitor's, and reads from now on.

    Called before the choice of models is drawn, which it changes. A model that was taught before
    takes the place of its former self, which Undo brings back.
    """
    course = COURSE.get()
    if course is None or course.taught is None:
        return
    COURSE.clear()
    own = MODELS.get()
    base = course.name.removesuffix(SUFFIX)
    if course.name in own and course.name.endswith(SUFFIX):
        name, replaced = course.name, own[course.name]
        MODELS.set({**own, name: course.taught})
    else:
        replaced = None
        recipe = course.taught.recipe.replace(name=f"{base[:50]}{SUFFIX}")
        named = Model(**{**vars(course.taught), "recipe": recipe})
        name = session_models.save_model(named, shared.shipped_models())
    results = {key: tuple(value) for key, value in course.results.items()}
    taught = Taught(name, MODELS.get()[name], course.name, replaced, **results)
    TAUGHT.set([*TAUGHT.get(), taught][-MOST_UNDOS:])
    state.MODEL.set(name)


def _undo() -> None:
    """Back to the model before."""
    *earlier, taught = TAUGHT.get()
    models = dict(MODELS.get())
    models.pop(taught.name, None)
    if taught.replaced is not None:
        models[taught.name] = taught.replaced
    MODELS.set(models)
    TAUGHT.set(earlier)
    if taught.before in session_models.models():
        state.MODEL.set(taught.before)


def _result(taught: Taught) -> None:
    st.markdown(f"**{taught.name}** is one of your models now.")
    rows = [
        ("Your drawings it learned from", taught.learned),
        ("Your drawings kept aside", taught.aside),
        ("Validation images", taught.rest),
    ]
    lines = ["| Read rightly | before | after |", "|---|--:|--:|"]
    lines += [f"| {what} | {_score(a)} | {_score(b)} |" for what, (a, b) in rows if len(a)]
    st.markdown("\n".join(lines))
    before, after = taught.rest
    lost, won = np.flatnonzero(before & ~after), np.flatnonzero(after & ~before)
    st.markdown(
        f"Of the validation images, it misreads **{len(lost)}** that it read rightly before, and "
        f"reads **{len(won)}** that it misread.",
        width=720,
    )
    if len(lost):
        _forgotten(taught, lost)
    st.caption(
        "The drawings it learned from are no test: it has seen them. "
        + (
            "Those kept aside are one, if a small one."
            if len(taught.aside[0])
            else f"From drawing {own_set.LEARNED + 2} on, every third one is kept aside as a test."
        )
    )
    with st.container(horizontal=True):
        st.button(
            "Take the lessons back",
            icon=":material/undo:",
            on_click=_undo,
            help=f"Back to {taught.before} as it was.",
        )
        st.download_button(
            "Download the model",
            taught.model.dumps,
            f"{taught.name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            help="The taught weights as one JSON file, which can be opened here again.",
        )


def _score(right: np.ndarray) -> str:
    if len(right) > 1000:
        return f"{right.mean():.2%}"
    return f"{right.sum()} of {len(right)}"


def _forgotten(taught: Taught, lost: np.ndarray) -> None:
    try:
        images = datasets.dataset(taught.model.recipe.dataset).validation
    except DataError:
        images = datasets.dataset("mnist").validation
    labels = images.labels[lost[:SHOWN]]
    pictures.row(
        "Forgotten images",
        images.images[lost[:SHOWN]],
        [f"A {label} that it misreads now" for label in labels],
        key="forgotten",
        captions=[str(label) for label in labels],
    )
