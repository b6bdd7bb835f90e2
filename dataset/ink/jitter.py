"""Augmentation of drawings: strokes with small random distortions.

Strokes are distorted before they are rendered, so the pen stays as wide as MNIST's.
"""

from collections.abc import Sequence

import numpy as np

from dataset.ink import render

# Standard deviations
ROTATION = 0.14  # radians, about 8 degrees
SCALE = 0.1  # logarithm of the factor, for height and width separately
SHEAR = 0.12  # sideways per unit of height
BEND = 0.02  # of the drawing's longest side: amplitude of a slow wave along each stroke


def strokes(drawn: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Strokes, each (P, 2) finite → the same, slightly rotated, scaled, sheared and bent."""
    if not drawn:
        return []
    points = np.concatenate(drawn)
    middle, longest = points.mean(axis=0), np.ptp(points, axis=0).max()
    angle = rng.normal(0, ROTATION)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(rng.normal(0, SCALE, 2)))
    slant = np.array([[1, rng.normal(0, SHEAR)], [0, 1]])
    change = (turn @ slant @ stretch).T
    return [(part - middle) @ change + longest * _wave(len(part), rng) for part in drawn]


def _wave(count: int, rng: np.random.Generator) -> np.ndarray:
    """Displacements (count, 2) along a stroke: in x and y a wave of random amplitude and phase."""
    along = np.linspace(0, 2 * np.pi, count)[:, None]
    return rng.normal(0, BEND, 2) * np.sin(along * rng.uniform(0.5, 1, 2) + rng.uniform(0, 6.3, 2))


def images(
    drawings: Sequence[list[np.ndarray]], which: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Distort and render the drawings with the indices `which` (n,) → (n, 28, 28) uint8."""
    return np.stack([render.draw(strokes(drawings[number], rng)) for number in which])
