"""The exam of the person: ten digits to draw, and how well each model reads this handwriting."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import streamlit as st

from dataset import DataError
from dataset.ink import render
from dataset.variants import views
from netcore import Model, ModelError, metrics
from netcore.confidence.reader import Reader
from ui.draw import own_set
from ui.draw.own_set import OWN_ERROR
from ui.parts import charts, fabric, pictures
from ui.parts.wording import article
from ui.session import canvas, models, state
from ui.session.state import Key

DIGITS = 10
MOST = 20  # rounds whose drawings are kept

SITTING = Key("_sitting")  # the exam of the visitor that goes on now, a ui.draw_exam.Sitting
SHEETS = Key("_sheets", ())  # what was handed in so far: (strokes, digit)
HANDED = Key("_handed", (), kept=True)  # what was handed in with exams that are over
HANDED_KEPT = Key("_handed_kept", False)  # these are in the visitor's own set
EXAM_READ = Key("_exam_read", MappingProxyType({}))  # model's name → (Model, drawings, answers)


@dataclass(frozen=True)
class Sitting:
    """Which digits are still to come, and what lay on the canvas before."""

    digits: tuple[int, ...]
    drawing: dict | None
    undo: tuple

    @property
    def number(self) -> int:
        """Of the digit that is asked for now, from 1."""
        return DIGITS - len(self.digits) + 1


def running() -> bool:
    return SITTING.get() is not None


def begin() -> None:
    """Ask for all ten digits, in an order of chance, on an empty canvas."""
    digits = tuple(map(int, np.random.default_rng().permutation(DIGITS)))
    SITTING.set(Sitting(digits, state.DRAWING.get(), tuple(state.UNDO.get())))
    SHEETS.set([])
    canvas.lay({"strokes": []})


def panel() -> None:
    """Canvas and question; what is read is not told before the end, lest one draws for it."""
    st.fragment(_panel)()


def _panel() -> None:
    sitting = SITTING.get()
    if sitting is None:  # that was the last one
        st.rerun()
    # The question stands first, where a phone shows it above the canvas.
    st.markdown(f"## Draw {article(sitting.digits[0])} {sitting.digits[0]}")
    st.progress(
        (sitting.number - 1) / DIGITS,
        f"Digit {sitting.number} of {DIGITS}, the way you always write it",
        width=fabric.SIDE,
    )
    drawn = canvas.draw()
    with st.container(horizontal=True, width=fabric.SIDE):
        st.button(
            "Next" if len(sitting.digits) > 1 else "Finish",
            icon=":material/arrow_forward:",
            type="primary",
            shortcut="Enter",
            disabled=not drawn,
            help="Hand this drawing in. Key: Enter",
            on_click=_hand_in,
            width="stretch",
        )
        st.button(
            "Leave",
            icon=":material/close:",
            help="Back to drawing; this round does not count.",
            on_click=_leave,
            width="stretch",
        )


def _hand_in() -> None:
    sitting, drawn = SITTING.get(), fabric.strokes(state.DRAWING.get())
    if not drawn:
        return
    SHEETS.set([*SHEETS.get(), (drawn, sitting.digits[0])])
    if left := sitting.digits[1:]:
        SITTING.set(Sitting(left, sitting.drawing, sitting.undo))
        canvas.lay({"strokes": []})
    else:
        handed = [*HANDED.get(), *SHEETS.get()]
        HANDED.set(handed[-MOST * DIGITS :])
        HANDED_KEPT.set(False)
        _leave()


def _leave() -> None:
    """Back to what lay on the canvas before."""
    sitting = SITTING.get()
    SITTING.clear()
    canvas.lay(sitting.drawing or {"strokes": []}, sitting.undo)


def results(name: str) -> None:
    """The way in, and the results so far, with the mistakes of the model of this name."""
    handed = HANDED.get()
    with st.container(horizontal=True):
        st.button(
            "Draw ten more" if handed else "Draw these ten",
            icon=":material/history_edu:",
            help="Ten digits in an order of chance. At the end you see how well each model reads "
            "your hand.",
            on_click=begin,
        )
        if handed:
            st.button(
                "Add them to my set",
                icon=":material/library_add:",
                disabled=HANDED_KEPT.get(),
                help="To teach with. Of a model that has learned from them they are no test any "
                "more.",
                on_click=_join,
            )
            st.button(
                "Forget the exam",
                icon=":material/delete:",
                help="Take these results away.",
                on_click=HANDED.clear,
            )
    if refusal := OWN_ERROR.get():
        st.error(refusal)
    if handed:
        _results(name, handed)
    else:
        st.caption("How well is your handwriting read? Ten digits, one minute.")


def _join() -> None:
    OWN_ERROR.clear()
    try:
        for drawn, label in HANDED.get():
            if own_set.position_of(drawn) is None:
                own_set.add(drawn, label)
        HANDED_KEPT.set(True)
    except DataError as error:
        OWN_ERROR.set(str(error))


def _results(name: str, handed: list) -> None:
    images = np.stack([render.draw(drawn) for drawn, _ in handed])
    labels = np.array([label for _, label in handed])
    answers = {}
    for each, model in models.models().items():
        try:
            models.check(model)
        except ModelError:  # one in training may be for other images
            continue
        answers[each] = _read(each, model, handed)
    right = {each: int((read == labels).sum()) for each, read in answers.items()}
    table, mistakes = st.columns(2, gap="large")
    with table:
        lines = ["| Model | Read rightly |", "|---|--:|"]
        for each in sorted(right, key=right.get, reverse=True):
            words = f"**{each}**" if each == name else each
            lines.append(f"| {words} | {right[each]} of {len(labels)} |")
        st.markdown("\n".join(lines))
        st.caption("So few drawings tell big differences only: one more or less may be chance.")
        if name in answers:
            _sheet(images, labels, answers[name])
    if name in answers:
        with mistakes:
            st.markdown(f"**What {name} takes your digits for**")
            charts.show(
                charts.confusion(
                    metrics.confusion(answers[name], labels, DIGITS),
                    [str(k) for k in range(DIGITS)],
                ),
                f"Which of your digits {name} takes for which",
            )


def _sheet(images: np.ndarray, labels: np.ndarray, answers: np.ndarray) -> None:
    """The drawings, each with its digit, and with what it was taken for."""
    pairs = list(zip(labels, answers, strict=True))
    pictures.row(
        "Your exam",
        images,
        [f"A {label}, read as {answer}" for label, answer in pairs],
        key="exam_pictures",
        captions=[
            str(label) if label == answer else f"{label} → {answer}" for label, answer in pairs
        ],
    )


def _read(name: str, model: Model, handed: list) -> np.ndarray:
    """Answers (N,), as the page above gives them; kept until model or drawings change."""
    known = EXAM_READ.get()
    if name in known and known[name][0] is model and known[name][1] is handed:
        return known[name][2]
    with np.errstate(over="ignore", invalid="ignore"):  # of a network that ran away
        read = Reader(model)(views.of_drawings([drawn for drawn, _ in handed])).answers
    EXAM_READ.set({**known, name: (model, handed, read)})
    return read
