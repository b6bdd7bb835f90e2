"""Principal component analysis: the directions in which examples vary most.

Pearson 1901, "On lines and planes of closest fit".
"""

import numpy as np
import scipy.linalg

TYPICAL_COMPONENTS = 60  # keep about 87 % of the variance of one MNIST digit
OVERSAMPLING, POWER_ITERATIONS = 20, 4  # of the randomized solver


def principal_axes(
    x: np.ndarray, k: int, randomized: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The k directions of largest variance of centred rows x (N, D), and their variances.

    Returns axes (k, D), orthonormal, the largest variance first, and variances (k,). k is cut to
    what N rows can span. The sign of an axis makes its largest entry positive. `randomized` takes
    the approximate solver, which is faster on few rows.
    """
    k = max(0, min(k, len(x) - 1, x.shape[1]))
    axes, variances = (_randomized if randomized else _exact)(x, k)
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return axes * np.where(largest < 0, -1, 1).astype(axes.dtype), variances


def principal_components(images: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (N, k) on the first k principal axes, and their variances (k,).

    images: (N, …) uint8 of N ≥ 2; pixels are scaled to [0, 1] and centred.
    """
    x = images.reshape(len(images), -1) / np.float32(255)  # (N, D)
    x -= x.mean(axis=0)
    axes, variances = principal_axes(x, k)
    return x @ axes.T, variances


def distance_to_mean(images: np.ndarray) -> np.ndarray:
    """Mahalanobis distances (N,) of images (N, …) uint8 to their mean: large where unusual.

    Measured on the first 60 principal components; those without variance are left out.
    """
    if len(images) < 2:
        return np.zeros(len(images))
    coordinates, variances = principal_components(images, TYPICAL_COMPONENTS)
    kept = variances > 1e-6 * variances[0]
    return np.sqrt((coordinates[:, kept] ** 2 / variances[kept]).sum(axis=1))


def _exact(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The eigenvectors of the covariance matrix."""
    features = x.shape[1]
    variances, axes = scipy.linalg.eigh(
        x.T @ x / len(x), subset_by_index=(features - k, features - 1)
    )
    return axes[:, ::-1].T, np.maximum(variances[::-1], 0)


def _randomized(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Subspace iteration: a few rounds of x.T @ x on a random basis a little wider than k.

    Halko, Martinsson & Tropp 2011, https://arxiv.org/abs/0909.4061.
    """
    wider = min(k + OVERSAMPLING, x.shape[1])
    basis = np.random.default_rng(0).standard_normal((x.shape[1], wider), np.float32)
    for _ in range(POWER_ITERATIONS):
        basis, _ = np.linalg.qr(x.T @ (x @ basis))
    _, singular, rotated = np.linalg.svd(x @ basis, full_matrices=False)
    return (basis @ rotated[:k].T).T, singular[:k] ** 2 / len(x)
