"""Home: what this is, a first digit drawn and read, and the roads into the app."""

import streamlit as st

from ui import cache, page, reader

ROADS = (
    (page.PAGES[1], "Look at 70,000 handwritten digits, the way a network will see them."),
    (page.PAGES[2], "Build a network, watch it learn in seconds, and steer it while it does."),
    (page.PAGES[3], "Choose who reads your writing, and see what it really sees."),
    (page.PAGES[4], "Lay runs side by side, share them, and find out what was luck."),
    (page.PAGES[5], "Try many settings at once, and see which of them matter."),
)

page.start(
    "Teach a network to read",
    ":material/edit_note:",
    "A playground where a neural network learns to read handwriting before your eyes, on an engine "
    "of our own in plain NumPy. Begin here: **draw a digit**.",
)

reader.panel(next(iter(cache.shipped_models())))

for column, (road, invitation) in zip(st.columns(len(ROADS)), ROADS, strict=True):
    with column.container(border=True, height="stretch"):
        st.page_link(road.file, label=f"**{road.label}**", icon=road.icon)
        st.markdown(invitation)
