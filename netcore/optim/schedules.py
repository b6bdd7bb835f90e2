"""Schedules: how the learning rate moves over a run.

Each function maps progress (0 at the first step, 1 at the last) to a factor on the base rate.
"""

import math


def constant(progress):
    return 1.0


def step(progress, drops=3, factor=0.3):
    """Multiply by `factor` at `drops` evenly spaced moments."""
    return factor ** math.floor(progress * (drops + 1) * (1 - 1e-12))


def cosine(progress):
    """Half a cosine from 1 down to 0. Loshchilov & Hutter 2017, without restarts."""
    return (1 + math.cos(math.pi * progress)) / 2


def one_cycle(progress, peak=0.3, start=0.1):
    """Up from `start` to 1 at `peak`, then a cosine down to 0. After Smith 2018."""
    if progress < peak:
        return start + (1 - start) * progress / peak
    return cosine((progress - peak) / (1 - peak))


SCHEDULES = {"constant": constant, "step": step, "cosine": cosine, "one_cycle": one_cycle}


def factor(name, progress, warmup=0.0):
    """The factor of schedule `name`, ramped up linearly over the first `warmup` of the run."""
    value = SCHEDULES[name](min(progress, 1.0))
    return value * progress / warmup if progress < warmup else value
