"""Home: what this app is, a first digit to draw, and links to all pages."""

import streamlit as st

from ui import page
from ui.parts import menu
from ui.session import answer, shared

page.start(
    "Teach a network to read",
    ":material/edit_note:",
    "Watch a neural network learn to read handwriting. It runs on our own engine, written in plain "
    "NumPy. Start here: **draw a digit**.",
)

answer.panel(next(iter(shared.shipped_models())))

invited = [entry for entry in menu.PAGES if entry.invitation]
for column, entry in zip(st.columns(len(invited)), invited, strict=True):
    with column.container(border=True, height="stretch"):
        st.page_link(entry.file, label=f"**{entry.label}**", icon=entry.icon)
        st.markdown(entry.invitation)
