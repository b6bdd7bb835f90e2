"""The same drawing by the same hand, another time: strokes with small random distortions.

What a network learns from one drawing should hold for the next one too. Strokes are distorted
before they are inked, so the pen stays as wide as MNIST's.
"""

import numpy as np

from dataset.ink import render

TURN = 0.14  # radians, standard deviation of each of these; about 8 degrees
STRETCH = 0.1  # share of the height and of the width
SLANT = 0.12  # sideways a unit of height
BEND = 0.02  # of the drawing's longest side: a slow wave along each stroke


def strokes(drawn: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Each (P, 2) finite; → the same shapes, turned, stretched, slanted and bent a little."""
    if not drawn:
        return []
    points = np.concatenate(drawn)
    middle, longest = points.mean(axis=0), np.ptp(points, axis=0).max()
    angle = rng.normal(0, TURN)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(np.exp(rng.normal(0, STRETCH, 2)))
    slant = np.array([[1, rng.normal(0, SLANT)], [0, 1]])
    change = (turn @ slant @ stretch).T
    return [(part - middle) @ change + longest * _wave(len(part), rng) for part in drawn]


def _wave(count: int, rng: np.random.Generator) -> np.ndarray:
    """Displacements (count, 2) along a stroke: one wave of random height and phase each way."""
    along = np.linspace(0, 2 * np.pi, count)[:, None]
    return rng.normal(0, BEND, 2) * np.sin(along * rng.uniform(0.5, 1, 2) + rng.uniform(0, 6.3, 2))


def images(drawings, which: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of a list of drawings, each a list of strokes, those numbered `which`: (n, 28, 28) uint8."""
    return np.stack([render.draw(strokes(drawings[number], rng)) for number in which])
