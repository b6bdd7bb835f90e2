"""The steps from strokes to the image that is read, each of which can be switched off."""

import numpy as np
import streamlit as st

from dataset.ink import steps
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import fabric, pictures, signed
from ui.parts.wording import confidence_text, confident
from ui.session import canvas
from ui.session.state import Key

SIDE = 108  # pixels of a picture: six fit beside each other, three on a phone
INTRO = (
    "A network works best on images like those it was trained on. MNIST's digits were cropped, "
    "scaled and centred; a drawing that is only shrunk looks unfamiliar. Switch off a step to see "
    "how the answer changes."
)
CARDS = {  # step: title, what it does, what happens without it
    "crop": ("Crop", "The empty border is cut off.", "The whole canvas is kept."),
    "scale": ("Scale", "The longer side gets 20 pixels.", "It shrinks as much as the canvas."),
    "pen": (
        "Pen",
        "Redrawn with MNIST's pen width. A 1's long upstroke is shortened, stray dots are dropped.",
        "Your pen shrinks with the drawing.",
    ),
    "centre": ("Centre", "The centre of mass moves to the middle.", "It stays where it was."),
}
SWITCHES = {step: Key(f"_step_{step}", True) for step in CARDS}


def steps_taken(subject: Subject) -> None:
    if not subject.strokes:
        st.info("A test image has no strokes. Draw a digit to see how it is prepared.")
        return
    with st.container(horizontal=True, gap="small"):
        with _card():
            st.markdown("**Your drawing**")
            drawn = pictures.data_url(fabric.rasterize(subject.strokes), SIDE)
            st.image(drawn, width=SIDE, alt="Your drawing on the canvas")
            st.caption("Strokes on a canvas of 280 × 280 pixels.")
        with _card():
            st.markdown("**Only shrunk**")
            cards, step_lists, left_out = [_card()], [[]], [False]
            st.caption("To 28 × 28 pixels, as in most demos.")
        for step, (title, done, without) in CARDS.items():
            with _card():
                help = f"On: {done} Off: {without}"
                on = st.toggle(title, value=True, help=help, **SWITCHES[step].lasting)
                cards.append(_card())
                step_lists.append([*step_lists[-1], step] if on else step_lists[-1])
                left_out.append(not on)
                st.caption(done if on else without)
    radius = canvas.pen_width() / 2
    images = np.array(
        [steps.render_steps(subject.strokes, chosen, fabric.SIDE, radius) for chosen in step_lists]
    )
    likely = explain.probabilities(subject.read(images))
    for card, image, values, out in zip(cards, images, likely, left_out, strict=True):
        with card:
            _picture(image, values, out)
    if any(left_out):
        st.markdown(some_steps_text(likely[-1], subject.probabilities))
    else:
        st.markdown(all_steps_text(likely[0], likely[-1]))


def _card():
    return st.container(width=SIDE, gap="xsmall")


def _picture(image, values, left_out) -> None:
    digit = int(values.argmax())
    pixels = (image * signed.DIM).astype(np.uint8) if left_out else image
    st.image(pictures.data_url(pixels, SIDE), width=SIDE, alt=f"28 × 28 pixels, read as {digit}")
    st.markdown(f"**{digit}**, {confidence_text(values[digit])}")


def some_steps_text(chosen: np.ndarray, read: np.ndarray) -> str:
    """Compare the probabilities (K,) with some steps only and with all of them."""
    return (
        f"With these steps, the network reads {_answer(chosen)}; with all steps, {_answer(read)}."
    )


def all_steps_text(shrunk: np.ndarray, read: np.ndarray) -> str:
    """Compare the probabilities (K,) without any step and with all of them."""
    start = f"The network reads the last picture as {_answer(read)}. "
    if shrunk.argmax() != read.argmax():
        return f"{start}If it were only shrunk, the answer would be {_answer(shrunk)}."
    return (
        f"{start}If it were only shrunk, the answer would be the same, "
        f"{confident(shrunk.max())}. Try a small digit in a corner of the canvas."
    )


def _answer(probabilities: np.ndarray) -> str:
    return f"**{probabilities.argmax()}**, {confident(probabilities.max())}"
