"""Statistics of many images: mean, standard deviation and histogram.

Sums run over blocks of images, so that a whole split is never turned into floats at once.
"""

from collections.abc import Iterator

import numpy as np

BLOCK = 2048  # images turned into floats at a time


def blocks(images: np.ndarray) -> Iterator[np.ndarray]:
    """The images, `BLOCK` at a time."""
    for start in range(0, len(images), BLOCK):
        yield images[start : start + BLOCK]


def mean_and_std(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per-pixel mean and standard deviation of uint8 images (N, …), each (…) float64.

    Both are NaN without images.
    """
    if not len(images):
        empty = np.full(images.shape[1:], np.nan)
        return empty, empty.copy()
    sums = np.zeros((2, *images.shape[1:]), np.int64)  # of the values, and of their squares
    for block in blocks(images):
        sums[0] += block.sum(axis=0, dtype=np.int64)
        sums[1] += np.square(block, dtype=np.int32).sum(axis=0, dtype=np.int64)
    mean, square = sums / len(images)
    return mean, np.sqrt(np.maximum(square - mean**2, 0))


def histogram(images: np.ndarray) -> np.ndarray:
    """Number of pixels with each of the values 0 … 255: (256,) integers."""
    counts = np.zeros(256, np.int64)
    for block in blocks(images):
        counts += np.bincount(block.ravel(), minlength=256)
    return counts


def select(labels: np.ndarray, label: int | None = None, seed: int = 0) -> np.ndarray:
    """Indices of the images of one class (None: of all), shuffled by `seed` unless it is 0."""
    positions = np.arange(len(labels)) if label is None else np.flatnonzero(labels == label)
    return np.random.default_rng(seed).permutation(positions) if seed else positions
