"""The visitor's own set: drawings with the digit they were meant to be.

It stays in the session; as JSON lines it can be taken home and brought back.
"""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dataset import DataError, strokes
from dataset.ink import render
from dataset.strokes import Drawing
from ui.parts import fabric, pictures
from ui.session import state
from ui.session.state import Key

DIGITS = tuple(range(10))
MOST = 300  # drawings
LEARNED = 10  # so many are learned from; of those after them every third is kept aside
EVERY = 3
LARGEST_FILE = 5  # megabytes
FARTHEST = 1e6  # a coordinate beyond it is none

OWN_SET = Key("_own_set", (), kept=True)  # of ui.own_set.Own
OWN_COUNT = Key("_own_count", 0, kept=True)  # drawings that ever joined it
OWN_CHANGED = Key("_own_changed", False)  # the page still shows the set as it was
OWN_CHOSEN = Key("_own_chosen")  # position of the drawing to correct
OWN_LABEL = Key("_own_label")
OWN_PICTURES = Key("_own_pictures")
OWN_FILE = Key("_own_file")
OWN_ERROR = Key("_own_error")  # why a drawing could not join, as a sentence
OWN_FILE_ERROR = Key("_own_file_error")  # why a file was refused, as a sentence
SAID = Key("_said")  # what the drawing on the canvas was meant to be


@dataclass(frozen=True, eq=False)
class Own:
    drawing: Drawing
    image: np.ndarray  # (28, 28) uint8, as it is read
    kept_aside: bool  # never learned from, so that it can be a test


def drawings() -> list[Own]:
    return list(OWN_SET.get())


def add(drawn: list[np.ndarray], label: int) -> None:
    """One more drawing; DataError if there is no room."""
    if len(drawings()) >= MOST:
        raise DataError(f"Your set is full at {MOST} drawings: download it, then empty it.")
    number = OWN_COUNT.get() + 1
    OWN_COUNT.set(number)
    aside = number > LEARNED and number % EVERY == 0
    OWN_SET.set([*drawings(), Own(Drawing(drawn, label), render.draw(drawn), aside)])


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
    """Where this very drawing is in the set; None if it is not."""
    for position, own in enumerate(drawings()):
        kept = own.drawing.strokes
        if len(kept) == len(drawn) and all(map(np.array_equal, kept, drawn)):
            return position
    return None


def ask() -> None:
    """Below the answer: one touch says what the drawing was meant to be, and keeps it."""
    drawn = fabric.strokes(state.DRAWING.get())
    kept = position_of(drawn) if drawn else None
    SAID.set(None if kept is None else drawings()[kept].drawing.label)
    st.segmented_control(
        "Wrong? Say what it was",
        DIGITS,
        key=SAID.name,
        on_change=_said,
        disabled=not drawn,
        help="The drawing joins your own set below, from which a network can be taught. "
        "Touch the same digit again to take it out.",
    )
    if refusal := OWN_ERROR.get():
        st.error(refusal)
    elif kept is not None:
        st.caption("It is in your own set, below.")
    if OWN_CHANGED.get():  # the rest of the page shows the set
        OWN_CHANGED.clear()
        st.rerun()


def _said() -> None:
    label, drawn = SAID.get(), fabric.strokes(state.DRAWING.get())
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
    """The set as pictures, to correct, delete, download and upload."""
    own = drawings()
    if own:
        _gallery(own)
    else:
        st.markdown(
            "Empty so far. Draw a digit above and touch what it was meant to be: "
            "read rightly or not, it joins this set."
        )
    _files(own)


def count(number: int) -> str:
    return "1 drawing" if number == 1 else f"{number} drawings"


def _gallery(own: list[Own]) -> None:
    chosen = OWN_CHOSEN.get()
    pictures.row(
        "Your drawings",
        [o.image for o in own],
        [f"Drawing {n}, a {o.drawing.label}" for n, o in enumerate(own, start=1)],
        key=OWN_PICTURES.name,
        on_pick=OWN_CHOSEN.set,
        captions=[f"{o.drawing.label}{' ◦' if o.kept_aside else ''}" for o in own],
        chosen=chosen,
    )
    told = " Those marked ◦ are kept aside as a test." if any(o.kept_aside for o in own) else ""
    st.caption(f"{count(len(own))}. Touch one to correct or delete it.{told}")
    if chosen is not None:
        _correct(chosen, own[chosen].drawing.label)


