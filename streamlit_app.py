"""Home: what this app is, a first digit to draw, and links to all pages."""

import streamlit as st

from ui import page
from ui.parts import menu
from ui.session import answer, shared

page.start(
    menu.HOME,
    "Watch a neural network learn to read handwriting. It runs on our own engine, written in plain "
    "NumPy. Start here: **draw a digit**.",
    title="Teach a network to read",
    icon=":material/edit_note:",
)

answer.panel(next(iter(shared.shipped_models())))

invited = [entry for entry in menu.PAGES if entry.invitation]
for column, entry in zip(st.columns(len(invited)), invited, strict=True):
    with column.container(border=True, height="stretch"):
        entry.link(f"**{entry.label}**")
        st.markdown(entry.invitation)
