"""Explore: look at the data. Only the open section is computed."""

import streamlit as st

from ui import page
from ui.explore.sections import SECTIONS
from ui.explore.view import choose_images, choose_section
from ui.parts import menu, wording
from ui.session import datasets, state

data = datasets.chosen()
size, what = wording.size(data.image_shape), wording.class_word(data.noun)
if data.noun == "image":
    about = f"Every image has {size} and a label that says which of {len(data.classes)} classes it "
    about += "shows."
else:
    kind = "handwritten digit" if data.is_digits else what
    about = f"Every image shows one {kind} on {size}, with a label that says which {what} it is."
page.start(
    menu.EXPLORE,
    f"{about} See what the network sees: single images, their pixel values, and what they have in "
    "common.",
)

view = choose_images(on_change=state.forget_image)
section = choose_section(list(SECTIONS))
if len(view.positions):
    SECTIONS[section](view)
else:
    st.info(
        f"There is no such image in the {view.split} set. Choose another {view.what} or split "
        "above."
    )
