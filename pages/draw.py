"""Draw: a digit or a number on the canvas, read by the chosen model."""

import streamlit as st

from dataset.ink.digits import Digit
from ui import page
from ui.draw import exam, own_set, photo, samples, teach
from ui.inside import sections
from ui.parts import menu
from ui.session import answer, models

page.start(
    menu.DRAW,
    "Draw a digit or a whole number on the black canvas, with the mouse, a finger or a pen. "
    "As soon as you lift it, the network reads what you have drawn.",
)

reading = st.container()  # stands above the choice of the model, on which it depends
st.subheader("Model", anchor=False)
teach.finish()
name = models.choose()
if exam.running():  # then nothing else is shown
    with reading:
        exam.panel()
    st.stop()


def below_the_canvas(digits: list[Digit]) -> None:
    samples.offer()
    sections.panel(name, digits)


with reading:
    answer.panel(name, then=below_the_canvas, below=own_set.label_control)
photo.section(name)

st.subheader("Your drawings", anchor=False)
own_set.gallery()
teach.panel(name)

st.subheader("Handwriting test", anchor=False)
exam.results(name)
