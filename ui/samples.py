"""A row of real test images to put on the canvas, for those who do not want to draw."""

import numpy as np
import streamlit as st

from ui import cache, canvas, pictures, state

SHOWN = 10


def show() -> None:
    """Ten images, one of each digit; a touch puts one on the canvas."""
    test = cache.dataset("mnist").test
    sheet = state.TEST_SHEET.get()
    positions = [int(np.flatnonzero(test.labels == digit)[sheet]) for digit in range(SHOWN)]
    pictures.row(
        "Test images",
        test.images[positions],
        [f"Test image of a {digit}" for digit in range(SHOWN)],
        key=state.TEST_IMAGES.name,
        on_pick=lambda number: canvas.show({"image": positions[number]}),
    )
    st.button(
        "Others",
        icon=":material/refresh:",
        help="Ten other test images.",
        on_click=lambda: state.TEST_SHEET.set((sheet + 1) % MOST),
    )
    st.caption(
        "Images of MNIST's test set, which the shipped networks never learned from. They have no "
        "strokes, so each is read as it is; to draw on the canvas begins a new drawing."
    )


MOST = 800  # of each digit the test set has at least 892
