"""The drawing canvas with its tools: pen, eraser, Undo and Clear.

The canvas is a component of our own (`components/canvas.js`), since no library at hand rubs out
parts of strokes, sends them without delay or leaves Undo to the page. `state.DRAWING` always holds
what is on it, so that a drawing outlives clicks and page switches. The browser shows the server's
drawing anew only when its `turn` grows, which it does when the server changes the drawing.
"""

from pathlib import Path

import numpy as np
import streamlit as st

from dataset import ink
from ui import cache, fabric, pictures, state

PAPER, INK = "#000000", "#ffffff"  # light on dark in both themes, as the data are
PENS = {"Thin": 10, "Medium": 18, "Broad": 28}  # canvas pixels
ERASER = 9  # canvas pixels, its radius
TOOLS = {"pen": ":material/edit: Pen", "eraser": ":material/ink_eraser: Eraser"}
MOST_UNDOS = 100

_canvas = st.components.v2.component(
    "mnist_canvas",
    html='<canvas class="upper-canvas" tabindex="-1" aria-label="Canvas: draw a digit"></canvas>',
    css="""canvas { display: block; width: 100%; aspect-ratio: 1; touch-action: none;
                    user-select: none; -webkit-user-select: none; cursor: crosshair;
                    border-radius: var(--st-base-radius, 8px); }
           canvas[data-tool=eraser] { cursor: cell; }""",
    js=(Path(__file__).parent / "components" / "canvas.js").read_text(),
)


def draw() -> list[np.ndarray]:
    """Show the canvas, `fabric.SIDE` pixels wide; returns the strokes on it."""
    board = st.container(width=fabric.SIDE, gap="small")
    _tools()
    drawing = state.DRAWING.get() or {}
    loaded = picture()
    with board:
        _canvas(
            key=state.CANVAS.name,
            data={
                "side": fabric.SIDE,
                "paper": PAPER,
                "ink": INK,
                "width": pen(),
                "eraser": ERASER,
                "tool": state.TOOL.get() or "pen",
                "turn": state.TURN.get(),
                "seen": state.SEEN.get(),
                "strokes": [stroke.round(1).tolist() for stroke in fabric.strokes(drawing)],
                "picture": None if loaded is None else pictures.png(loaded, 1),
            },
            on_drawing_change=_keep,
            width=fabric.SIDE,
        )
    return fabric.strokes(drawing)


def pen() -> int:
    """How wide the pen is, in canvas pixels."""
    return PENS[state.PEN_WIDTH.get() or "Medium"]


def picture() -> np.ndarray | None:
    """The test image (28, 28) that lies on the canvas instead of strokes, if one does.

    It has no strokes, and is no photograph either: it is in MNIST's form already, and is read as
    it is. So nothing is drawn on top of it: the first stroke begins a new drawing.
    """
    position = (state.DRAWING.get() or {}).get("image")
    return None if position is None else cache.dataset("mnist").test.images[position]


def image(drawn: list[np.ndarray]) -> np.ndarray:
    """What is on the canvas, as the network reads it, (28, 28) uint8."""
    loaded = picture()
    return ink.draw(drawn) if loaded is None else loaded


def show(drawing: dict) -> None:
    """Put something else on the canvas: {"strokes": […]} or {"image": position in the test set}.

    What was there comes back with Undo.
    """
    _remember()
    state.TOOL.set("pen")
    _replace(drawing)


def lay(drawing: dict, undo: tuple = ()) -> None:
    """Another sheet altogether: Undo goes back no further than `undo` does."""
    state.UNDO.set(undo)
    state.TOOL.set("pen")
    _replace(drawing)


def _tools() -> None:
    empty = not _anything(state.DRAWING.get())
    with st.container(horizontal=True, width=fabric.SIDE, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            help="Take back the last stroke, rub or Clear. Key: Z",
            shortcut="Z",
            disabled=empty and not state.UNDO.get(),
            on_click=_undo,
            width="stretch",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            help="Empty the canvas. Undo brings it back. Key: X",
            shortcut="X",
            disabled=empty,
            on_click=lambda: show({"strokes": []}),
            width="stretch",
        )
    with st.container(horizontal=True, width=fabric.SIDE, gap="xsmall"):
        st.segmented_control(
            "Tool",
            list(TOOLS),
            default="pen",
            format_func=TOOLS.get,
            required=True,
            label_visibility="collapsed",
            key=state.TOOL.name,
            persist_state="session",
            help="The eraser rubs out what it touches, be it a part of a stroke.",
        )
        st.selectbox(
            "Width of the pen",
            list(PENS),
            index=1,
            label_visibility="collapsed",
            width=98,
            key=state.PEN_WIDTH.name,
            persist_state="session",
            help="How broad the pen is on the canvas. For the network, every stroke is drawn again "
            "with MNIST's pen.",
        )


def _anything(drawing) -> bool:
    return bool(fabric.strokes(drawing)) or (drawing or {}).get("image") is not None


def _keep() -> None:
    """Take over what the browser has sent, unless it did not know of our latest change yet."""
    sent = (st.session_state.get(state.CANVAS.name) or {}).get("drawing")
    if not isinstance(sent, dict) or sent.get("turn") != state.TURN.get():
        return
    number = sent.get("number")
    if type(number) is not int or number <= state.SEEN.get():
        return
    _remember()
    state.SEEN.set(number)
    drawn = [stroke.tolist() for stroke in fabric.strokes(sent)]
    state.DRAWING.set({"strokes": drawn})
    if not drawn:  # all is rubbed out, so the next thing to do is to draw
        state.TOOL.set("pen")


def _undo() -> None:
    _keep()  # a stroke that arrives together with the click comes first
    before = state.UNDO.get()
    if before:
        state.UNDO.set(before[:-1])
        _replace(before[-1])
    else:  # drawn before the page was loaded anew
        _replace({"strokes": (state.DRAWING.get() or {}).get("strokes", [])[:-1]})


def _remember() -> None:
    state.UNDO.set([*state.UNDO.get(), state.DRAWING.get() or {"strokes": []}][-MOST_UNDOS:])


def _replace(drawing: dict) -> None:
    state.DRAWING.set(drawing)
    state.TURN.set(state.TURN.get() + 1)
