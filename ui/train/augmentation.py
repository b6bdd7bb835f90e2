"""Data augmentation: a slider for each kind of change to the images, and a preview."""

from collections.abc import Callable, Sequence
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
    "shift": Way(
        "Shift, pixels",
        4.0,
        0.25,
        "Moves the image up, down and sideways by up to this many pixels.",
    ),
    "rotation": Way(
        "Rotation, degrees", 45.0, 1.0, "Turns the image by up to this many degrees, either way."
    ),
    "scale": Way(
        "Scale",
        0.5,
        0.01,
        "Makes the image wider, narrower, taller or shorter by up to this share.",
    ),
    "shear": Way(
        "Slant",
        0.6,
        0.01,
        "Slants the strokes as in handwriting, by up to this many pixels sideways for each pixel "
        "of height.",
    ),
    "elastic": Way(
        "Bend, pixels", 2.0, 0.1, "Bends the image like a rubber sheet. This helps most of all."
    ),
    "thickness": Way(
        "Pen width", 1.0, 0.05, "Makes the strokes thinner or thicker. 1 is one pixel."
    ),
    "habits": Way(
        "Writing habits",
        1.0,
        0.05,
        "Gives this share of the 1s a flag and of the 7s a bar, and leaves some loops open. Many "
        "people write that way, but MNIST has few examples.",
    ),
    "noise": Way("Noise", 0.3, 0.01, "Adds random grey to every pixel."),
}
ABOUT = (
    "Each time the network sees an image, the image looks a little different. "
    "So it cannot learn the images by heart, and it copes better with new ones."
)


def choose(
    strengths: dict | None,
    options: Callable[[str], dict],
    images: np.ndarray,
    labels: np.ndarray,
    unfit: Sequence[str] = (),
) -> dict | None:
    """A popover of sliders that start at `strengths`; returns their values, None if all are 0.

    There is none for `unfit` changes. `options(name)` are the arguments of one slider;
    images: (N, …, H, W) to show the effect on, labels: (N,).
    """
    now = strengths or {}
    suiting = {name: way for name, way in WAYS.items() if name not in unfit}
    with st.popover(title(now), help=ABOUT, width="stretch"):
        effect, columns, chosen = st.container(), st.columns(2, gap="medium"), {}
        for number, (name, way) in enumerate(suiting.items()):
            value = float(now.get(name, 0))
            chosen[name] = columns[number % 2].slider(
                way.label, 0.0, max(way.top, value), value, way.step, help=way.help, **options(name)
            )
        chosen = {name: value for name, value in chosen.items() if value} or None
        with effect:
            preview(chosen, images[:PREVIEWED], labels[:PREVIEWED])
    return chosen


def title(strengths: dict | None) -> str:
    """How strongly, in words: by the slider that is closest to its end."""
    shares = [v / WAYS[name].top for name, v in (strengths or {}).items() if name in WAYS]
    strongest = max(shares, default=0)
    words = ((0, "off"), (0.35, "slight"), (0.7, "medium"))
    return "Augmentation: " + next((word for most, word in words if strongest <= most), "strong")


def preview(strengths: dict | None, images: np.ndarray, labels: np.ndarray) -> None:
    """Some images, and below them the same images as the network may see them."""
    change = augment.build(strengths)
    changed = images
    if change:
        changed = change(images, labels, np.random.default_rng(0)) * 255
    rows = np.concatenate([images, changed.astype(np.uint8)])
    st.image(pictures.sheet(rows, columns=len(images)), alt="Images before and after the change")
    st.caption("Top: the images. Bottom: as the network may see them.")
