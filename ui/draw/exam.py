"""The handwriting test: ten digits to draw, and how well each model reads them."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import streamlit as st

from dataset import DataError
from dataset.variants.views import of_drawings
from netcore import Model, ModelError, metrics
from netcore.confidence.classifier import CalibratedClassifier
from ui.draw import own_set
from ui.draw.own_set import OWN_ERROR
from ui.parts import charts, fabric, pictures
from ui.parts.wording import article
from ui.session import answer, canvas, models, state
from ui.session.state import Key

DIGITS = 10
MAX_ROUNDS = 20  # whose drawings are kept

ROUND = Key("_exam_round")  # the `Round` that is being drawn
ROUND_DRAWINGS = Key("_exam_round_drawings", ())  # its drawings so far: (strokes, digit)
EXAM_DRAWINGS = Key("_exam_drawings", (), kept=True)  # those of all finished rounds
EXAM_ADDED = Key("_exam_added", False)  # these are in the visitor's own set
EXAM_VIEWS = Key("_exam_views")  # (drawings, their views)
EXAM_ANSWERS = Key("_exam_answers", MappingProxyType({}))  # model's name → (Model, views, answers)


@dataclass(frozen=True)
class Round:
    """Digits that are still to be drawn, and what was on the canvas before."""

    digits: tuple[int, ...]
    drawing: dict | None
    undo: tuple

    @property
    def number(self) -> int:
        """Of the digit that is asked for now, from 1."""
        return DIGITS - len(self.digits) + 1


def running() -> bool:
    return ROUND.get() is not None


def start() -> None:
    """Ask for all ten digits in random order, on an empty canvas."""
    digits = tuple(map(int, np.random.default_rng().permutation(DIGITS)))
    ROUND.set(Round(digits, state.DRAWING.get(), tuple(state.UNDO.get())))
    ROUND_DRAWINGS.set([])
    canvas.reset({"strokes": []})


def panel() -> None:
    """Canvas and question. Answers are shown only at the end, so that nobody adapts to them."""
    st.fragment(_panel)()


def _panel() -> None:
    now = ROUND.get()
    if now is None:  # that was the last digit
        st.rerun()
    # The question comes first, so that a phone shows it above the canvas.
    st.markdown(f"## Draw {article(now.digits[0])} {now.digits[0]}")
    st.progress(
        (now.number - 1) / DIGITS,
        f"Digit {now.number} of {DIGITS}. Draw it the way you usually write it.",
        width=fabric.SIDE,
    )
    drawn = canvas.draw()
    with st.container(horizontal=True, width=fabric.SIDE):
        st.button(
            "Next" if len(now.digits) > 1 else "Finish",
            icon=":material/arrow_forward:",
            type="primary",
            shortcut="Enter",
            disabled=not drawn,
            help="Submit this drawing. Key: Enter",
            on_click=_submit,
            width="stretch",
        )
        st.button(
            "Cancel",
            icon=":material/close:",
            help="Stop the test and discard the drawings of this round.",
            on_click=_leave,
            width="stretch",
        )


def _submit() -> None:
    now, drawn = ROUND.get(), fabric.strokes(state.DRAWING.get())
    if not drawn:
        return
    ROUND_DRAWINGS.set([*ROUND_DRAWINGS.get(), (drawn, now.digits[0])])
    if left := now.digits[1:]:
        ROUND.set(replace(now, digits=left))
        canvas.reset({"strokes": []})
    else:
        drawings = [*EXAM_DRAWINGS.get(), *ROUND_DRAWINGS.get()]
        EXAM_DRAWINGS.set(drawings[-MAX_ROUNDS * DIGITS :])
        EXAM_ADDED.set(False)
        _leave()


def _leave() -> None:
    """Go back to what was on the canvas before."""
    before = ROUND.get()
    ROUND.clear()
    canvas.reset(before.drawing or {"strokes": []}, before.undo)


def results(name: str) -> None:
    """The button to start a round, and the results so far; `name` is the chosen model's."""
    drawings = EXAM_DRAWINGS.get()
    with st.container(horizontal=True):
        st.button(
            "Draw ten more digits" if drawings else "Draw ten digits",
            icon=":material/history_edu:",
            help="Ten digits in random order. At the end you see how well each model reads your "
            "handwriting.",
            on_click=start,
        )
        if drawings:
            st.button(
                "Add to my drawings",
                icon=":material/library_add:",
                disabled=EXAM_ADDED.get(),
                help="Use these drawings to teach a model. They are then no longer a fair test of "
                "the taught model.",
                on_click=_add_to_own_set,
            )
            st.button(
                "Delete results",
                icon=":material/delete:",
                help="Delete these drawings and results.",
                on_click=_delete,
            )
    if refusal := OWN_ERROR.get():
        st.error(refusal)
    if drawings:
        _results(name, drawings)
    else:
        st.caption("How well do the models read your handwriting? It takes about a minute.")


