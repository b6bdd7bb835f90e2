"""Draw: a drawing on the canvas, read by the chosen model, or a picture that it is shown."""

import streamlit as st

from dataset.ink.digits import Digit
from dataset.splits import noun
from ui import page
from ui.draw import exam, own_set, photo, samples, show_picture, teach
from ui.inside import sections
from ui.parts import menu
from ui.parts.wording import article, size
from ui.session import answer, models

model = models.models()[models.chosen()]
classes = models.names(model)
what = noun(classes)
drawing = (
    f"{article(what)} {what}"
    if what != "image"
    else f"one of the {len(classes)} classes that it knows"
)
with_pen = f"Draw {drawing} on the black canvas, with the mouse, a finger or a pen. "
if models.reads_digits(model):
    with_pen = with_pen.replace("a digit", "a digit or a whole number")
if models.drawable(model):
    intro = f"{with_pen}As soon as you lift it, the network reads what you have drawn."
else:
    intro = f"This model reads pictures of {size(model.input_shape)}, so it cannot read a drawing. "
    intro += "Show it a test image or a picture of your own instead."
page.start(menu.DRAW, intro)

reading = st.container()  # stands above the choice of the model, on which it depends
st.subheader("Model", anchor=False)
teach.finish()
name = models.choose()
if exam.running():  # then nothing else is shown
    with reading:
        exam.panel()
    st.stop()
model = models.models()[name]


def below_the_canvas(digits: list[Digit]) -> None:
    if models.reads_digits(model):
        samples.offer()
    sections.panel(name, digits)


def show_a_picture() -> None:
    sections.panel(name, show_picture.panel(name))


if not models.drawable(model):
    with reading:
        st.fragment(show_a_picture, run_every=answer.pace(name))()
    st.stop()
digits = models.reads_digits(model)
with reading:
    below = own_set.label_control if digits else None
    answer.panel(name, then=below_the_canvas, below=below)
if not digits:
    st.fragment(show_picture.expander, run_every=answer.pace(name))(name)
    st.caption("Teaching and the handwriting test are not available for this model.")
    st.stop()
photo.section(name)

st.subheader("Your drawings", anchor=False)
own_set.gallery()
teach.panel(name)

st.subheader("Handwriting test", anchor=False)
exam.results(name)
