"""The drawing canvas with Undo and Clear.

`state.DRAWING` always holds the drawing, so it outlives clicks and page switches.
`state.CANVAS_START` is what the browser was told to show: it loads that anew, under the pen,
whenever it changes, so it changes only when we change the drawing ourselves.
"""

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from ui import fabric, state

PAPER, INK = "#000000", "#ffffff"  # light on dark in both themes, as the data are


def draw() -> list[np.ndarray]:
    """Show the canvas, `fabric.SIDE` pixels wide; returns the strokes on it."""
    if state.CANVAS.name not in st.session_state:  # new on this page: show what was drawn before
        state.CANVAS_START.set({**state.CANVAS_START.get(), "objects": _objects()})
    st_canvas(
        key=state.CANVAS.name,
        initial_drawing=dict(state.CANVAS_START.get()),
        on_change=_keep,
        width=fabric.SIDE,
        height=fabric.SIDE,
        stroke_width=fabric.PEN,
        stroke_color=INK,
        background_color=PAPER,
    )
    drawn = fabric.strokes(state.DRAWING.get())
    with st.container(horizontal=True, width=fabric.SIDE):
        st.button(
            "Undo",
            icon=":material/undo:",
            help="Take the last stroke back.",
            disabled=not drawn,
            on_click=lambda: _show(_objects()[:-1]),
            width="stretch",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            help="Empty the canvas.",
            disabled=not drawn,
            on_click=lambda: _show([]),
            width="stretch",
        )
    return drawn


def _objects() -> list:
    return (state.DRAWING.get() or {}).get("objects") or []


def _keep() -> None:
    state.DRAWING.set(st.session_state[state.CANVAS.name]["drawing"]["raw"])


def _show(objects: list) -> None:
    state.DRAWING.set({"objects": objects})
    turn = state.CANVAS_START.get()["turn"] + 1  # else the browser would not load the same again
    state.CANVAS_START.set({"objects": objects, "turn": turn})
