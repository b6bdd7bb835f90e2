"""How wildly the training images are changed: a slider for each way, and what it looks like."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from dataset.variants import augment
from ui.parts import pictures

PREVIEWED = 8  # images


class Way(NamedTuple):
    label: str
    top: float
    step: float
    help: str


WAYS = {
    "shift": Way("Shift, pixels", 4.0, 0.25, "Moved up, down and sideways by up to so much."),
    "rotation": Way("Rotation, degrees", 45.0, 1.0, "Turned by up to so much, either way."),
    "scale": Way(
        "Scale", 0.5, 0.01, "Made wider, narrower, taller or flatter by up to this share."
    ),
    "shear": Way(
        "Slant", 0.6, 0.01, "Leaning like handwriting: pixels sideways a pixel of height."
    ),
    "elastic": Way(
        "Bend, pixels", 2.0, 0.1, "Warped like a soft sheet. The strongest help of all."
    ),
    "thickness": Way("Pen width", 1.0, 0.05, "Thinner or thicker strokes, by up to one pixel."),
    "habits": Way(
        "Pens' habits",
        1.0,
        0.05,
        "This share of the 1s gets a flag, of the 7s a bar, and some "
        "loops stay open, as many people write and MNIST hardly shows.",
    ),
    "noise": Way("Grain", 0.3, 0.01, "Random grey on every pixel."),
}
ABOUT = (
    "Every time the network meets an image, it can look a little different. So it cannot learn "
    "them by heart, and reads more of what people write."
)


def choose(
    strengths: dict | None, options: Callable[[str], dict], images: np.ndarray, labels: np.ndarray
) -> dict | None:
    """A popover of sliders standing at `strengths`; returns what they say, None if nothing.

    `options(name)` are the arguments of one slider; images: (N, 28, 28) to show the effect on,
    labels: (N,).
    """
    now = strengths or {}
    with st.popover(title(now), help=ABOUT, width="stretch"):
        effect, columns, chosen = st.container(), st.columns(2, gap="medium"), {}
        for number, (name, way) in enumerate(WAYS.items()):
            value = float(now.get(name, 0))
            chosen[name] = columns[number % 2].slider(
                way.label, 0.0, max(way.top, value), value, way.step, help=way.help, **options(name)
            )
        chosen = {name: value for name, value in chosen.items() if value} or None
        with effect:
            preview(chosen, images[:PREVIEWED], labels[:PREVIEWED])
    return chosen


def title(strengths: dict | None) -> str:
    """How wildly, in a word: the largest share of its slider that is used."""
    shares = [v / WAYS[name].top for name, v in (strengths or {}).items() if name in WAYS]
    wild = max(shares, default=0)
    words = ((0, "as they are"), (0.35, "a little changed"), (0.7, "clearly changed"))
    return "Images: " + next((word for most, word in words if wild <= most), "wildly changed")


def preview(strengths: dict | None, images: np.ndarray, labels: np.ndarray) -> None:
    """Some images above, and below what the network would be shown instead."""
    change = augment.build(strengths)
    changed = images
    if change:
        changed = change(images, labels, np.random.default_rng(0)) * 255
    rows = np.concatenate([images, changed.astype(np.uint8)])
    st.image(pictures.sheet(rows, columns=len(images)), alt="Images before and after the change")
    st.caption("Above as they are, below as the network may see them.")