def _add_to_own_set() -> None:
    OWN_ERROR.clear()
    try:
        for drawn, label in EXAM_DRAWINGS.get():
            if own_set.position_of(drawn) is None:
                own_set.add(drawn, label)
        EXAM_ADDED.set(True)
    except DataError as error:
        OWN_ERROR.set(str(error))


def _delete() -> None:
    for key in (EXAM_DRAWINGS, EXAM_VIEWS, EXAM_ANSWERS):
        key.clear()


def _results(name: str, drawings: list) -> None:
    views = _views(drawings)
    labels = np.array([label for _, label in drawings])
    answers = {}
    for each, model in models.models().items():
        if not models.reads_digits(model):
            continue
        try:
            answers[each] = _read(each, model, views)
        except ModelError:  # its numbers overflow
            continue
    right = {each: int((read == labels).sum()) for each, read in answers.items()}
    table, mistakes = st.columns(2, gap="large")
    with table:
        lines = ["| Model | Read correctly |", "|---|--:|"]
        for each in sorted(right, key=right.get, reverse=True):
            words = f"**{each}**" if each == name else each
            lines.append(f"| {words} | {right[each]} of {len(labels)} |")
        st.markdown("\n".join(lines))
        st.caption(
            "With so few drawings, only large differences count: one digit more or less may be "
            "chance."
        )
        if name in answers:
            _pictures(views[:, 0], labels, answers[name])
    if name in answers:
        with mistakes:
            st.markdown(f"**How {name} reads your digits**")
            charts.show(
                charts.confusion(
                    metrics.confusion(answers[name], labels, DIGITS),
                    [str(k) for k in range(DIGITS)],
                ),
                f"Confusion matrix of {name} for your digits",
            )


def _pictures(images: np.ndarray, labels: np.ndarray, answers: np.ndarray) -> None:
    """The drawings, each with the digit that was asked for and the digit that was read."""
    pairs = list(zip(labels, answers, strict=True))
    pictures.row(
        "Drawings of the test",
        images,
        [f"{article(label).capitalize()} {label}, read as {answer}" for label, answer in pairs],
        key="exam_pictures",
        captions=[
            str(label) if label == answer else f"{label} → {answer}" for label, answer in pairs
        ],
    )


def _views(drawings: list) -> np.ndarray:
    """Views (N, V, 28, 28) of the drawings, which all models share; kept until these change."""
    kept = EXAM_VIEWS.get()
    if kept is None or kept[0] is not drawings:
        kept = (drawings, of_drawings([drawn for drawn, _ in drawings]))
        EXAM_VIEWS.set(kept)
    return kept[1]


def _read(name: str, model: Model, views: np.ndarray) -> np.ndarray:
    """Answers (N,), the same as on the canvas; kept until the model or the drawings change."""
    kept = EXAM_ANSWERS.get()
    if name in kept and kept[name][0] is model and kept[name][1] is views:
        return kept[name][2]
    read = answer.read(CalibratedClassifier(model), models.fit(model, views)).answers
    EXAM_ANSWERS.set({**kept, name: (model, views, read)})
    return read
