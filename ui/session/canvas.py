"""The drawing canvas with its tools: pen, eraser, Undo and Clear.

`state.DRAWING` always holds what is on the canvas, so that a drawing survives clicks and page
switches. Whenever the initial drawing that the browser is given changes, it reloads the canvas,
even under a moving pen. So that changes only if `state.DRAWING` is a different object from `SHOWN`,
the drawing that the browser has.
"""

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dataset.ink import render
from ui.parts import fabric, pictures
from ui.session import datasets, pen, state
from ui.session.state import Key

PENS = {"Thin": 10, "Medium": fabric.PEN, "Thick": 28}  # widths in canvas pixels
TOOLS = {"pen": ":material/edit: Pen", "eraser": ":material/ink_eraser: Eraser"}
DIM = 0.45  # opacity of a test image, to distinguish it from strokes
MAX_UNDOS = 100
MAX_TOGETHER = 8  # strokes that arrive together and that Undo treats separately

CANVAS = Key("canvas")  # the widget
SHOWN = Key("_shown")  # the value of `state.DRAWING` that the browser has
INITIAL = Key("_canvas_initial", ((), 0))  # what the browser loaded: (Fabric objects, version)
TOOL = Key("_tool", "pen")
PEN_WIDTH = Key("_pen_width", "Medium")


def draw() -> list[np.ndarray]:
    """Show the canvas, `fabric.SIDE` pixels wide, and return the strokes on it."""
    board = st.container(width=fabric.SIDE, gap="small")
    _tools()
    if state.DRAWING.get() is not SHOWN.get() or CANVAS.name not in st.session_state:
        SHOWN.set(state.DRAWING.get())  # changed on the server, or the canvas is new on this page
        INITIAL.set((_objects(), INITIAL.get()[1] + 1))
    objects, version = INITIAL.get()
    erasing = TOOL.get() == "eraser"
    with board:
        st.space("small")  # for the canvas's own toolbar, which appears above it on hover
        st_canvas(
            key=CANVAS.name,
            initial_drawing={"objects": objects},
            background_color=_background(version),
            stroke_color=fabric.PAPER if erasing else fabric.INK,
            stroke_width=fabric.ERASER if erasing else pen_width(),
            on_change=_receive,
            width=fabric.SIDE,
            height=fabric.SIDE,
        )
        pen.guard()
    return fabric.strokes(state.DRAWING.get())


def pen_width() -> int:
    """In canvas pixels."""
    return PENS[PEN_WIDTH.get() or "Medium"]


def test_image() -> np.ndarray | None:
    """The test image (28, 28) that is on the canvas instead of strokes, if there is one.

    It is in MNIST's form already and is read as it is. Once something is drawn on it, the strokes
    are read instead. The dimmed image stays below them, since removing it would reload the canvas
    while the next stroke is being drawn.
    """
    position = (state.DRAWING.get() or {}).get("image")
    return None if position is None else datasets.dataset("mnist").test.images[position]


def image(drawn: list[np.ndarray]) -> np.ndarray:
    """What is on the canvas as one image, as the network reads it, (28, 28) uint8."""
    loaded = test_image()
    return render.draw(drawn) if loaded is None else loaded


def load(drawing: dict) -> None:
    """Put something else on the canvas: {"strokes": […]} or {"image": position in the test set}.

    Undo brings back what was there.
    """
    _receive()  # a stroke that arrives together with the click comes first
    _save_for_undo()
    TOOL.set("pen")
    state.DRAWING.set(drawing)


def reset(drawing: dict, undo: tuple = ()) -> None:
    """Put something else on the canvas, and start over with what Undo can bring back."""
    state.UNDO.set(undo)
    TOOL.set("pen")
    state.DRAWING.set(drawing)


