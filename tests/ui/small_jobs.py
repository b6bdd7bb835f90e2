"""Runs that tests start, on images of 4 × 4, and how they are waited for."""

import threading
import time

import numpy as np

from netcore import Recipe
from netcore.recipe import dense_layers

RECIPE = Recipe(
    layers=dense_layers([8], classes=2), optimizer="momentum", lr=0.1, batch_size=10, epochs=4
)


def spots(count, seed):
    """Images 4 × 4 with light on the left (0) or on the right (1)."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, count).astype(np.uint8)
    images = rng.integers(0, 100, (count, 4, 4))
    images[targets == 1, :, 2:] += 150
    images[targets == 0, :, :2] += 150
    return images.astype(np.uint8), targets


TRAIN, VALIDATION, TEST = spots(200, 1), spots(50, 2), spots(70, 3)
ENDLESS = RECIPE.replace(steps=50_000_000)


def wait_for(condition, seconds=20):
    """Wait until the condition holds; the waiting, not a sleep, is what the clock bounds."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        tick.wait(0.005)


def run_to(job, steps):
    """Do so many steps and rest."""
    job.run(steps)
    job.join(20)
    return job
