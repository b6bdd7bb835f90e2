"""Statistics of a dataset, computed once for all visitors.

They are kept under the dataset's name, which for an upload holds a hash of the file, so nobody
sees the statistics of another visitor's file.
"""

import numpy as np
import streamlit as st

from dataset import Dataset, stats
from netcore.analysis import pca

SAMPLE = 2000  # images on the map
NUMBERS = 20_000_000  # pixels of a class that are compared
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
    """Mean and standard deviation of each class, both (K, …, H, W), 0 … 255."""
    part = data.splits[split]
    pairs = [stats.mean_and_std(part.images[part.labels == k]) for k in range(len(data.classes))]
    return tuple(np.stack(images) for images in zip(*pairs, strict=True))


@_statistic
def pixels(data: Dataset, split: str, label: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Counts of the values 0 … 255 (256,), in colour (3, 256), and each pixel's variance (H, W),
    scaled to [0, 1], in colour the mean over the channels.
    """
    part = data.splits[split]
    images = part.images[stats.select(part.labels, label)]
    variance = (stats.mean_and_std(images)[1] / 255) ** 2
    if images.ndim == 3:
        return stats.histogram(images), variance
    channels = [stats.histogram(images[:, channel]) for channel in range(images.shape[1])]
    return np.stack(channels), variance.mean(axis=0)


@_statistic
def by_typicality(data: Dataset, split: str, label: int) -> np.ndarray:
    """Positions of a class's images, the most typical first, the most unusual last.

    Of very large images, only the first are measured, to bound the memory.
    """
    part = data.splits[split]
    positions = stats.select(part.labels, label)[: NUMBERS // part.images[0].size]
    return positions[np.argsort(pca.distance_to_mean(part.images[positions]), kind="stable")]


@_statistic
def plane(data: Dataset, split: str, label: int | None, seed: int):
    """A sample of up to 2,000 images on its first two principal components.

    Returns positions (N,), coordinates (N, 2), and the share of the variance they keep; nothing
    (N = 0) when there are fewer than three images.
    """
    part = data.splits[split]
    most = min(SAMPLE, max(3, NUMBERS // 2 // part.images[0].size))
    positions = np.sort(stats.select(part.labels, label, seed or 1)[:most])
    if len(positions) < 3:
        return positions[:0], np.empty((0, 2)), 0.0
    images = part.images[positions]
    coordinates, variances = pca.principal_components(images, 2)
    total = np.square(stats.mean_and_std(images)[1] / 255).sum()
    return positions, coordinates, float(variances.sum() / max(total, 1e-12))
