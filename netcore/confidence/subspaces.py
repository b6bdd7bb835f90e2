"""What the examples of a class have in common, and how strange another one is to the class.

The examples of a class, as pixels or as a network sees them in its last hidden layer, lie near a
plane through their mean: the first principal components. What an example has outside that plane is
strange to the class. Noise, letters and pairs of digits are strange to all ten, even where a
network is sure of itself.
"""

from dataclasses import dataclass

import numpy as np

from netcore.analysis.pca import principal_axes
from netcore.functional import scale_pixels

PIXEL_AXES, HIDDEN_AXES = 40, 20  # of each class, in images and in a hidden layer
EACH = 800  # examples of a class to learn from: more change little


@dataclass(frozen=True, eq=False)
class Subspaces:
    """`planes` (K, 1 + C, D) float32: of each class the mean, then C orthonormal axes."""

    planes: np.ndarray

    def strangeness(self, x):
        """x: (N, …) of D numbers each, uint8 or float → (N, K): log of 1 + squared distance."""
        x = scale_pixels(x.reshape(len(x), -1))
        distances = []
        for plane in self.planes:
            away = x - plane[0]
            distances.append(np.square(away).sum(1) - np.square(away @ plane[1:].T).sum(1))
        return np.log1p(np.maximum(distances, 0)).T


def of_images(images: np.ndarray, labels: np.ndarray, classes: int) -> Subspaces:
    """The subspaces of a dataset's training images (N, …) uint8, labels (N,) integers.

    These judge what a model is shown, in `calibrate`, `predict` and the app alike.
    """
    return learn(images, labels, classes, PIXEL_AXES)


def first_of_each(targets, classes):
    """Positions of the examples to learn from: the first `EACH` of every class."""
    return np.concatenate([np.flatnonzero(targets == k)[:EACH] for k in range(classes)])


def learn(x, targets, classes, components):
    """The subspaces of examples x (N, …), targets (N,) integers; well under a second for MNIST."""
    chosen = first_of_each(targets, classes)
    x, targets = scale_pixels(x[chosen].reshape(len(chosen), -1)), targets[chosen]
    planes = np.zeros((classes, 1 + components, x.shape[1]), np.float32)
    for plane, k in zip(planes, range(classes), strict=True):
        ours = x[targets == k]
        if len(ours):
            plane[0] = ours.mean(axis=0)
        axes, _ = principal_axes(ours - plane[0], components, randomized=True)
        plane[1 : 1 + len(axes)] = axes  # few examples have fewer axes; the others stay 0
    return Subspaces(planes)
