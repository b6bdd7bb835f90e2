"""Look inside: sections below the drawing that show how it is read. Only the open one is computed.

They stand on the page by themselves, below the choice of the model. The drawing is in another
fragment of the page, so `follow` tells this part when there is a new one.
"""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from netcore import ModelError
from ui import (
    canvas,
    fabric,
    fragility,
    layers,
    neighbours,
    shelf,
    side_by_side,
    state,
    what_if,
    why,
    xray,
)
from ui.page import READING_WIDTH
from ui.sight import Sight


class Section(NamedTuple):
    show: Callable[[Sight], None]
    intro: str


SECTIONS = {
    "Preprocessing": Section(xray.show, xray.INTRO),
    "Evidence": Section(why.show, why.INTRO),
    "Layers": Section(layers.show, layers.INTRO),
    "Neighbours": Section(neighbours.show, neighbours.INTRO),
    "What if": Section(what_if.show, what_if.INTRO),
    "Fragility": Section(fragility.show, fragility.INTRO),
    "All models": Section(side_by_side.show, side_by_side.INTRO),
}


def panel(name: str) -> None:
    """The choice of a section, and that section; `name` is one of `shelf.models`."""
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
    try:
        section.show(Sight(name, shelf.models()[name], strokes, image))
    except ModelError as error:
        st.error(str(error))
