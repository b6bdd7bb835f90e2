"""Draw: write a digit and have it read by a network of one's choice."""

import streamlit as st

from ui import page, photo, reader, shelf

page.start(
    "Draw",
    ":material/draw:",
    "Write a digit on the black field, with the mouse, a finger or a pen. "
    "As soon as you lift it, the network says what it reads.",
)

reading = st.container()  # above the choice of the model, which it depends on
st.subheader("Who reads", anchor=False)
name = shelf.choose()
with reading:
    reader.panel(name, explain=True)
photo.section(name)
