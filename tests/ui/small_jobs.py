"""Small runs for tests, on images of 4 × 4, and how to wait for them."""

import threading
import time

import numpy as np

from netcore import Recipe, Trainer
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


def trainer_of(recipe=RECIPE, changes=()):
    return Trainer(recipe, TRAIN, VALIDATION, changes)


def threads_of(job):
    """The threads that work on a job or a sweep, by the id in their names."""
    return [thread for thread in threading.enumerate() if job.id in thread.name]


def wait_for(condition, seconds=30):
    """Wait until the condition holds; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        tick.wait(0.005)


def run_to(job, steps):
    """Do so many steps and pause."""
    job.run(steps)
    job.join(20)
    return job
