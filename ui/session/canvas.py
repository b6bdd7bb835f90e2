"""The drawing canvas with its tools: pen, eraser, Undo and Clear.

`state.DRAWING` always holds what is on it, so that a drawing outlives clicks and page switches.
The browser loads what it is told to show anew, under the pen, whenever that changes; so it changes
only when `state.DRAWING` is another object than `state.SHOWN`, the drawing the browser has.
"""

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dataset.ink import render
from ui.parts import fabric, pictures
from ui.session import datasets, state
from ui.session.state import Key

PENS = {"Thin": 10, "Medium": fabric.PEN, "Broad": 28}  # canvas pixels
TOOLS = {"pen": ":material/edit: Pen", "eraser": ":material/ink_eraser: Eraser"}
DIM = 0.45  # opacity of a test image, to tell it from strokes
MOST_UNDOS = 100
MOST_AT_ONCE = 8  # strokes that arrive together and that Undo tells apart

CANVAS = Key("canvas")  # the canvas itself
SHOWN = Key("_shown")  # which of them the browser has, drawn there or shown by us
CANVAS_START = Key("_canvas_start", ((), 0))  # what it was told to show: (Fabric objects, turn)
TOOL = Key("_tool", "pen")
PEN_WIDTH = Key("_pen_width", "Medium")


def draw() -> list[np.ndarray]:
    """Show the canvas, `fabric.SIDE` pixels wide; returns the strokes on it."""
    board = st.container(width=fabric.SIDE, gap="small")
    _tools()
    if state.DRAWING.get() is not SHOWN.get() or CANVAS.name not in st.session_state:
        SHOWN.set(state.DRAWING.get())  # changed by us, or the canvas is new on this page
        CANVAS_START.set((_objects(), CANVAS_START.get()[1] + 1))
    objects, turn = CANVAS_START.get()
    erasing = TOOL.get() == "eraser"
    with board:
        st.space("small")  # for the canvas's own tools, which show above it under a mouse
        st_canvas(
            key=CANVAS.name,
            initial_drawing={"objects": objects},
            background_color=_paper(turn),
            stroke_color=fabric.PAPER if erasing else fabric.INK,
            stroke_width=fabric.ERASER if erasing else pen(),
            on_change=_keep,
            width=fabric.SIDE,
            height=fabric.SIDE,
        )
    return fabric.strokes(state.DRAWING.get())


def pen() -> int:
    """How wide the pen is, in canvas pixels."""
    return PENS[PEN_WIDTH.get() or "Medium"]


def picture() -> np.ndarray | None:
    """The test image (28, 28) that lies on the canvas instead of strokes, if one does.

    It has no strokes, and is no photograph either: it is in MNIST's form already, and is read as
    it is. With the first stroke on it the strokes are what is read. The image stays below them,
    dim as it is, since to take it away would load the canvas under a hand that draws the next one.
    """
    position = (state.DRAWING.get() or {}).get("image")
    return None if position is None else datasets.dataset("mnist").test.images[position]


def image(drawn: list[np.ndarray]) -> np.ndarray:
    """What is on the canvas, as the network reads it, (28, 28) uint8."""
    loaded = picture()
    return render.draw(drawn) if loaded is None else loaded


def load(drawing: dict) -> None:
    """Put something else on the canvas: {"strokes": […]} or {"image": position in the test set}.

    What was there comes back with Undo.
    """
    _keep()  # a stroke that arrives together with the click comes first
    _remember()
    TOOL.set("pen")
    state.DRAWING.set(drawing)


