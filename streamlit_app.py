"""Home: what this is, a first digit drawn and read, and the way into the app."""

import streamlit as st

from ui import page
from ui.parts import menu
from ui.session import answer, shared

page.start(
    "Teach a network to read",
    ":material/edit_note:",
    "A playground where a neural network learns to read handwriting before your eyes, on an engine "
    "of our own in plain NumPy. Begin here: **draw a digit**.",
)

answer.panel(next(iter(shared.shipped_models())))

invited = [entry for entry in menu.PAGES if entry.invitation]
for column, entry in zip(st.columns(len(invited)), invited, strict=True):
    with column.container(border=True, height="stretch"):
        st.page_link(entry.file, label=f"**{entry.label}**", icon=entry.icon)
        st.markdown(entry.invitation)
