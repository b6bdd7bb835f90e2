"""A row of real test images to put on the canvas, for those who do not want to draw."""

import numpy as np
import streamlit as st

from ui.parts import pictures
from ui.session import canvas, datasets
from ui.session.state import Key

DIGITS = 10
SHEETS = 800  # the test set has at least 892 images of each digit

SAMPLES_OPEN = Key("_samples_open", False)
TEST_IMAGES = Key("_test_images")
TEST_SHEET = Key("_test_sheet", 0)  # which row of test images is offered


def offer() -> None:
    """Ten images, one of each digit, in a box that opens; a touch puts one on the canvas."""
    with st.expander(
        "Or take a test image",
        icon=":material/image_search:",
        key=SAMPLES_OPEN.name,
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        test, sheet = datasets.dataset("mnist").test, TEST_SHEET.get()
        positions = [int(np.flatnonzero(test.labels == k)[sheet]) for k in range(DIGITS)]
        pictures.row(
            "Test images",
            test.images[positions],
            [f"Test image of a {k}" for k in range(DIGITS)],
            key=TEST_IMAGES.name,
            on_pick=lambda number: canvas.load({"image": positions[number]}),
        )
        st.button(
            "Others",
            icon=":material/refresh:",
            help="Ten other test images.",
            on_click=lambda: TEST_SHEET.set((sheet + 1) % SHEETS),
        )
        st.caption(
            "From MNIST's test set, which the shipped networks never learned from. They have no "
            "strokes, so each is read as it is. Draw on it, and your strokes are read instead."
        )
