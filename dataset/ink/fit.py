"""Drawings for models whose images are of another size than MNIST's."""

import numpy as np

from dataset.ink.render import BOX, FIELD

INKED = 96  # pixels above it count as ink
TOLERANCE = 0.1  # of the size of the ink, by which a dataset may differ from MNIST
SAMPLE = 500  # images to measure it on


def fit(images: np.ndarray, shape: tuple[int, ...], share: float | None = None) -> np.ndarray:
    """Resample images (…, 28, 28) uint8, such as `render.draw` gives, to (…, *shape) uint8.

    Each pixel gets the mean of the area that it covers. The aspect ratio is kept, with paper around
    where `shape` (H, W) is no square. With `share`, from `ink_share`, the ink is enlarged to that
    share of the shorter side, and its bounding box lies in the middle.
    """
    if images.shape[-2:] == tuple(shape) and share is None:
        return images
    *front, height, width = images.shape
    flat = images.reshape(-1, height, width)
    middles = np.full((len(flat), 2), [height / 2, width / 2])
    if share is not None:
        low, high = _ends(flat)
        middles = np.where(high > low, (low + high) / 2, middles)
    pitch = max(height, width) / min(shape) * (1 if share is None else BOX / FIELD / share)
    rows, columns = (
        _coverage(middle - pitch * count / 2, pitch, count, side)
        for middle, count, side in zip(middles.T, shape, (height, width), strict=True)
    )
    found = rows @ flat.astype(float) @ columns.swapaxes(1, 2)  # (N, *shape)
    return np.rint(found).astype(np.uint8).reshape(*front, *shape)


def ink_share(images: np.ndarray) -> float | None:
    """The longest side of the ink in images (N, H, W) uint8, as a share of their shorter side.

    The median of some. None if it is about MNIST's 20 of 28, or if there is no ink.
    """
    step = max(1, len(images) // SAMPLE)
    low, high = _ends(images[::step])
    longest = (high - low).max(axis=1)
    if not (longest > 0).any():
        return None
    share = float(np.median(longest[longest > 0])) / min(images.shape[1:])
    return None if abs(share * FIELD / BOX - 1) <= TOLERANCE else share


def _ends(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the ink of images (N, H, W) begins and ends: two arrays (N, 2) of row and column."""
    ends = []
    for axis in (2, 1):
        lines = (images > INKED).any(axis=axis)
        inked = lines.any(axis=1)
        first, last = lines.argmax(axis=1), lines.shape[1] - lines[:, ::-1].argmax(axis=1)
        ends.append((np.where(inked, first, 0), np.where(inked, last, 0)))
    (top, bottom), (left, right) = ends
    return np.column_stack([top, left]), np.column_stack([bottom, right])


def _coverage(starts: np.ndarray, pitch: float, count: int, side: int) -> np.ndarray:
    """The share (N, count, side) that each of `side` pixels has in each of `count` new ones.

    A new pixel is `pitch` old ones wide, and the first begins at `starts` (N,).
    """
    low = starts[:, None] + pitch * np.arange(count)
    old = np.arange(side)
    overlap = np.minimum(low[..., None] + pitch, old + 1) - np.maximum(low[..., None], old)
    return np.maximum(overlap, 0) / pitch
