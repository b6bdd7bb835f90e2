"""The visitor's own drawings with their labels, kept in the session.

They can be downloaded and uploaded again as JSON lines.
"""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dataset import DataError, strokes
from dataset.ink import render
from dataset.strokes import Drawing
from ui.parts import fabric, pictures
from ui.parts.upload import Upload
from ui.parts.wording import article
from ui.session import state
from ui.session.state import Key

DIGITS = tuple(range(10))
MAX_DRAWINGS = 300
FIRST_HELD_OUT = 12  # number of the first drawing that is held out for testing
HELD_OUT_EVERY = 3  # from then on
LARGEST_FILE = 5  # megabytes
MAX_COORDINATE = 1e6  # points beyond it are dropped

OWN_SET = Key("_own_set", (), kept=True)  # of `OwnDrawing`
OWN_COUNT = Key("_own_count", 0, kept=True)  # drawings that were ever added
OWN_CHANGED = Key("_own_changed", False)  # the rest of the page still shows the old set
OWN_CHOSEN = Key("_own_chosen")  # position of the drawing to correct
OWN_LABEL = Key("_own_label")
OWN_PICTURES = Key("_own_pictures")
OWN_ERROR = Key("_own_error")  # why a drawing could not be added, as a sentence
CANVAS_LABEL = Key("_canvas_label")  # of the drawing on the canvas
FILE = Upload(
    "_own_file",
    "Drawings as JSON lines",
    ("jsonl", "json"),
    "A file that you downloaded here. Drawings that you have already are skipped.",
    DataError,
    LARGEST_FILE,
)


@dataclass(frozen=True, eq=False)
class OwnDrawing:
    drawing: Drawing
    image: np.ndarray  # (28, 28) uint8, as the network sees it
    held_out: bool  # never trained on, so that it can be used for testing


def drawings() -> list[OwnDrawing]:
    return list(OWN_SET.get())


def add(drawn: list[np.ndarray], label: int) -> None:
    """Add a drawing. Raises DataError if there are too many."""
    if len(drawings()) >= MAX_DRAWINGS:
        raise DataError(
            f"You have {MAX_DRAWINGS} drawings, which is the limit: download them, then delete "
            "some or all of them."
        )
    number = OWN_COUNT.get() + 1
    OWN_COUNT.set(number)
    held_out = number >= FIRST_HELD_OUT and number % HELD_OUT_EVERY == 0
    OWN_SET.set([*drawings(), OwnDrawing(Drawing(drawn, label), render.draw(drawn), held_out)])


def relabel(position: int, label: int) -> None:
    own = drawings()
    own[position] = replace(own[position], drawing=replace(own[position].drawing, label=label))
    OWN_SET.set(own)


def remove(position: int) -> None:
    own = drawings()
    del own[position]
    OWN_SET.set(own)
    OWN_CHOSEN.clear()


def position_of(drawn: list[np.ndarray]) -> int | None:
    """The position of a drawing with exactly these strokes; None if there is none."""
    for position, own in enumerate(drawings()):
        kept = own.drawing.strokes
        if len(kept) == len(drawn) and all(map(np.array_equal, kept, drawn)):
            return position
    return None


def label_control() -> None:
    """Below the answer: a click on a digit labels the drawing, and adds it to the set."""
    drawn = fabric.strokes(state.DRAWING.get())
    kept = position_of(drawn) if drawn else None
    CANVAS_LABEL.set(None if kept is None else drawings()[kept].drawing.label)
    st.segmented_control(
        "Which digit did you draw?",
        DIGITS,
        key=CANVAS_LABEL.name,
        on_change=_label_chosen,
        disabled=not drawn,
        help="This adds the drawing to your drawings below, with which you can teach a model. "
        "Click the same digit again to remove it.",
    )
    if refusal := OWN_ERROR.get():
        st.error(refusal)
    elif kept is not None:
        st.caption("Added to your drawings, below.")
    if OWN_CHANGED.get():  # the rest of the page shows the set
        OWN_CHANGED.clear()
        st.rerun()


def _label_chosen() -> None:
    label, drawn = CANVAS_LABEL.get(), fabric.strokes(state.DRAWING.get())
    kept = position_of(drawn)
    OWN_ERROR.clear()
    OWN_CHANGED.set(True)
    if kept is not None and label is None:
        remove(kept)
    elif kept is not None:
        relabel(kept, label)
    elif drawn and label is not None:
        try:
            add(drawn, label)
        except DataError as error:
            OWN_ERROR.set(str(error))