def _correct(position: int, label: int) -> None:
    """The label of one drawing, and a way to delete it."""
    OWN_LABEL.set(label)
    st.segmented_control(
        f"Drawing {position + 1} is a",
        DIGITS,
        key=OWN_LABEL.name,
        required=True,
        on_change=lambda: relabel(position, OWN_LABEL.get()),
        help="The digit it was meant to be.",
    )
    st.button(
        f"Delete drawing {position + 1}",
        icon=":material/delete:",
        help="Take this drawing out of the set.",
        on_click=remove,
        args=[position],
    )


def _files(own: list[Own]) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Download the set",
            lambda: strokes.dumps([o.drawing for o in own]),
            "my digits.jsonl",
            "application/jsonl",
            icon=":material/download:",
            disabled=not own,
            on_click="ignore",
            help="One line of JSON a drawing: its label and its strokes. "
            "`python -m netcore predict MODEL --ink FILE` reads it too.",
        )
        with st.popover("Open a set", icon=":material/upload_file:", help="Add saved drawings."):
            st.file_uploader(
                "Drawings as JSON lines",
                type=["jsonl", "json"],
                max_upload_size=LARGEST_FILE,
                key=OWN_FILE.name,
                on_change=_open,
                help="Such as you downloaded here. What is not in your set yet is added to it.",
            )
            if refusal := OWN_FILE_ERROR.get():
                st.error(refusal)
        with st.popover(
            "Empty the set",
            icon=":material/delete_sweep:",
            disabled=not own,
            help="Take every drawing out.",
        ):
            st.markdown("Only a file brings them back. Download the set first?")
            st.button("Empty it", help="Take every drawing out of the set.", on_click=_clear)


def _clear() -> None:
    OWN_SET.clear()
    OWN_CHOSEN.clear()


def _open() -> None:
    """Add the drawings of an uploaded file; a refusal is kept in `state.OWN_FILE_ERROR`."""
    OWN_FILE_ERROR.clear()
    file = st.session_state[OWN_FILE.name]
    if file is None:  # taken away again
        return
    try:
        for drawn, label in opened(file.getvalue(), file.name):
            add(drawn, label)
    except DataError as error:
        OWN_FILE_ERROR.set(str(error))


def opened(content: bytes, name: str) -> list[tuple[list[np.ndarray], int]]:
    """Strokes and label of each drawing in a file that is not in the set; DataError says what is
    wrong with it.
    """
    if len(content) > LARGEST_FILE * 10**6:
        raise DataError(f"{name} is larger than {LARGEST_FILE} MB: cut it into several.")
    found = strokes.loads(content, name)
    _check_room(len(found), MOST, name)
    pairs = []
    for number, drawing in enumerate(found, start=1):
        drawn = [stroke[(np.abs(stroke) < FARTHEST).all(axis=1)] for stroke in drawing.strokes]
        drawn = [stroke for stroke in drawn if len(stroke)]
        if drawing.label is None:
            raise DataError(f'{name}: drawing {number} has no label: add "label": 0 … 9.')
        if not drawn:
            raise DataError(f"{name}: drawing {number} is empty: take its line out.")
        if sum(map(len, drawn)) > fabric.MAX_POINTS:
            raise DataError(f"{name}: drawing {number} has over {fabric.MAX_POINTS:,} points.")
        if position_of(drawn) is None:  # twice in it, it could be learned from and be a test too
            pairs.append((drawn, drawing.label))
    _check_room(len(pairs), MOST - len(drawings()), name)
    return pairs


def _check_room(number: int, room: int, name: str) -> None:
    if number > room:
        raise DataError(
            f"{name} holds {number:,} drawings, and your set has room for {room}: "
            "cut the file into several, or empty the set."
        )


# In the session: the visitor's own drawings, and what is done with them
