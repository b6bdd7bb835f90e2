"""Teach: fine-tunes a model on the visitor's own drawings, and shows what it forgets.

The work is done in slices, one each time the page updates. So it pauses when the visitor leaves the
page, continues when they come back, and no click waits for longer than a slice.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dataset import Dataset, Split
from dataset.ink import jitter
from dataset.variants.views import of_drawings
from netcore import Divergence, Model, ModelError, finetune
from netcore.confidence.classifier import CalibratedClassifier
from ui.draw import own_set
from ui.draw.own_set import OwnDrawing
from ui.parts import pictures
from ui.parts.wording import article
from ui.session import answer, datasets, models, shared, state
from ui.session.models import MODELS
from ui.session.state import Key

SLICE = 0.3  # seconds of work per update of the page
UPDATE_EVERY = 0.3  # seconds
LARGE = 60_000  # activations for one image; a larger network gets half the steps
BATCH = 500  # images read at once
SUFFIX = " taught"  # of the name of a taught model
FORGOTTEN_SHOWN = 12  # images
MAX_UNDOS = 5

TEACHING = Key("_teaching")  # the `Teaching` in progress
RESULTS = Key("_teaching_results", (), kept=True)  # of `TeachingResult`, the latest last
TEACH_ERROR = Key("_teach_error")


@dataclass(frozen=True)
class TeachingResult:
    """A taught model, and for three sets of images which it read correctly before and after.

    These are pairs of bool arrays (N,).
    """

    name: str
    model: Model
    before: str  # the name of the original model
    replaced: Model | None  # the model that had the name `name`
    trained: tuple[np.ndarray, np.ndarray]
    held_out: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    forgotten: Split  # the first validation images that it read correctly before only


class Teaching:
    """Fine-tunes a copy of a model on a visitor's drawings, and tests it before and after."""

    def __init__(self, name: str, model: Model, own: list[OwnDrawing], data: Dataset):
        self.name, self.model = name, model
        self.progress, self.phase = 0.0, ""
        self.taught: Model | None = None
        self.results: dict[str, list] = {"trained": [], "held_out": [], "validation": []}
        self._reader = CalibratedClassifier(model)
        self._network = self._reader.network
        self._trained = [o for o in own if not o.held_out]
        self._tests = {
            "trained": _split(self._trained, model),
            "held_out": _split([o for o in own if o.held_out], model),
            "validation": data.validation,
        }
        self._train = data.train
        self._work = self._run()

    def work(self) -> bool:
        """Work for a slice of time; False once done. Raises Divergence or ModelError."""
        began = time.perf_counter()
        with shared.pool().turn():
            while time.perf_counter() - began < SLICE:
                if next(self._work, None) is None:
                    return False
        return True

    def _run(self) -> Iterator[bool]:
        """All of the work, in small steps."""
        yield from self._test("testing before", 0.0, 0.15)
        drawn = [o.drawing.strokes for o in self._trained]
        targets = self._tests["trained"].labels
        steps = finetune.finetune(
            self._network,
            lambda which, rng: models.fit(self.model, jitter.images(drawn, which, rng)),
            targets,
            (self._train.images, self._train.labels),
            steps=finetune.STEPS // (2 if self._network.activation_size > LARGE else 1),
        )
        for step in steps:
            self.phase = f"training step {step.step} of {step.steps}"
            self.progress = 0.15 + 0.7 * step.step / step.steps
            yield True
        yield from self._test("testing after", 0.85, 0.15)
        right = self.results["validation"][1]
        note = f"Then fine-tuned on {own_set.count(len(drawn))}."
        scores = {"validation_accuracy": float(right.mean())}
        self.taught = finetune.as_model(self.model, self._network, note, scores)

    def forgotten(self) -> Split:
        """The first validation images that it read correctly before, and misreads now."""
        before, after = self.results["validation"]
        lost, split = np.flatnonzero(before & ~after)[:FORGOTTEN_SHOWN], self._tests["validation"]
        return Split(split.images[lost], split.labels[lost])

    def _test(self, phase: str, start: float, share: float) -> Iterator[bool]:
        total, read = sum(map(len, self._tests.values())), 0
        for name, split in self._tests.items():
            right = np.zeros(len(split), bool)
            for begin in range(0, len(split), BATCH):
                part = split[begin : begin + BATCH]
                views = part.images if part.images.ndim == 4 else part.images[:, None]
                answers = answer.read(self._reader, views).answers
                right[begin : begin + BATCH] = answers == part.labels
                read += len(part)
                self.phase, self.progress = phase, start + share * read / total
                yield True
            self.results[name].append(right)


def _split(own: list[OwnDrawing], model: Model) -> Split:
    """Views of drawings (N, V, H, W), as the model reads them on the canvas, with their labels."""
    views = models.fit(model, of_drawings([o.drawing.strokes for o in own]))
    return Split(views, np.array([o.drawing.label for o in own], np.uint8))


