"""A photograph of digits instead of a drawing: from a file, or with the camera."""

import numpy as np
import streamlit as st

from dataset import DataError
from dataset.pictures import photograph, picture
from dataset.variants.views import of_images
from netcore import Model, ModelError
from ui.session import answer, models
from ui.session.state import Key

FILE, CAMERA = "From a file", "With the camera"
LARGEST_FILE = picture.MAX_PICTURE_BYTES // 1_000_000  # megabytes
WIDTH = 280  # pixels of the photograph beside its answer
NOTHING = (
    "No digit found on it. Write large, with a dark pen on light paper, keep the edges of the "
    "sheet out of the picture, and take it from above."
)

PHOTO_OPEN = Key("_photo_open", False)
PHOTO_SOURCE = Key("_photo_source")
PHOTO_FILE = Key("_photo_file")
PHOTO_CAMERA = Key("_photo_camera")


def section(name: str) -> None:
    """An expander that reads pictures; `name` is one of `shelf.models`."""
    with st.expander(
        "Read a photograph",
        icon=":material/photo_camera:",
        key=PHOTO_OPEN.name,
        on_change="rerun",
    ) as box:
        if box.open:
            st.fragment(_section)(models.models()[name])


def _section(model: Model) -> None:
    st.markdown("Write one digit or a whole number on paper, and let the network read it.")
    source = st.segmented_control(
        "Where the picture comes from",
        [FILE, CAMERA],
        default=FILE,
        required=True,
        key=PHOTO_SOURCE.name,
        help="The camera opens only after you allow it. Pictures stay in your session.",
    )
    if source == CAMERA:
        file = st.camera_input(
            "Take a picture",
            key=PHOTO_CAMERA.name,
            width=WIDTH,
            help="Hold the sheet so that it fills the picture, and let light fall on it.",
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
    try:
        pixels = picture.open_picture(file)
        _answer(model, pixels)
    except (DataError, ModelError) as error:
        st.error(str(error))


def _answer(model: Model, pixels: np.ndarray) -> None:
    images = photograph.digits(pixels)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=WIDTH):
            st.image(pixels, width=WIDTH, caption="Your picture")
        with st.container(width=answer.ANSWER):
            if len(images):
                views = of_images(images)
                answer.show_reading(views, answer.reader_of(model), key="photograph")
            else:
                st.info(NOTHING, icon=":material/search_off:")
