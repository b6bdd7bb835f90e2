"""Draw: write a digit and have it read by a network of one's choice."""

import streamlit as st

from ui import own_set, page, reader, samples, shelf, teach

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
    reader.panel(name, explain=True, below=own_set.ask)
    with st.expander("Or take a test image", icon=":material/image_search:"):
        samples.show()

st.subheader("Your own set", anchor=False)
own_set.show()
teach.show(name)