def panel(name: str) -> None:
    """The button, then the progress, then the result, for the model of this name."""
    if TEACHING.get():
        st.fragment(_continue, run_every=UPDATE_EVERY)()
        return
    own = own_set.drawings()
    st.button(
        f"Teach {name}",
        icon=":material/school:",
        type="primary",
        disabled=all(o.held_out for o in own),
        on_click=_start,
        args=[name],
        help="Fine-tunes a copy of the model, for a few seconds: on your drawings, distorted a "
        "little each time, mixed with seven times as many images of its dataset, so that it "
        "forgets less. The original stays as it is.",
    )
    if refusal := TEACH_ERROR.get():
        st.error(refusal)
    if RESULTS.get():
        _result(RESULTS.get()[-1])


def _start(name: str) -> None:
    TEACH_ERROR.clear()
    model = models.models()[name]
    TEACHING.set(Teaching(name, model, own_set.drawings(), _rehearsal(model)))


def _rehearsal(model: Model) -> Dataset:
    """The data that the model was trained on, or MNIST in its size if that is not open here."""
    if (data := models.data_of(model)) and data.is_digits:
        return data
    mnist = datasets.dataset("mnist")
    parts = {
        name: Split(models.fit(model, part.images), part.labels)
        for name, part in mnist.splits.items()
    }
    return replace(mnist, **parts)


def _continue() -> None:
    """Work for a slice of time, and show the progress."""
    teaching = TEACHING.get()
    if teaching is None:
        return
    try:
        if teaching.work():
            st.progress(teaching.progress, f"Teaching {teaching.name}: {teaching.phase} …")
            st.button("Stop", icon=":material/stop:", on_click=TEACHING.clear,
                      help="Stop teaching. No model is changed.")  # fmt: skip
            return
    except (Divergence, ModelError) as error:
        TEACH_ERROR.set(str(error))
        TEACHING.clear()
    st.rerun()


def finish() -> None:
    """Save the model once teaching is done, and choose it.

    To be called before the select box of models, which this changes. A model that has been taught
    before is replaced; undoing brings it back.
    """
    done = TEACHING.get()
    if done is None or done.taught is None:
        return
    TEACHING.clear()
    own = MODELS.get()
    base = done.name.removesuffix(SUFFIX)
    if done.name in own and done.name.endswith(SUFFIX):
        name, replaced = done.name, own[done.name]
        MODELS.set({**own, name: done.taught})
    else:
        replaced = None
        recipe = done.taught.recipe.replace(name=f"{base[:50]}{SUFFIX}")
        named = Model(**{**vars(done.taught), "recipe": recipe})
        name = models.save_model(named, shared.shipped_models())
    tests = {key: tuple(value) for key, value in done.results.items()}
    forgotten = done.forgotten()
    result = TeachingResult(
        name, MODELS.get()[name], done.name, replaced, **tests, forgotten=forgotten
    )
    RESULTS.set([*RESULTS.get(), result][-MAX_UNDOS:])
    state.MODEL.set(name)


def _undo() -> None:
    """Go back to the model before."""
    *earlier, last = RESULTS.get()
    own = dict(MODELS.get())
    own.pop(last.name, None)
    if last.replaced is not None:
        own[last.name] = last.replaced
    MODELS.set(own)
    RESULTS.set(earlier)
    if last.before in models.models():
        state.MODEL.set(last.before)


def _result(result: TeachingResult) -> None:
    st.markdown(f"**{result.name}** is now one of your models.")
    rows = [
        ("Your drawings, used for training", result.trained),
        ("Your drawings, held out", result.held_out),
        ("Validation images", result.validation),
    ]
    lines = ["| Read correctly | before | after |", "|---|--:|--:|"]
    lines += [f"| {what} | {_score(a)} | {_score(b)} |" for what, (a, b) in rows if len(a)]
    st.markdown("\n".join(lines))
    before, after = result.validation
    lost, won = np.flatnonzero(before & ~after), np.flatnonzero(after & ~before)
    st.markdown(
        f"Of the validation images, it now misreads **{len(lost)}** that it read correctly before, "
        f"and reads **{len(won)}** correctly that it misread before.",
        width=720,
    )
    if len(lost):
        _show_forgotten(result.forgotten)
    st.caption(
        "The drawings used for training are not a fair test, since the model has seen them. "
        + (
            "The held-out drawings are one, though a small one."
            if len(result.held_out[0])
            else f"From drawing {own_set.FIRST_HELD_OUT} on, every third one is held out for "
            "testing."
        )
    )
    with st.container(horizontal=True):
        st.button(
            "Undo teaching",
            icon=":material/undo:",
            on_click=_undo,
            help=f"Go back to {result.before} as it was.",
        )
        st.download_button(
            "Download model",
            result.model.dumps,
            f"{result.name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            help="The taught model as a JSON file, which you can upload here again.",
        )


def _score(right: np.ndarray) -> str:
    if len(right) > 1000:
        return f"{right.mean():.2%}"
    return f"{right.sum()} of {len(right)}"


def _show_forgotten(split: Split) -> None:
    labels = split.labels
    pictures.row(
        "Forgotten images",
        split.images,
        [f"{article(label).capitalize()} {label}, now misread" for label in labels],
        key="forgotten",
        captions=[str(label) for label in labels],
    )
