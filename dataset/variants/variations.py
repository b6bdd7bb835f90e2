"""One drawing in many ways: where does the reading flip?

Strokes are turned, slanted and inked anew, as if they had been written so, and then put where
MNIST wants them. Size and place, which that would undo, are changed at the end.
"""

from collections.abc import Sequence

import numpy as np

from dataset.ink import steps
from dataset.ink.render import BOX, FIELD
from dataset.ink.steps import Strokes
from dataset.variants import augment

COARSE, FEWER = 0.7, 250  # spacing in pixels and number of segments, plenty for a reading


def shifted(image: np.ndarray, reach: int) -> np.ndarray:
    """An image (28, 28) moved by −reach … reach whole pixels down and right.

    → (2 reach + 1, 2 reach + 1, 28, 28), the first axis down; what leaves the field is lost.
    """
    framed = np.pad(image, reach)
    windows = np.lib.stride_tricks.sliding_window_view(framed, image.shape)
    return np.ascontiguousarray(windows[::-1, ::-1])


def turned(strokes: Strokes, degrees: Sequence[float], sizes: Sequence[float]) -> np.ndarray:
    """Strokes turned clockwise and inked `sizes` pixels long; → (sizes, degrees, 28, 28) uint8."""
    angles = np.deg2rad(degrees)
    cos, sin = np.cos(angles), np.sin(angles)
    matrices = np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1)  # [x, y] @ matrix, y down
    ends = steps.segments(strokes, COARSE, FEWER)
    return _grid(ends, matrices, [{"size": size} for size in sizes])


def turned_picture(image: np.ndarray, degrees: Sequence[float], sizes: Sequence[float]):
    """`turned` for an image (28, 28) uint8 without strokes: its pixels are turned about the middle
    and scaled from 20 to `sizes`, pen and all; → (sizes, degrees, 28, 28) uint8.
    """
    angles = np.deg2rad(np.tile(degrees, len(sizes)))
    shrink = BOX / np.repeat(np.asarray(sizes, float), len(degrees))
    middle = (FIELD - 1) / 2
    down, right = np.indices(image.shape) - middle
    cos, sin = (shrink * np.array([np.cos(angles), np.sin(angles)]))[:, :, None, None]
    y, x = middle + cos * down - sin * right, middle + sin * down + cos * right
    images = np.broadcast_to(image, (len(angles), *image.shape))
    found = augment.sample(images, y.astype(np.float32), x.astype(np.float32))
    return np.rint(255 * found).astype(np.uint8).reshape(len(sizes), len(degrees), *image.shape)


def slanted(strokes: Strokes, slants: Sequence[float], pens: Sequence[float]) -> np.ndarray:
    """Strokes slanted by pixels to the right a pixel of height, inked with pens of these radii;
    → (pens, slants, 28, 28) uint8.
    """
    matrices = np.array([[[1, 0], [-slant, 1]] for slant in slants], float)
    ends = steps.segments(strokes, COARSE, FEWER)
    return _grid(ends, matrices, [{"pen": pen} for pen in pens])


def _grid(ends, matrices, ways):
    """One row for each way to ink, one column for each matrix."""
    forms = [ends @ matrix for matrix in matrices]
    return np.array([[steps.normal(form, **way) for form in forms] for way in ways])
