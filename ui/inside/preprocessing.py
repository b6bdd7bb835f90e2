"""The steps from strokes to the image that is read, each of which can be switched off."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dataset.ink import steps
from dataset.splits import CLASSES, noun
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import fabric, pictures, signed
from ui.parts.wording import confidence_text, confident, plain, size
from ui.session import canvas, models
from ui.session.state import Key

SIDE = 108  # pixels of a picture: six fit beside each other, three on a phone
DIGITS_ONLY = " A 1's long upstroke is shortened, stray dots are dropped."
CARDS = {  # step: title, what it does, what happens without it
    "crop": ("Crop", "The empty border is cut off.", "The whole canvas is kept."),
    "scale": ("Scale", "The longer side gets 20 pixels.", "It shrinks as much as the canvas."),
    "pen": (
        "Pen",
        "Redrawn with MNIST's pen width.",
        "Your pen shrinks with the drawing.",
    ),
    "centre": ("Centre", "The centre of mass moves to the middle.", "It stays where it was."),
}
SWITCHES = {step: Key(f"_step_{step}", True) for step in CARDS}


def intro(names: Sequence[str]) -> str:
    what = "digits" if noun(names) == "digit" else "images"
    return (
        "A network works best on images like those it was trained on. MNIST's "
        f"{what} were cropped, scaled and centred; a drawing that is only shrunk looks unfamiliar. "
        "Switch off a step to see how the answer changes."
    )


def steps_taken(subject: Subject) -> None:
    if not models.drawable(subject.model):
        st.info("A picture in colour has no strokes, and is only made smaller.")
        return
    digits = models.reads_digits(subject.model)
    if not subject.strokes:
        what = "a digit" if digits else "something"
        st.info(f"A test image has no strokes. Draw {what} to see how it is prepared.")
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
            st.caption(f"To {size(subject.image.shape)}, as in most demos.")
        for step, (title, done, without) in CARDS.items():
            with _card():
                if step == "pen" and digits:
                    done += DIGITS_ONLY
                help = f"On: {done} Off: {without}"
                on = st.toggle(title, value=True, help=help, **SWITCHES[step].lasting)
                cards.append(_card())
                step_lists.append([*step_lists[-1], step] if on else step_lists[-1])
                left_out.append(not on)
                st.caption(done if on else without)
    radius = canvas.pen_width() / 2
    images = np.array(
        [
            steps.render_steps(subject.strokes, chosen, fabric.SIDE, radius, as_drawn=not digits)
            for chosen in step_lists
        ]
    )
    seen = models.fit(subject.model, images)
    likely, names = explain.probabilities(subject.read(seen)), subject.names
    for card, image, values, out in zip(cards, seen, likely, left_out, strict=True):
        with card:
            _picture(image, values, out, names)
    if any(left_out):
        st.markdown(some_steps_text(likely[-1], subject.probabilities, names))
    else:
        st.markdown(all_steps_text(likely[0], likely[-1], names))
    if seen.shape != images.shape:
        st.caption(
            f"Then all are reduced or enlarged to {size(subject.image.shape)}, as the model needs."
        )


def _card():
    return st.container(width=SIDE, gap="xsmall")


def _picture(image, values, left_out, names) -> None:
    name = plain(names[values.argmax()])
    pixels = (image * signed.DIM).astype(np.uint8) if left_out else image
    alt = f"{size(image.shape)}, read as {name}"
    st.image(pictures.data_url(pixels, SIDE), width=SIDE, alt=alt)
    st.markdown(f"**{name}**, {confidence_text(values.max())}")


def some_steps_text(chosen: np.ndarray, read: np.ndarray, names: Sequence[str] = CLASSES) -> str:
    """Compare the probabilities (K,) with some steps only and with all of them."""
    some, all_steps = _answer(chosen, names), _answer(read, names)
    return f"With these steps, the network reads {some}; with all steps, {all_steps}."


def all_steps_text(shrunk: np.ndarray, read: np.ndarray, names: Sequence[str] = CLASSES) -> str:
    """Compare the probabilities (K,) without any step and with all of them."""
    start = f"The network reads the last picture as {_answer(read, names)}. "
    if shrunk.argmax() != read.argmax():
        return f"{start}If it were only shrunk, the answer would be {_answer(shrunk, names)}."
    what = "digit" if noun(names) == "digit" else "drawing"
    return (
        f"{start}If it were only shrunk, the answer would be the same, "
        f"{confident(shrunk.max())}. Try a small {what} in a corner of the canvas."
    )


def _answer(probabilities: np.ndarray, names: Sequence[str]) -> str:
    return f"**{plain(names[probabilities.argmax()])}**, {confident(probabilities.max())}"
