"""What the examples of a class have in common, and how strange another one is to the class.

The examples of a class, as pixels or as a network sees them in its last hidden layer, lie near a
plane through their mean: the first principal components. What an example has outside that plane is
strange to the class. Noise, letters and pairs of digits are strange to all ten, even where a
network is sure of itself.
"""

from dataclasses import dataclass

import numpy as np

from netcore.functional import scale_pixels

EACH = 800  # examples of a class to learn from: more change little
SPARE, ROUNDS = 20, 4  # of the search for principal components


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
        axes = _components(ours - plane[0], components).T  # fewer than asked of a few examples
        plane[1 : 1 + len(axes)] = axes
    return Subspaces(planes)


def _components(x, count):
    """The first principal components of centred rows (N, D) → (D, count), nearly: by iteration.

    Some rounds of x.T @ x on a random plane, a little wider than asked for, turn it towards them,
    far faster than all eigenvectors (Halko et al. 2011, https://arxiv.org/abs/0909.4061).
    """
    wider = min(count + SPARE, x.shape[1])
    plane = np.random.default_rng(0).standard_normal((x.shape[1], wider), np.float32)
    for _ in range(ROUNDS):
        plane, _ = np.linalg.qr(x.T @ (x @ plane))
    _, _, turned = np.linalg.svd(x @ plane, full_matrices=False)
    return plane @ turned[:count].T
