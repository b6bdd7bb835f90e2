"""Class subspaces: how unlike the examples of a class another example is.

The examples of a class, as pixels or as features of the last hidden layer, lie near an affine
subspace through their mean, spanned by the first principal components. The squared distance of an
example to it measures how novel the example is to the class, as in SIMCA (Wold 1976). Noise,
letters and pairs of digits are far from all classes, even where a network is confident.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netcore.analysis.pca import principal_axes
from netcore.checks import check_labels, check_x
from netcore.functional import scale_pixels
from netcore.speed import blas

if TYPE_CHECKING:
    from netcore.model import Model

PIXEL_AXES, HIDDEN_AXES = 40, 20  # axes per class, for images and for hidden features
EXAMPLES = 800  # per class to learn from; more change little


@dataclass(frozen=True, eq=False)
class Subspaces:
    """`planes` (K, 1 + C, D) float32: the mean of each class, then C orthonormal axes."""

    planes: np.ndarray

    @blas.single_thread
    def novelty(self, x: np.ndarray) -> np.ndarray:
        """x: (N, …) of D numbers each, uint8 or float → (N, K): log(1 + squared distance)."""
        x = scale_pixels(x.reshape(len(x), -1))
        distances = []
        for plane in self.planes:
            offset = x - plane[0]
            distances.append(np.square(offset).sum(1) - np.square(offset @ plane[1:].T).sum(1))
        return np.log1p(np.maximum(distances, 0)).T


def of_images(images: np.ndarray, labels: np.ndarray, classes: int) -> Subspaces:
    """The subspaces of a dataset's training images (N, …) uint8, labels (N,) integers."""
    return learn(images, labels, classes, PIXEL_AXES)


def of_model(model: "Model", images: np.ndarray, labels: np.ndarray) -> Subspaces:
    """Those of the images a model was trained on; InputError if these images do not fit it."""
    check_x(images, model.input_shape, "its dataset")
    classes = math.prod(model.output_shape)
    return of_images(images, check_labels(labels, len(images), classes), classes)


def first_of_each(targets: np.ndarray, classes: int) -> np.ndarray:
    """Indices of the first `EXAMPLES` examples of every class."""
    return np.concatenate([np.flatnonzero(targets == k)[:EXAMPLES] for k in range(classes)])


@blas.single_thread
def learn(x: np.ndarray, targets: np.ndarray, classes: int, components: int) -> Subspaces:
    """Learn the subspaces of examples x (N, …), targets (N,) integers."""
    chosen = first_of_each(targets, classes)
    x, targets = scale_pixels(x[chosen].reshape(len(chosen), -1)), targets[chosen]
    planes = np.zeros((classes, 1 + components, x.shape[1]), np.float32)
    for plane, k in zip(planes, range(classes), strict=True):
        members = x[targets == k]
        if len(members):
            plane[0] = members.mean(axis=0)
        axes, _ = principal_axes(members - plane[0], components, randomized=True)
        plane[1 : 1 + len(axes)] = axes  # few examples have fewer axes; the others stay 0
    return Subspaces(planes)
