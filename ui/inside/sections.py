"""Look inside: sections below the drawing that show how it is read. Only the open one is computed.

They are drawn together with the answer, so that they always speak of the same drawing.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from dataset.ink import render
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
from ui.parts import fabric
from ui.parts.layout import READING_WIDTH
from ui.session import canvas, models, state
from ui.session.state import Key

INSIDE_DIGIT = Key("_inside_digit", 0)  # which of several digits on the canvas is looked into


class Section(NamedTuple):
    show: Callable[[Subject], None]
    intro: str


SECTIONS = {
    "Preprocessing": Section(preprocessing.steps_taken, preprocessing.INTRO),
    "Evidence": Section(evidence.pixel_evidence, evidence.INTRO),
    "Layers": Section(layers.activations, layers.INTRO),
    "Neighbours": Section(neighbours.nearest_images, neighbours.INTRO),
    "What if": Section(counterfactual.smallest_change, counterfactual.INTRO),
    "Fragility": Section(robustness.answer_map, robustness.INTRO),
    "All models": Section(all_models.answers, all_models.INTRO),
}


def panel(name: str, digits: list[list[np.ndarray]]) -> None:
    """The choice of a section, and that section, for one of the digits that were read.

    `name` is one of `shelf.models`; of each digit, its strokes.
    """
    st.subheader("Look inside", anchor=False)
    chosen = st.segmented_control(
        "Look inside",
        list(SECTIONS),
        label_visibility="collapsed",
        help="Touch the open one again to close it.",
        wrap=True,
        **state.INSIDE.bound,
    )
    if chosen is None:
        st.caption("How does it get from your strokes to an answer? Open one of these.")
        return
    section = SECTIONS[chosen]
    st.markdown(section.intro, width=READING_WIDTH)
    strokes = fabric.strokes(state.DRAWING.get())
    image = canvas.image(strokes)
    if not image.any():
        st.info("Draw a digit above, and this looks into it.", icon=":material/draw:")
        return
    if len(digits) > 1:
        strokes = _one_of(digits)
        image = render.draw(strokes)
    try:
        section.show(Subject(name, models.models()[name], strokes, image))
    except ModelError as error:
        st.error(str(error))


def _one_of(digits: list[list[np.ndarray]]) -> list[np.ndarray]:
    if INSIDE_DIGIT.get() not in range(len(digits)):
        INSIDE_DIGIT.clear()
    number = st.segmented_control(
        "Which of the digits",
        range(len(digits)),
        default=0,
        format_func=lambda number: f"Number {number + 1} from the left",
        required=True,
        help="They were read one by one, and are looked into one by one.",
        **INSIDE_DIGIT.lasting,
    )
    return digits[number]
