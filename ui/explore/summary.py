"""Statistics of a dataset, computed once for all visitors.

They are kept under the dataset's name, which for an upload holds a hash of the file, so nobody
sees the statistics of another visitor's file.
"""

import numpy as np
import streamlit as st

from dataset import Dataset, stats
from netcore.analysis import pca

SAMPLE = 2000  # images on the map
_statistic = st.cache_data(
    max_entries=64, show_spinner=False, hash_funcs={Dataset: lambda data: data.name}
)


@_statistic
def counts(data: Dataset) -> dict[str, np.ndarray]:
    """Images of each class (K,), by split."""
    return {
        name: np.bincount(split.labels, minlength=len(data.classes))
        for name, split in data.splits.items()
    }


@_statistic
def shapes(data: Dataset, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each class, both (K, 28, 28), 0 … 255."""
    part = data.splits[split]
    pairs = [stats.mean_and_std(part.images[part.labels == k]) for k in range(len(data.classes))]
    return tuple(np.stack(images) for images in zip(*pairs, strict=True))


@_statistic
def pixels(data: Dataset, split: str, digit: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Counts of the values 0 … 255 (256,) and each pixel's variance (28, 28), scaled to [0, 1]."""
    part = data.splits[split]
    images = part.images[stats.select(part.labels, digit)]
    return stats.histogram(images), (stats.mean_and_std(images)[1] / 255) ** 2


@_statistic
def by_typicality(data: Dataset, split: str, digit: int) -> np.ndarray:
    """Positions of a digit's images, the most typical first, the most unusual last."""
    part = data.splits[split]
    positions = stats.select(part.labels, digit)
    return positions[np.argsort(pca.distance_to_mean(part.images[positions]), kind="stable")]


@_statistic
def plane(data: Dataset, split: str, digit: int | None, seed: int):
    """A sample of up to 2,000 images on its first two principal components.

    Returns positions (N,), coordinates (N, 2), and the share of the variance they keep; nothing
    (N = 0) when there are fewer than three images.
    """
    part = data.splits[split]
    positions = np.sort(stats.select(part.labels, digit, seed or 1)[:SAMPLE])
    if len(positions) < 3:
        return positions[:0], np.empty((0, 2)), 0.0
    images = part.images[positions]
    coordinates, variances = pca.principal_components(images, 2)
    total = np.square(stats.mean_and_std(images)[1] / 255).sum()
    return positions, coordinates, float(variances.sum() / max(total, 1e-12))
