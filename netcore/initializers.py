"""Initial weights: random, with a spread that keeps signals from growing or fading.

Each function returns the standard deviation of a normal distribution. `fan_in` counts the inputs
that one output sums over, `fan_out` the outputs that one input feeds.
"""

import math


def he(fan_in: int, fan_out: int) -> float:
    """√(2 / fan_in), for ReLU, which halves the variance. He et al. 2015, eq. 10."""
    return math.sqrt(2 / fan_in)


def glorot(fan_in: int, fan_out: int) -> float:
    """√(2 / (fan_in + fan_out)), for tanh and sigmoid. Glorot & Bengio 2010, eq. 12."""
    return math.sqrt(2 / (fan_in + fan_out))


def lecun(fan_in: int, fan_out: int) -> float:
    """√(1 / fan_in), which keeps the variance of a linear layer. LeCun et al. 1998, eq. 16."""
    return math.sqrt(1 / fan_in)


INITIALIZERS = {"he": he, "glorot": glorot, "lecun": lecun}


def check_initializer(name: object) -> str:
    """The name of an initializer, as it came; ValueError for any other."""
    if not isinstance(name, str) or name not in INITIALIZERS:
        raise ValueError(f"unknown initializer {name!r}: use {', '.join(INITIALIZERS)}")
    return name
