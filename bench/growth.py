"""How cost grows: the time of an epoch over the width, the batch size, and the number of images."""

import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from bench import contenders

WIDTHS = (32, 64, 128, 256, 512, 1024, 2048)
BATCHES = (1, 4, 16, 64, 256, 1024)
IMAGES = (1_000, 5_000, 15_000, 55_000)
BUDGET = 0.4  # seconds per point and repeat
REPEATS = 3


def microseconds(hidden: tuple[int, ...], batch_size: int, images: int | None = None) -> float:
    """Training time per image, the median of the repeats."""
    run = contenders.netcore(hidden, batch_size, images=images)
    run(3)
    began = time.perf_counter()
    run(3)
    steps = max(3, int(3 * BUDGET / (time.perf_counter() - began)))
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run(steps)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)) / (steps * batch_size) * 1e6


def measure(path: Path) -> dict[str, dict[int, float]]:
    """Measure all three, plot them in one figure at `path`, and return the numbers."""
    widths = {width: microseconds((width,), 128) for width in WIDTHS}
    batches = {size: microseconds((128,), size) for size in BATCHES}
    epochs = {n: microseconds((128,), 100, n) * n / 1e6 for n in IMAGES}
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), layout="constrained")
    for axis, values, title, unit in (
        (axes[0], widths, "width of the hidden layer", "µs an image"),
        (axes[1], batches, "images a batch", "µs an image"),
        (axes[2], epochs, "images an epoch", "seconds an epoch"),
    ):
        axis.loglog(list(values), list(values.values()), "o-", color="#0b6299")
        axis.set(xlabel=title, ylabel=unit)
        axis.grid(which="both", alpha=0.2)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    plt.close(figure)
    return {"µs an image by width, batch 128": widths,
            "µs an image by batch, width 128": batches,
            "seconds an epoch by images, width 128, batch 100": epochs}  # fmt: skip