def gallery() -> None:
    """The drawings as pictures, to correct, delete, download and upload."""
    own = drawings()
    if own:
        _gallery(own)
    else:
        st.markdown(
            "None yet. Draw a digit above and choose which digit it is. It is added here, whether "
            "it was read correctly or not."
        )
    _files(own)


def count(number: int) -> str:
    return "1 drawing" if number == 1 else f"{number} drawings"


def _gallery(own: list[OwnDrawing]) -> None:
    chosen = OWN_CHOSEN.get()
    pictures.row(
        "Your drawings",
        [o.image for o in own],
        [f"Drawing {n}, {_name(o.drawing.label)}" for n, o in enumerate(own, start=1)],
        key=OWN_PICTURES.name,
        on_pick=OWN_CHOSEN.set,
        captions=[f"{o.drawing.label}{' ◦' if o.held_out else ''}" for o in own],
        chosen=chosen,
    )
    held_out = " Those marked ◦ are held out for testing." if any(o.held_out for o in own) else ""
    st.caption(f"{count(len(own))}. Click one to correct or delete it.{held_out}")
    if chosen is not None:
        _correct(chosen, own[chosen].drawing.label)


def _name(label: int | None) -> str:
    return f"{article(label)} {label}"


def _correct(position: int, label: int) -> None:
    """The label of one drawing, and a button to delete it."""
    OWN_LABEL.set(label)
    st.segmented_control(
        f"Label of drawing {position + 1}",
        DIGITS,
        key=OWN_LABEL.name,
        required=True,
        on_change=lambda: relabel(position, OWN_LABEL.get()),
        help="The digit that you meant to draw.",
    )
    st.button(
        f"Delete drawing {position + 1}",
        icon=":material/delete:",
        help="Remove this drawing.",
        on_click=remove,
        args=[position],
    )


def _files(own: list[OwnDrawing]) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Download drawings",
            lambda: strokes.dumps([o.drawing for o in own]),
            "my digits.jsonl",
            "application/jsonl",
            icon=":material/download:",
            disabled=not own,
            on_click="ignore",
            help="One line of JSON per drawing, with label and strokes. The command "
            "`python -m netcore predict MODEL --ink FILE` reads this file too.",
        )
        FILE.show(st.popover, "Upload drawings", _open, help="Add saved drawings.")
        with st.popover(
            "Delete all",
            icon=":material/delete_sweep:",
            disabled=not own,
            help="Remove all drawings.",
        ):
            st.markdown("This cannot be undone. To keep the drawings, download them first.")
            st.button("Delete all drawings", help="Remove all drawings.", on_click=_clear)


def _clear() -> None:
    OWN_SET.clear()
    OWN_CHOSEN.clear()


def _open(file) -> None:
    """Add the drawings of an uploaded file. Raises `DataError`."""
    for drawn, label in opened(file.getvalue(), file.name):
        add(drawn, label)


def opened(content: bytes, name: str) -> list[tuple[list[np.ndarray], int]]:
    """Strokes and label of each drawing in a file, without those that are in the set already.

    Raises DataError.
    """
    if len(content) > LARGEST_FILE * 10**6:
        raise DataError(f"{name} is larger than {LARGEST_FILE} MB: split it into several files.")
    found = strokes.loads(content, name)
    _check_room(len(found), MAX_DRAWINGS, name)
    pairs = []
    for number, drawing in enumerate(found, start=1):
        drawn = [
            stroke[(np.abs(stroke) < MAX_COORDINATE).all(axis=1)] for stroke in drawing.strokes
        ]
        drawn = [stroke for stroke in drawn if len(stroke)]
        if drawing.label is None:
            raise DataError(f'{name}: drawing {number} has no label: add "label": 0 … 9.')
        if not drawn:
            raise DataError(f"{name}: drawing {number} is empty: delete its line.")
        if sum(map(len, drawn)) > fabric.MAX_POINTS:
            raise DataError(
                f"{name}: drawing {number} has more than {fabric.MAX_POINTS:,} points: delete its "
                "line."
            )
        if position_of(drawn) is None:  # a duplicate could be both trained on and held out
            pairs.append((drawn, drawing.label))
    _check_room(len(pairs), MAX_DRAWINGS - len(drawings()), name)
    return pairs


def _check_room(number: int, room: int, name: str) -> None:
    if number > room:
        raise DataError(
            f"{name} has {number:,} drawings, but there is only room for {room}: "
            "split the file, or delete your drawings first."
        )
