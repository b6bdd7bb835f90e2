"""Is the backward pass the derivative of the forward pass? Ask central differences.

Along a random direction v, (L(θ + εv) − L(θ − εv)) / 2ε must equal ∇L · v. One such line tests
all parameters at once; a few directions leave errors no place to hide. Use float64 networks.
"""

import numpy as np


def directional(f, point, gradient, rng, eps=1e-6):
    """(numeric, analytic) slope of the scalar function f() along a random unit direction.

    `point` is the array f depends on; it is moved in place and put back.
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


def check(f, point, gradient, rng, directions=5, rtol=1e-6, atol=1e-9):
    """Raise AssertionError with both values if any of the directions disagrees."""
    for number in range(directions):
        numeric, analytic = directional(f, point, gradient, rng)
        if abs(numeric - analytic) > atol + rtol * max(abs(numeric), abs(analytic)):
            raise AssertionError(
                f"direction {number}: numeric {numeric:.12g}, analytic {analytic:.12g}"
            )
