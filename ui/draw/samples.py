"""A row of test images to put on the canvas, for visitors who do not want to draw."""

import numpy as np
import streamlit as st

from ui.parts import layout, pictures
from ui.parts.wording import article
from ui.session import canvas, datasets
from ui.session.state import Key

SETS = 800  # of ten images; the test set has at least 892 images of each digit

SAMPLES_OPEN = Key("_samples_open", False)
TEST_IMAGES = Key("_test_images")
SAMPLE_SET = Key("_sample_set", 0)  # which ten test images are shown


def offer() -> None:
    """An expander with ten images, one of each digit; a click puts one on the canvas."""
    with layout.lazy("Use a test image", ":material/image_search:", SAMPLES_OPEN.name) as box:
        if not box.open:
            return
        data, number = datasets.dataset("mnist"), SAMPLE_SET.get()
        test, classes = data.test, data.classes
        positions = [int(np.flatnonzero(test.labels == k)[number]) for k in range(len(classes))]
        pictures.row(
            "Test images",
            test.images[positions],
            [f"Test image of {article(k)} {k}" for k in range(len(classes))],
            key=TEST_IMAGES.name,
            on_pick=lambda digit: canvas.load({"image": positions[digit]}),
        )
        st.button(
            "Show others",
            icon=":material/refresh:",
            help="Show ten other test images.",
            on_click=lambda: SAMPLE_SET.set((number + 1) % SETS),
        )
        st.caption(
            "From MNIST's test set, which the models that come with the app were not trained on. "
            "A test image has no strokes and is read as it is. If you draw on it, your strokes are "
            "read instead."
        )
