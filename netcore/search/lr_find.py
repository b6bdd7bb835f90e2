"""The learning-rate range test: one short run with rates from far too small to far too large.

The rate grows by a constant factor at each step. While it is too small the loss stays, in the right
range it falls, and where steps overshoot it explodes. Smith 2017, "Cyclical learning rates".
"""

from typing import Any, NamedTuple

import numpy as np

from netcore.recipe import Recipe
from netcore.trainer import Divergence, Trainer

EXPLODED = 4.0  # times the smallest loss so far: the test ends here


class Search(NamedTuple):
    """The result of the test."""

    lrs: np.ndarray  # (S,), the rates that were tried
    losses: np.ndarray  # (S,), the smoothed loss at each
    suggestion: float


def find(
    recipe: Recipe,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    low: float = 1e-5,
    high: float = 10.0,
    steps: int = 200,
    smoothing: float = 0.9,
    **options: Any,
) -> Search:
    """Run the recipe with rates from `low` to `high`. The loss is an average with that `smoothing`.

    Suggests the rate at which the loss falls fastest on a log scale, a good peak for a schedule.
    The recipe's own rate, schedule and length are not used. `options` go to the `Trainer`.
    """
    lrs = np.geomspace(low, high, steps)
    trainer = Trainer(
        recipe.replace(lr=low, schedule="constant", warmup=0.0, steps=steps, eval_every=steps + 1),
        train,
        validation,
        **options,
    )
    found, mean = [], 0.0
    for step, lr in enumerate(lrs, start=1):
        trainer.change(lr=float(lr))
        try:
            loss = next(trainer).loss
        except Divergence:
            break
        mean = smoothing * mean + (1 - smoothing) * loss
        found.append(mean / (1 - smoothing**step))  # bias correction, as in Adam
        if found[-1] > EXPLODED * min(found):
            break
    losses = np.array(found)
    lrs = lrs[: len(losses)]
    falling = np.gradient(losses[: losses.argmin() + 1]) if losses.argmin() else np.zeros(1)
    return Search(lrs, losses, float(lrs[falling.argmin()]))


def draw(search: Search, rows: int = 12, columns: int = 60) -> str:
    """The curve as text: loss over the logarithm of the rate, with the suggestion marked."""
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
