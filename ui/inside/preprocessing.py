"""From strokes to the picture that is read, one step after the other, each to be left out."""

import numpy as np
import streamlit as st

from dataset.ink import steps
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import fabric, signed
from ui.parts.wording import confidence_text
from ui.session import canvas
from ui.session.state import Key

SIDE = 108  # pixels of a picture: six fit beside each other, three on a phone
INTRO = (
    "A network only knows what it has met. MNIST's digits were cropped, scaled, and centred; a "
    "drawing that was merely shrunk looks strange to it. Leave a step out and see what it reads."
)
CARDS = {  # step: title, what it does, what happens without it
    "crop": ("Crop", "The empty paper around is cut off.", "The whole canvas is kept."),
    "scale": ("Scale", "The longer side gets 20 pixels.", "It is shrunk as the canvas would be."),
    "pen": (
        "Pen",
        "Inked anew, with MNIST's pen; a 1's long upstroke is cut short, a stray dot left out.",
        "Your pen shrinks with the drawing.",
    ),
    "centre": ("Centre", "The centre of mass moves to the middle.", "It stays where it was."),
}


ROAD = {step: Key(f"_road_{step}", True) for step in ("crop", "scale", "pen", "centre")}


def steps_taken(subject: Subject) -> None:
    if not subject.strokes:
        st.info("This picture came without strokes. Draw one to see what becomes of it.")
        return
    with st.container(horizontal=True, gap="small"):
        with _card():
            st.markdown("**Your drawing**")
            drawn = signed.address(fabric.picture(subject.strokes), SIDE)
            st.image(drawn, width=SIDE, alt="Your drawing on the canvas")
            st.caption("Strokes on a canvas of 280 × 280.")
        with _card():
            st.markdown("**Only shrunk**")
            places, roads, left_out = [_card()], [[]], [False]
            st.caption("To 28 × 28, as most demonstrations do.")
        for step, (title, done, without) in CARDS.items():
            with _card():
                help = f"{done} Left out: {without[0].lower()}{without[1:]}"
                on = st.toggle(title, value=True, help=help, **ROAD[step].lasting)
                places.append(_card())
                roads.append([*roads[-1], step] if on else roads[-1])
                left_out.append(not on)
                st.caption(done if on else without)
    pen = canvas.pen() / 2
    images = np.array([steps.road(subject.strokes, road, fabric.SIDE, pen) for road in roads])
    likely = explain.probabilities(subject.read(images))
    for place, image, values, out in zip(places, images, likely, left_out, strict=True):
        with place:
            _picture(image, values, out)
    if any(left_out):
        st.markdown(compared(likely[-1], subject.probabilities))
    else:
        st.markdown(verdict(likely[0], likely[-1]))


def _card():
    return st.container(width=SIDE, gap="xsmall")


def _picture(image, values, left_out) -> None:
    digit = int(values.argmax())
    pixels = (image * signed.DIM).astype(np.uint8) if left_out else image
    st.image(signed.address(pixels, SIDE), width=SIDE, alt=f"28 × 28 pixels, read as {digit}")
    st.markdown(f"**{digit}**, {confidence_text(values[digit])} sure")


def compared(chosen: np.ndarray, read: np.ndarray) -> str:
    """What leaving steps out does, in words; probabilities (K,) without them and with all."""
    digit, best = int(chosen.argmax()), int(read.argmax())
    return (
        f"With these steps the network reads {_read(digit, chosen)}; with every step "
        f"{_read(best, read)}."
    )


def verdict(shrunk: np.ndarray, read: np.ndarray) -> str:
    """What all steps have done, in words; probabilities (K,) without any and with all."""
    naive, best = int(shrunk.argmax()), int(read.argmax())
    start = f"The network reads the last picture as {_read(best, read)}. Merely shrunk it would"
    if naive != best:
        return f"{start} be {_read(naive, shrunk)}."
    sure = confidence_text(shrunk[naive])
    return f"{start} be {naive} too, {sure} sure: try a small one in a corner."


def _read(digit: int, probabilities: np.ndarray) -> str:
    return f"**{digit}**, {confidence_text(probabilities[digit])} sure"
