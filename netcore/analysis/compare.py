"""Is one better than the other, or was it luck? Two paired tests, and the band of several runs.

`mcnemar` is about two networks: both read the same images, and only those tell anything that one
of them reads rightly and the other does not. `sign_flip` is about two recipes: both were run with
the same seeds, and what tells is by how much one led with each of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, permutation_test

LEVEL = 0.05  # below this, luck is not a good explanation any more
MOST_PAIRS = 16  # 65,536 ways to flip; above, the test would want sampling


class Answers(NamedTuple):
    """How two networks did on the same images: counts of images, and a p-value."""

    both_right: int
    only_a: int  # only A read them rightly
    only_b: int
    both_wrong: int
    p: float  # how often equally good networks would differ by this much or more

    @property
    def images(self):
        return self.both_right + self.only_a + self.only_b + self.both_wrong


def mcnemar(a, b, targets) -> Answers:
    """The exact McNemar test. a, b: answers (N,) of two networks, targets: (N,).

    If both were equally good, each image that only one reads rightly would fall to either like a
    coin: p is two-sided, from the binomial distribution. McNemar 1947; recommended for two
    classifiers and one set of images by Dietterich 1998 (its χ² form; here the exact one).
    """
    a_right, b_right = np.equal(a, targets), np.equal(b, targets)
    only_a, only_b = int(np.sum(a_right & ~b_right)), int(np.sum(b_right & ~a_right))
    p = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    both_right = int(np.sum(a_right & b_right))
    both_wrong = len(a_right) - both_right - only_a - only_b
    return Answers(both_right, only_a, only_b, both_wrong, float(p))


def sign_flip(differences: ArrayLike) -> float:
    """The exact paired permutation test: differences A − B, one for each seed (n,) → p, two-sided.

    If A and B were equal, each difference could as well have the other sign. p is the share of all
    2ⁿ sign choices whose sum is at least as far from 0 as the observed one, so n pairs cannot give
    less than 2 / 2ⁿ. Fisher 1935, The Design of Experiments, § 21. ValueError unless n is 2 to 16.
    """
    differences = np.asarray(differences, float)
    if not 2 <= len(differences) <= MOST_PAIRS:
        raise ValueError(f"sign_flip takes 2 to {MOST_PAIRS} differences, not {len(differences)}")

    def total(x: np.ndarray, axis: int) -> np.ndarray:
        return np.round(x.sum(axis=axis), 12)  # else rounding errors break ties between sums

    test = permutation_test(
        (differences,), total, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    return float(test.pvalue)


class Band(NamedTuple):
    """Several curves as one: arrays (T,)."""

    steps: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def band(curves) -> Band:
    """curves: arrays (T_i, 2) of step and value → their mean and range, as far as all of them go.

    They are read at the steps of the shortest, in between by straight lines.
    """
    curves = [np.asarray(curve, float) for curve in curves]
    steps = min(curves, key=lambda curve: curve[-1, 0])[:, 0]
    steps = steps[steps >= max(curve[0, 0] for curve in curves)]
    values = np.stack([np.interp(steps, curve[:, 0], curve[:, 1]) for curve in curves])
    return Band(steps, values.mean(axis=0), values.min(axis=0), values.max(axis=0))
