"""Check that the backward pass is the derivative of the forward pass, by central differences.

Along a random direction v, (L(θ + εv) − L(θ − εv)) / 2ε must equal ∇L · v. One direction tests all
parameters at once, and a few directions find any error. Use float64 networks.
"""

from collections.abc import Callable

import numpy as np


def directional(
    f: Callable[[], float],
    point: np.ndarray,
    gradient: np.ndarray,
    rng: np.random.Generator,
    eps: float = 1e-6,
) -> tuple[float, float]:
    """(numeric, analytic) slope of the scalar function f() along a random unit direction.

    `point` is the array that f depends on; it is changed in place and restored.
    """
    direction = rng.normal(size=point.shape)
    direction /= np.linalg.norm(direction)
    start = point.copy()
    point[...] = start + eps * direction
    above = f()
    point[...] = start - eps * direction
    below = f()
    point[...] = start
    return (above - below) / (2 * eps), float(np.sum(gradient * direction))


def check(
    f: Callable[[], float],
    point: np.ndarray,
    gradient: np.ndarray,
    rng: np.random.Generator,
    directions: int = 5,
    rtol: float = 1e-6,
    atol: float = 1e-9,
) -> None:
    """Raise AssertionError with both values if any of the directions disagrees."""
    for number in range(directions):
        numeric, analytic = directional(f, point, gradient, rng)
        if abs(numeric - analytic) > atol + rtol * max(abs(numeric), abs(analytic)):
            raise AssertionError(
                f"direction {number}: numeric {numeric:.12g}, analytic {analytic:.12g}"
            )
