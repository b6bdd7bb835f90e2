"""Which learning rate? Try them all in one short run, from far too small to far too large.

The rate grows by the same factor at every step. While it is too small the loss stays, in the right
range it falls, and where the steps overshoot it explodes. Smith 2017, "Cyclical learning rates".
"""

from typing import NamedTuple

import numpy as np

from netcore.record import Divergence
from netcore.trainer import Trainer

EXPLODED = 4.0  # times the smallest loss so far: nothing is to be learned beyond


class Search(NamedTuple):
    """What was tried (S,), the smoothed loss there (S,), and the rate to begin with."""

    lrs: np.ndarray
    losses: np.ndarray
    suggestion: float


def find(
    recipe, train, validation, low=1e-5, high=10.0, steps=200, memory=0.9, **options
) -> Search:
    """A run of the recipe under rates from `low` to `high`; `memory` smooths the loss.

    Suggests the rate at which the loss falls fastest along the log axis, a good peak for a
    schedule. The recipe's own rate, schedule and length play no part. `options` go to the Trainer.
    """
    lrs = np.geomspace(low, high, steps)
    trainer = Trainer(
        recipe.replace(lr=low, schedule="constant", warmup=0.0, steps=steps, eval_every=steps + 1),
        train,
        validation,
        **options,
    )
    losses, mean = [], 0.0
    for step, lr in enumerate(lrs, start=1):
        trainer.change(lr=float(lr))
        try:
            loss = next(trainer).loss
        except Divergence:
            break
        mean = memory * mean + (1 - memory) * loss
        losses.append(mean / (1 - memory**step))  # unbiased, as Adam corrects its means
        if losses[-1] > EXPLODED * min(losses):
            break
    losses = np.array(losses)
    lrs = lrs[: len(losses)]
    falling = np.gradient(losses[: losses.argmin() + 1]) if losses.argmin() else np.zeros(1)
    return Search(lrs, losses, float(lrs[falling.argmin()]))


def draw(search, rows=12, columns=60):
    """The curve as text, the loss over the log of the rate, with the suggestion marked."""
    finite = np.minimum(search.losses, 2 * search.losses[0])
    where = np.linspace(0, len(finite) - 1, columns).round().astype(int)
    values = finite[where]
    span = np.ptp(values) or 1.0
    heights = ((values - values.min()) / span * (rows - 1)).round().astype(int)
    chosen = np.abs(np.log(search.lrs[where] / search.suggestion)).argmin()
    lines = []
    for row in range(rows - 1, -1, -1):
        marks = ["•" if height == row else " " for height in heights]
        if marks[chosen] == " ":
            marks[chosen] = "│"
        label = values.min() + span * row / (rows - 1)
        lines.append(f"{label:8.3f} │{''.join(marks)}")
    lines.append(" " * 9 + "└" + "─" * columns)
    left, right = f"{search.lrs[0]:.0e}", f"{search.lrs[-1]:.2g}"
    lines.append(" " * 10 + left + right.rjust(columns - len(left)))
    return "\n".join(lines)
