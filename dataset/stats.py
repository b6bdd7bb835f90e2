"""What many images have in common: mean, spread, histogram, principal components.

Plain arrays in, plain arrays out. Sums run over blocks of images, so that a whole split is never
turned into floats at once.
"""

from collections.abc import Iterator

import numpy as np
import scipy.linalg

BLOCK = 2048  # images turned into floats at a time
TYPICAL_COMPONENTS = 60  # keep about 87 % of the variance of one MNIST digit


def blocks(images: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(images), BLOCK):
        yield images[start : start + BLOCK]


def mean_and_std(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per-pixel mean and standard deviation of uint8 images (N, 28, 28), each (28, 28) float64.

    Both are NaN when there are no images.
    """
    if not len(images):
        empty = np.full(images.shape[1:], np.nan)
        return empty, empty.copy()
    total = sum(block.sum(axis=0, dtype=np.int64) for block in blocks(images))
    squares = sum(
        np.square(block, dtype=np.int32).sum(axis=0, dtype=np.int64) for block in blocks(images)
    )
    mean = total / len(images)
    return mean, np.sqrt(np.maximum(squares / len(images) - mean**2, 0))


def histogram(images: np.ndarray) -> np.ndarray:
    """How many pixels have each of the values 0 … 255: (256,) integers."""
    counts = np.zeros(256, np.int64)
    for block in blocks(images):
        counts += np.bincount(block.ravel(), minlength=256)
    return counts


def principal_components(images: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (N, k) on the k directions of largest variance, and their variances (k,).

    `images` is (N, …) of N ≥ 2; pixels are scaled to [0, 1] and centred. k is cut to what N images
    can span. A direction points to where its largest entry is positive, so that runs agree.
    Pearson, "On lines and planes of closest fit", 1901.
    """
    x = images.reshape(len(images), -1) / np.float32(255)  # (N, D)
    x -= x.mean(axis=0)
    features = x.shape[1]
    k = min(k, len(x) - 1, features)
    variances, axes = scipy.linalg.eigh(
        x.T @ x / len(x), subset_by_index=(features - k, features - 1)
    )
    variances, axes = np.maximum(variances[::-1], 0), axes[:, ::-1]  # (k,), (D, k)
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(k)])
    return x @ axes, variances


def distance_to_mean(images: np.ndarray) -> np.ndarray:
    """How unusual each image is among its like: (N,) Mahalanobis distances to their mean.

    Measured on the first 60 principal components, each divided by its standard deviation;
    directions without variance are left out. Mahalanobis, 1936.
    """
    if len(images) < 2:
        return np.zeros(len(images))
    coordinates, variances = principal_components(images, TYPICAL_COMPONENTS)
    kept = variances > 1e-6 * variances[0]
    return np.sqrt((coordinates[:, kept] ** 2 / variances[kept]).sum(axis=1))


def select(labels: np.ndarray, digit: int | None = None, seed: int = 0) -> np.ndarray:
    """Positions of the images of a digit (None: of all), shuffled by `seed` unless it is 0."""
    positions = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    return np.random.default_rng(seed).permutation(positions) if seed else positions
