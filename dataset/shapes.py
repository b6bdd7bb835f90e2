"""What each digit looks like, without a network: how far an image is from all the ways to write it.

The images of a class lie near a low-dimensional plane through their mean, its first principal
components. What an image has outside that plane is strange to the class. Noise, letters and pairs
of digits are strange to all ten, even where a network is sure of itself.
"""

from dataclasses import dataclass

import numpy as np

from dataset.splits import Split

COMPONENTS = 40
EACH = 800  # images of a class to learn from: more change little


@dataclass(frozen=True, eq=False)
class Shapes:
    means: np.ndarray  # (K, D) float32
    axes: np.ndarray  # (K, COMPONENTS, D) float32, orthonormal for each class

    def strangeness(self, images: np.ndarray) -> np.ndarray:
        """Images (N, H, W) uint8 → (N, K): log of 1 + the squared distance from each class."""
        x = images.reshape(len(images), -1) * np.float32(1 / 255)
        distances = []
        for mean, axes in zip(self.means, self.axes, strict=True):
            away = x - mean
            distances.append(np.square(away).sum(1) - np.square(away @ axes.T).sum(1))
        return np.log1p(np.maximum(distances, 0)).T


def learn(split: Split, classes: int = 10) -> Shapes:
    """The shapes of a split's classes; well under a second for MNIST."""
    means, axes = [], []
    for label in range(classes):
        x = split.images[np.flatnonzero(split.labels == label)[:EACH]]
        x = x.reshape(len(x), -1) * np.float32(1 / 255)
        means.append(x.mean(axis=0) if len(x) else np.zeros(split.images[0].size, np.float32))
        axes.append(_components(x - means[-1]).T)
    return Shapes(np.array(means), np.array(axes, np.float32))


def _components(x: np.ndarray) -> np.ndarray:
    """The principal components of centred rows (N, D) → (D, COMPONENTS), nearly: by iteration.

    Some rounds of x.T @ x on a random plane turn it towards them, far faster than all
    eigenvectors (Halko et al. 2011, https://arxiv.org/abs/0909.4061).
    """
    plane = np.random.default_rng(0).standard_normal((x.shape[1], COMPONENTS), np.float32)
    for _ in range(4):
        plane, _ = np.linalg.qr(x.T @ (x @ plane))
    return plane
