"""Explore: look at the data. Only the open section is computed."""

import streamlit as st

from ui import page
from ui.explore.sections import SECTIONS
from ui.explore.view import choose_images, choose_section
from ui.parts import menu
from ui.session import state

page.start(
    menu.EXPLORE,
    "Every image shows one handwritten digit on 28 × 28 pixels, with a label that says which digit "
    "it is. See what the network sees: single images, their pixel values, and what they have in "
    "common.",
)

view = choose_images(on_change=state.forget_image)
section = choose_section(list(SECTIONS))
if len(view.positions):
    SECTIONS[section](view)
else:
    st.info(f"There is no such image in the {view.split} set. Choose another digit or split above.")