def lay(drawing: dict, undo: tuple = ()) -> None:
    """Another sheet altogether: Undo goes back no further than `undo` does."""
    state.UNDO.set(undo)
    TOOL.set("pen")
    state.DRAWING.set(drawing)


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
            on_click=lambda: load({"strokes": []}),
            width="stretch",
        )
    # With another tool the drawing is shown anew: what the eraser has left, and all in one width.
    with st.container(
        horizontal=True, width=fabric.SIDE, gap="xsmall", vertical_alignment="center"
    ):
        st.segmented_control(
            "Tool",
            list(TOOLS),
            default="pen",
            format_func=TOOLS.get,
            required=True,
            label_visibility="collapsed",
            key=TOOL.name,
            persist_state="session",
            on_change=_anew,
            help="The eraser rubs out what it covers, be it a part of a stroke.",
        )
        st.selectbox(
            "Width of the pen",
            list(PENS),
            index=1,
            label_visibility="collapsed",
            width=98,
            key=PEN_WIDTH.name,
            persist_state="session",
            on_change=_anew,
            help="How broad the pen is on the canvas. For the network, every stroke is drawn again "
            "with MNIST's pen.",
        )


def _anything(drawing) -> bool:
    return bool(fabric.strokes(drawing)) or (drawing or {}).get("image") is not None


def _objects() -> list[dict]:
    """What the browser is to show: the strokes, or the test image that lies there."""
    loaded = picture()
    if loaded is None:
        return fabric.objects(fabric.strokes(state.DRAWING.get()), pen())
    scale = fabric.SIDE / len(loaded)
    place = {"left": fabric.SIDE / 2, "top": fabric.SIDE / 2, "scaleX": scale, "scaleY": scale}
    look = {"src": pictures.png(loaded), "imageSmoothing": False, "opacity": DIM}
    return [{"type": "Image", **look, **place}]


def _paper(turn: int) -> str:
    """Black, in words that say which turn of the drawing it is: its hue, which black does not show.

    The browser sends this colour back with each drawing, so that one from before our latest change
    is known; and to change it makes the browser load even the same drawing anew.
    """
    return f"hsl({turn}, 0%, 0%)"


def _keep() -> None:
    """Take over what the browser has sent, unless it did not know of our latest change yet."""
    raw, now = CANVAS.get(), state.DRAWING.get()
    for name in ("drawing", "raw"):
        raw = raw.get(name) if isinstance(raw, dict) else None
    paper = _paper(CANVAS_START.get()[1])
    if not isinstance(raw, dict) or raw.get("background", paper) != paper:
        return
    if now is not SHOWN.get():  # we have just changed it ourselves
        return
    before = (now or {}).get("strokes", [])
    for strokes in _steps(raw, before):
        _remember()
        state.DRAWING.set({"strokes": strokes})
    drawn = state.DRAWING.get()
    if drawn is now:
        return
    if drawn["strokes"]:
        SHOWN.set(drawn)
    else:  # all is rubbed out: the traces of the eraser go, and the next thing to do is to draw
        TOOL.set("pen")


def _steps(raw: dict, before: list) -> list[list]:
    """The drawing after each new stroke or rub: quick ones arrive together, 0.2 s after the last.

    Where `before` is not among what it was, because more has changed, the whole is one step.
    """
    objects = raw.get("objects")
    objects = objects if isinstance(objects, list) else []
    steps = []
    for number in range(len(objects), max(len(objects) - MOST_AT_ONCE, 0) - 1, -1):
        strokes = [s.tolist() for s in fabric.read({"objects": objects[:number]})]
        if strokes == before:
            return steps[::-1]
        if not steps or strokes != steps[-1]:
            steps.append(strokes)
    return steps[:1]


def _undo() -> None:
    _keep()  # a stroke that arrives together with the click comes first
    before = state.UNDO.get()
    if before:
        state.UNDO.set(before[:-1])
        state.DRAWING.set(before[-1])
    else:  # drawn before the page was loaded anew
        state.DRAWING.set({"strokes": (state.DRAWING.get() or {}).get("strokes", [])[:-1]})


def _remember() -> None:
    state.UNDO.set([*state.UNDO.get(), state.DRAWING.get() or {"strokes": []}][-MOST_UNDOS:])


def _anew() -> None:
    """Let the browser load the drawing again."""
    _keep()
    SHOWN.clear()