def _tools() -> None:
    empty = _is_empty(state.DRAWING.get())
    with st.container(horizontal=True, width=fabric.SIDE, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            help="Undo the last stroke, erasure or Clear. Key: Z",
            shortcut="Z",
            disabled=empty and not state.UNDO.get(),
            on_click=_undo,
            width="stretch",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            help="Clear the canvas. Undo brings the drawing back. Key: X",
            shortcut="X",
            disabled=empty,
            on_click=lambda: load({"strokes": []}),
            width="stretch",
        )
    # Another tool reloads the drawing: what the eraser has left, and all strokes in one width.
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
            on_change=_reload,
            help="The eraser removes whatever it covers, even part of a stroke.",
        )
        st.selectbox(
            "Pen width",
            list(PENS),
            index=1,
            label_visibility="collapsed",
            width=98,
            key=PEN_WIDTH.name,
            persist_state="session",
            on_change=_reload,
            help="The width of the pen on the canvas. The network does not see it: strokes are "
            "redrawn with the pen width of MNIST.",
        )


def _is_empty(drawing) -> bool:
    return not fabric.strokes(drawing) and (drawing or {}).get("image") is None


def _objects() -> list[dict]:
    """What the browser should show: the strokes, or the test image."""
    loaded = test_image()
    if loaded is None:
        return fabric.objects(fabric.strokes(state.DRAWING.get()), pen_width())
    scale = fabric.SIDE / len(loaded)
    place = {"left": fabric.SIDE / 2, "top": fabric.SIDE / 2, "scaleX": scale, "scaleY": scale}
    look = {"src": pictures.data_url(loaded), "imageSmoothing": False, "opacity": DIM}
    return [{"type": "Image", **look, **place}]


def _background(version: int) -> str:
    """Black, with the version of the initial drawing as its hue, which does not show.

    The browser sends this colour back with each drawing, which reveals drawings from before the
    latest change. A new colour also makes the browser reload the canvas if nothing else changed.
    """
    return f"hsl({version}, 0%, 0%)"


def _receive() -> None:
    """Take over the drawing that the browser has sent, unless it is older than our last change."""
    raw, now = CANVAS.get(), state.DRAWING.get()
    for name in ("drawing", "raw"):
        raw = raw.get(name) if isinstance(raw, dict) else None
    background = _background(INITIAL.get()[1])
    if not isinstance(raw, dict) or raw.get("background", background) != background:
        return
    if now is not SHOWN.get():  # just changed on the server
        return
    before = (now or {}).get("strokes", [])
    for strokes in _steps(raw, before):
        _save_for_undo()
        state.DRAWING.set({"strokes": strokes})
    drawn = state.DRAWING.get()
    if drawn is now:
        return
    if drawn["strokes"]:
        SHOWN.set(drawn)
    else:  # everything is erased: reload without the traces of the eraser, and choose the pen
        TOOL.set("pen")


def _steps(raw: dict, before: list) -> list[list]:
    """The drawing after each new stroke or erasure, since quick ones arrive together.

    The browser sends the drawing 0.2 s after the last one. If `before` is not one of its earlier
    stages, because more has changed, the whole drawing is one step.
    """
    objects = raw.get("objects")
    objects = objects if isinstance(objects, list) else []
    steps = []
    for number in range(len(objects), max(len(objects) - MAX_TOGETHER, 0) - 1, -1):
        strokes = [s.tolist() for s in fabric.read({"objects": objects[:number]})]
        if strokes == before:
            return steps[::-1]
        if not steps or strokes != steps[-1]:
            steps.append(strokes)
    return steps[:1]


def _undo() -> None:
    _receive()  # a stroke that arrives together with the click comes first
    before = state.UNDO.get()
    if before:
        state.UNDO.set(before[:-1])
        state.DRAWING.set(before[-1])
    else:  # drawn before the page was reloaded
        state.DRAWING.set({"strokes": (state.DRAWING.get() or {}).get("strokes", [])[:-1]})


def _save_for_undo() -> None:
    state.UNDO.set([*state.UNDO.get(), state.DRAWING.get() or {"strokes": []}][-MAX_UNDOS:])


def _reload() -> None:
    """Make the browser load the drawing again."""
    _receive()
    SHOWN.clear()
