"""Schedules: how the learning rate changes over a run.

Each function maps progress to a factor of the base rate. Progress is the share of the run that is
done before the step: of S steps, 0 at the first and (S − 1) / S at the last, so that no step is
taken at the very end of a cosine, where the rate is 0. It counts steps (of epochs, images);
Keras's LearningRateScheduler and most examples for PyTorch change the rate once an epoch.
"""

import math
from collections.abc import Callable

WARMUP_START = 0.01  # share of the learning rate at the first step, where 0 would waste it


def constant(progress: float) -> float:
    return 1.0


def step(progress: float, drops: int = 3, factor: float = 0.3) -> float:
    """Multiply by `factor` at `drops` evenly spaced points of the run.

    PyTorch's StepLR drops every so many epochs instead, by 0.1 if not told otherwise.
    """
    return factor ** math.floor(progress * (drops + 1) * (1 - 1e-12))


def cosine(progress: float) -> float:
    """Half a cosine from 1 down to 0. Loshchilov & Hutter 2017, without restarts.

    As PyTorch's CosineAnnealingLR over all steps, and Keras's CosineDecay.
    """
    return (1 + math.cos(math.pi * progress)) / 2


def one_cycle(progress: float, peak: float = 0.3, start: float = 0.1) -> float:
    """Linearly from `start` up to 1 at `peak`, then a cosine down to 0. After Smith 2018.

    Unlike PyTorch's OneCycleLR, which rises along a cosine from 1/25, ends at 1/250,000 and cycles
    the momentum between 0.95 and 0.85. Here the momentum stays as the recipe says.
    """
    if progress < peak:
        return start + (1 - start) * progress / peak
    return cosine((progress - peak) / (1 - peak))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


def factor(name: str, progress: float, warmup: float = 0.0) -> float:
    """The factor of schedule `name`.

    Over the first `warmup` of the run, it is multiplied by a ramp from `WARMUP_START` up to 1.
    Keras's CosineDecay begins at 0, which wastes the first step; PyTorch's LinearLR at 1/3.
    """
    value = SCHEDULES[name](min(progress, 1.0))
    if progress < warmup:
        value *= WARMUP_START + (1 - WARMUP_START) * progress / warmup
    return value
