"""Reads a photo instead of a drawing, from a file or from the camera."""

import numpy as np
import streamlit as st

from dataset import DataError
from dataset.pictures import photograph, picture
from dataset.variants.views import of_images
from netcore import Model, ModelError
from ui.parts import layout
from ui.session import answer, models
from ui.session.state import Key

FILE, CAMERA = "File", "Camera"
LARGEST_FILE = picture.MAX_PICTURE_BYTES // 1_000_000  # megabytes
WIDTH = 280  # pixels of the photo beside the answer
NOTHING = (
    "No digit found. Write large with a dark pen on light paper, take the photo from above, and "
    "keep the edges of the sheet out of it."
)

PHOTO_OPEN = Key("_photo_open", False)
PHOTO_SOURCE = Key("_photo_source")
PHOTO_FILE = Key("_photo_file")
PHOTO_CAMERA = Key("_photo_camera")


def section(name: str) -> None:
    """An expander that reads photos; `name` is one of `models.models`."""
    with layout.lazy("Read a photo", ":material/photo_camera:", PHOTO_OPEN.name) as box:
        if box.open:
            st.fragment(_section)(models.models()[name])


def _section(model: Model) -> None:
    st.markdown("Write a digit or a whole number on paper, and let the network read it.")
    source = st.segmented_control(
        "Source of the photo",
        [FILE, CAMERA],
        default=FILE,
        required=True,
        key=PHOTO_SOURCE.name,
        help="The camera starts only after you allow it. Photos are kept in your session only.",
    )
    if source == CAMERA:
        file = st.camera_input(
            "Take a photo",
            key=PHOTO_CAMERA.name,
            width=WIDTH,
            help="Let the sheet fill the photo, in good light.",
        )
    else:
        file = st.file_uploader(
            "A picture as PNG, JPEG or WebP",
            type=["png", "jpg", "jpeg", "webp"],
            max_upload_size=LARGEST_FILE,
            key=PHOTO_FILE.name,
            help="Dark ink on light paper or light on dark, one digit or several side by side.",
        )
    if file is None:
        return
    # Not an `Upload`, which reads a file once: here each model reads the same photo anew.
    try:
        pixels = picture.open_picture(file)
        _answer(model, pixels)
    except (DataError, ModelError) as error:
        st.error(str(error))


def _answer(model: Model, pixels: np.ndarray) -> None:
    reader = answer.reader_of(model)

    def fitted(views: np.ndarray) -> np.ndarray:
        return models.fit(model, views)

    images, note = photograph.read(pixels, lambda views: answer.read(reader, fitted(views)).score)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=WIDTH):
            st.image(pixels, width=WIDTH, caption="Your photo")
        with st.container(width=answer.ANSWER_WIDTH):
            if len(images) and note:
                st.info(note, icon=":material/help:")
            elif len(images):
                answer.show_reading(fitted(of_images(images)), reader, key="photograph")
            else:
                st.info(NOTHING, icon=":material/search_off:")
