"""Systematic variations of one drawing, to show where a network's answer changes.

Strokes are rotated or sheared and then rendered as MNIST's digits are. Size and position, which
that would normalise, are changed at the end.
"""

from collections.abc import Sequence

import numpy as np

from dataset.ink import steps
from dataset.ink.render import BOX, Strokes
from dataset.variants import augment

SPACING, MAX_SEGMENTS = 0.7, 250  # pixels, segments: coarser than `steps`, enough for a network


def shifted(image: np.ndarray, reach: int) -> np.ndarray:
    """Shift an image (…, H, W) by −reach … reach whole pixels down and right.

    → (2 reach + 1, 2 reach + 1, …, H, W), the first axis down. What leaves the image is lost.
    """
    framed = np.pad(image, (*[(0, 0)] * (image.ndim - 2), (reach, reach), (reach, reach)))
    size = image.shape[-2:]
    windows = np.lib.stride_tricks.sliding_window_view(framed, size, axis=(-2, -1))
    windows = np.moveaxis(windows, (-4, -3), (0, 1))  # the two shifts come first
    return np.ascontiguousarray(windows[::-1, ::-1])


def rotated(strokes: Strokes, degrees: Sequence[float], sizes: Sequence[float]) -> np.ndarray:
    """Rotate strokes clockwise and render them `sizes` pixels long.

    → (sizes, degrees, 28, 28) uint8.
    """
    angles = np.deg2rad(degrees)
    cos, sin = np.cos(angles), np.sin(angles)
    matrices = np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1)  # [x, y] @ matrix, y down
    ends = steps.segments(strokes, SPACING, MAX_SEGMENTS)
    return _grid(ends, matrices, [{"size": size} for size in sizes])


def rotated_picture(
    image: np.ndarray, degrees: Sequence[float], sizes: Sequence[float]
) -> np.ndarray:
    """`rotated` for an image (…, H, W) uint8 without strokes → (sizes, degrees, …, H, W) uint8.

    Pixels are rotated about the middle and scaled from 20 to `sizes`; the pen is scaled with them.
    """
    if image.ndim > 2:
        channels = [rotated_picture(channel, degrees, sizes) for channel in image]
        return np.stack(channels, axis=2)
    angles = np.deg2rad(np.tile(degrees, len(sizes)))
    shrink = BOX / np.repeat(np.asarray(sizes, float), len(degrees))
    middle = (np.array(image.shape)[:, None, None] - 1) / 2
    down, right = np.indices(image.shape) - middle
    cos, sin = (shrink * np.array([np.cos(angles), np.sin(angles)]))[:, :, None, None]
    y, x = middle[0] + cos * down - sin * right, middle[1] + sin * down + cos * right
    images = np.broadcast_to(image, (len(angles), *image.shape))
    found = augment.sample(images, y.astype(np.float32), x.astype(np.float32))
    return np.rint(255 * found).astype(np.uint8).reshape(len(sizes), len(degrees), *image.shape)


def sheared(strokes: Strokes, shears: Sequence[float], pens: Sequence[float]) -> np.ndarray:
    """Shear strokes, by pixels to the right per pixel of height, and render them with pens of these
    radii → (pens, shears, 28, 28) uint8.
    """
    matrices = np.array([[[1, 0], [-shear, 1]] for shear in shears], float)
    ends = steps.segments(strokes, SPACING, MAX_SEGMENTS)
    return _grid(ends, matrices, [{"pen": pen} for pen in pens])


def _grid(
    ends: np.ndarray, matrices: np.ndarray, options: Sequence[dict[str, float]]
) -> np.ndarray:
    """Segments rendered with each of `options` (rows) after each of the matrices (columns)."""
    transformed = [ends @ matrix for matrix in matrices]
    return np.array(
        [[steps.render_segments(t, **option) for t in transformed] for option in options]
    )
