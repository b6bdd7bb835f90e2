"""Schedules: how the learning rate changes over a run.

Each function maps progress (0 at the first step, 1 at the last) to a factor of the base rate.
"""

import math
from collections.abc import Callable


def constant(progress: float) -> float:
    return 1.0


def step(progress: float, drops: int = 3, factor: float = 0.3) -> float:
    """Multiply by `factor` at `drops` evenly spaced points of the run."""
    return factor ** math.floor(progress * (drops + 1) * (1 - 1e-12))


def cosine(progress: float) -> float:
    """Half a cosine from 1 down to 0. Loshchilov & Hutter 2017, without restarts."""
    return (1 + math.cos(math.pi * progress)) / 2


def one_cycle(progress: float, peak: float = 0.3, start: float = 0.1) -> float:
    """Linearly from `start` up to 1 at `peak`, then a cosine down to 0. After Smith 2018."""
    if progress < peak:
        return start + (1 - start) * progress / peak
    return cosine((progress - peak) / (1 - peak))


WARMUP_START = 0.01  # share of the learning rate at the first step, where 0 would waste it

SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


def factor(name: str, progress: float, warmup: float = 0.0) -> float:
    """The factor of schedule `name`.

    Over the first `warmup` of the run, it is multiplied by a ramp from `WARMUP_START` up to 1.
    """
    value = SCHEDULES[name](min(progress, 1.0))
    if progress < warmup:
        value *= WARMUP_START + (1 - WARMUP_START) * progress / warmup
    return value
