"""Shows a model a picture instead of a drawing: a test image of its dataset, or an uploaded file.

For models that read something else than digits, or pictures in colour.
"""

import numpy as np
import streamlit as st

from dataset import DataError, Dataset
from dataset.ink.digits import Digit
from dataset.pictures import picture
from dataset.variants import frame
from dataset.variants.views import of_images
from netcore import Model, ModelError
from ui.parts import layout, pictures
from ui.parts.upload import Upload
from ui.parts.wording import plain, size
from ui.session import answer, models
from ui.session.state import Key

SHOWN = 12  # test images at a time

PICTURE_OPEN = Key("_picture_open", False)
PICTURE_ROW = Key("_picture_row")
PICTURE_SET = Key("_picture_set", 0)  # which test images are shown
PICTURE = Key("_picture")  # the chosen one: (see `_wanted`, the image in that size, what it is)
FILE = Upload(
    "_picture_file",
    "A picture as PNG, JPEG or WebP",
    ("png", "jpg", "jpeg", "webp"),
    "It is cut to the shape of the model's images and made as small as they are.",
    DataError,
    picture.MAX_PICTURE_BYTES // 1_000_000,
)


def expander(name: str) -> None:
    """Below the canvas, for a model that can read drawings too."""
    title = "Show it a test image or a picture"
    with layout.lazy(title, ":material/image_search:", PICTURE_OPEN.name) as box:
        if box.open:
            panel(name)


def panel(name: str) -> list[Digit]:
    """The choice, and what the model reads in it; returns the chosen picture, if there is one."""
    model = models.models()[name]
    data = models.data_of(model)
    if data:
        _test_images(model, data)
    else:
        st.caption("Its dataset is not open here, so there are no test images to choose from.")
    FILE.show(st.expander, "Upload a picture", lambda file: _open(file, model))
    chosen = PICTURE.get()
    if chosen is None or chosen[0] != _wanted(model):
        st.info("Choose a picture above to see how the model reads it.", icon=":material/image:")
        return []
    _, image, description = chosen
    found = [Digit([], of_images(image[None])[0])]
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=answer.SEEN):
            st.image(
                pictures.data_url(pictures.upright(image), answer.SEEN),
                width=answer.SEEN,
                alt="The chosen picture",
            )
            st.caption(description)
        with st.container(width=answer.ANSWER_WIDTH):
            try:
                views = answer.views_of(found, model)
                answer.show_reading(views, answer.reader_of(model), key="picture")
            except ModelError as error:
                st.error(str(error))
    return found


def _wanted(model: Model) -> tuple[str, tuple[int, ...]]:
    """Which pictures a model is shown: of its dataset, in its size."""
    return model.recipe.dataset, tuple(model.input_shape)


def _test_images(model: Model, data: Dataset) -> None:
    number = PICTURE_SET.get()
    positions = (number * SHOWN + np.arange(min(SHOWN, len(data.test)))) % len(data.test)
    names = [data.classes[label] for label in data.test.labels[positions]]

    def choose(which: int) -> None:
        about = f"Test image {positions[which]}, labelled **{plain(names[which])}**."
        PICTURE.set((_wanted(model), data.test.images[positions[which]], about))

    pictures.row(
        "Test images",
        data.test.images[positions],
        [f"Test image {i}, {name}" for i, name in zip(positions, names, strict=True)],
        key=PICTURE_ROW.name,
        on_pick=choose,
    )
    st.button(
        "Show others",
        icon=":material/refresh:",
        help="Show other test images.",
        on_click=lambda: PICTURE_SET.set(number + 1),
    )
    st.caption(
        f"From the test set of {plain(data.name)}, which a network is not trained on. Click one to "
        "see how the model reads it."
    )


def _open(file, model: Model) -> None:
    """Choose an uploaded picture. Raises DataError."""
    image = frame.fit_picture(picture.open_picture(file), tuple(model.input_shape))
    PICTURE.set((_wanted(model), image, f"Your picture on {size(model.input_shape)}."))
