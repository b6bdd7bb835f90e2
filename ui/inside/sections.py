"""Look inside: sections below the drawing that show how it is read. Only the open one is computed.

They run together with the answer, so that both are always about the same drawing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from dataset.ink.digits import Digit
from dataset.splits import noun
from netcore import ModelError
from ui.inside import (
    all_models,
    counterfactual,
    evidence,
    layers,
    neighbours,
    preprocessing,
    robustness,
)
from ui.inside.subject import Subject
from ui.parts.layout import READING_WIDTH
from ui.parts.wording import article
from ui.session import models, state
from ui.session.state import Key

INSIDE_DIGIT = Key("_inside_digit", 0)  # which of several digits is shown; 0 is the leftmost


class Section(NamedTuple):
    show: Callable[[Subject], None]
    intro: str | Callable[[Sequence[str]], str]  # may depend on the names of the classes

    def text(self, names: Sequence[str]) -> str:
        return self.intro if isinstance(self.intro, str) else self.intro(names)


SECTIONS = {
    "Preprocessing": Section(preprocessing.steps_taken, preprocessing.intro),
    "Evidence": Section(evidence.pixel_evidence, evidence.intro),
    "Layers": Section(layers.activations, layers.INTRO),
    "Neighbours": Section(neighbours.nearest_images, neighbours.INTRO),
    "Smallest change": Section(counterfactual.smallest_change, counterfactual.intro),
    "Robustness": Section(robustness.answer_map, robustness.INTRO),
    "All models": Section(all_models.answers, all_models.INTRO),
}
FORMER_NAMES = {"What if": "Smallest change", "Fragility": "Robustness"}  # in links


def panel(name: str, digits: list[Digit]) -> None:
    """The choice of a section, and that section for one of the digits that were just read.

    `name` is one of `models.models`.
    """
    st.subheader("Look inside", anchor=False)
    _open_by_former_name()
    chosen = st.segmented_control(
        "Look inside",
        list(SECTIONS),
        label_visibility="collapsed",
        help="Click the open section again to close it.",
        wrap=True,
        **state.INSIDE.bound,
    )
    if chosen is None:
        st.caption("How does the network get from your strokes to an answer? Open a section.")
        return
    section, model = SECTIONS[chosen], models.models()[name]
    what = noun(models.names(model))
    st.markdown(section.text(models.names(model)), width=READING_WIDTH)
    if not digits:
        do = f"Draw {article(what)} {what}" if what != "image" else "Draw something"
        do = do if models.drawable(model) else "Choose a picture"
        st.info(f"{do} above to see how it is read.", icon=":material/draw:")
        return
    digit = _one_of(digits) if len(digits) > 1 else digits[0]
    try:
        section.show(Subject(name, model, digit))
    except ModelError as error:
        st.error(str(error))


def _open_by_former_name() -> None:
    """Open the section that an old link names. Streamlit then drops the name from the address."""
    former = st.query_params.get(state.INSIDE.name)
    if former in FORMER_NAMES and state.INSIDE.get() is None:
        state.INSIDE.set(FORMER_NAMES[former])


def _one_of(digits: list[Digit]) -> Digit:
    if INSIDE_DIGIT.get() not in range(len(digits)):
        INSIDE_DIGIT.clear()
    number = st.segmented_control(
        "Digit to look into",
        range(len(digits)),
        default=0,
        format_func=lambda number: f"Digit {number + 1} from the left",
        required=True,
        help="The digits of a number are read one by one.",
        **INSIDE_DIGIT.lasting,
    )
    return digits[number]
