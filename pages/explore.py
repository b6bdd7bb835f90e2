"""Explore: look at the data before a network does. Only the open section is computed."""

import streamlit as st

from ui import page
from ui.explore.sections import SECTIONS
from ui.explore.view import choose_images, choose_section
from ui.session import state

page.start(
    "Explore",
    ":material/search:",
    "Every image is 28 × 28 pixels of handwriting, with the digit its writer meant. See what the "
    "network sees: single digits, their pixel values, and what they have in common.",
)

view = choose_images(on_change=state.forget_image)
section = choose_section(list(SECTIONS))
if len(view.positions):
    SECTIONS[section](view)
else:
    st.info(f"There is no such image in {view.split}: choose another digit or split above.")
