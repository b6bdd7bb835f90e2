"""Draw: write a digit and have it read by a network of one's choice."""

import streamlit as st

from ui import page
from ui.draw import exam, own_set, photo, samples, teach
from ui.inside import sections
from ui.session import answer, models

page.start(
    "Draw",
    ":material/draw:",
    "Write a digit on the black field, with the mouse, a finger or a pen. "
    "As soon as you lift it, the network says what it reads.",
)

reading = st.container()  # above the choice of the model, which it depends on
st.subheader("Who reads", anchor=False)
teach.conclude()
name = models.choose()
if exam.running():  # nothing else to look at meanwhile
    with reading:
        exam.panel()
    st.stop()


def below_the_canvas(digits: list) -> None:
    samples.offer()
    sections.panel(name, digits)


with reading:
    answer.panel(name, then=below_the_canvas, below=own_set.ask)
photo.section(name)

st.subheader("Your own set", anchor=False)
own_set.gallery()
teach.lesson(name)

st.subheader("Your exam", anchor=False)
exam.results(name)
