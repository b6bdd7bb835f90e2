"""Is one better than the other, or was it luck? Two paired tests, and the range of several runs.

`mcnemar` compares two networks on the same images: only images that one classifies correctly and
the other does not are evidence. `sign_flip` compares two recipes that were run with the same seeds:
the evidence is the difference for each seed.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, permutation_test

SIGNIFICANCE = 0.05  # a smaller p is taken as evidence of a difference
MAX_PAIRS = 16  # 65,536 choices of signs; more would need sampling


class McNemar(NamedTuple):
    """Two networks on the same images: counts of images, and a p-value."""

    both_right: int
    only_a: int  # only A is right
    only_b: int
    both_wrong: int
    p: float  # how often equally good networks would differ by this much or more

    @property
    def images(self) -> int:
        """Number of images."""
        return self.both_right + self.only_a + self.only_b + self.both_wrong


def mcnemar(a: ArrayLike, b: ArrayLike, targets: ArrayLike) -> McNemar:
    """The exact McNemar test. a, b: answers (N,) of two networks, targets: (N,).

    If both were equally good, each image that only one gets right would be either's with
    probability ½: p is two-sided, from the binomial distribution. McNemar 1947; Dietterich 1998
    recommends the test, in its χ² form, for two classifiers on one test set.
    """
    a_right, b_right = np.equal(a, targets), np.equal(b, targets)
    only_a, only_b = int(np.sum(a_right & ~b_right)), int(np.sum(b_right & ~a_right))
    p = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    both_right = int(np.sum(a_right & b_right))
    both_wrong = len(a_right) - both_right - only_a - only_b
    return McNemar(both_right, only_a, only_b, both_wrong, float(p))


def sign_flip(differences: ArrayLike) -> float:
    """The exact paired permutation test: differences A − B, one for each seed (n,) → p, two-sided.

    If A and B were equal, each difference could as well have the other sign. p is the share of all
    2ⁿ sign choices whose sum is at least as far from 0 as the observed one, so n pairs cannot give
    less than 2 / 2ⁿ. Fisher 1935, The Design of Experiments, § 21. ValueError unless n is 2 to 16.
    """
    differences = np.asarray(differences, float)
    if not 2 <= len(differences) <= MAX_PAIRS:
        raise ValueError(f"sign_flip takes 2 to {MAX_PAIRS} differences, not {len(differences)}")

    def total(x: np.ndarray, axis: int) -> np.ndarray:
        return np.round(x.sum(axis=axis), 12)  # else rounding errors break ties between sums

    test = permutation_test(
        (differences,),
        total,
        permutation_type="samples",
        n_resamples=2 ** len(differences),  # all of them: the test is exact
        vectorized=True,
    )
    return float(test.pvalue)


class Band(NamedTuple):
    """Mean and range of several curves: arrays (T,)."""

    steps: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def band(curves: Iterable[ArrayLike]) -> Band:
    """Mean and range of curves (T_i, 2) of step and value, over the steps that all of them cover.

    They are evaluated at the steps of the shortest, by linear interpolation.
    """
    arrays = [np.asarray(curve, float) for curve in curves]
    steps = min(arrays, key=lambda curve: curve[-1, 0])[:, 0]
    steps = steps[steps >= max(curve[0, 0] for curve in arrays)]
    values = np.stack([np.interp(steps, curve[:, 0], curve[:, 1]) for curve in arrays])
    return Band(steps, values.mean(axis=0), values.min(axis=0), values.max(axis=0))
