"""Teaching a trained network something new without letting it forget the rest.

A network that learns only from a few new examples soon answers everything in their manner. So in
each step most of the batch comes from what it learned before: rehearsal, Robins 1995, Connection
Science 7(2). The steps are few and short, and get shorter to the end.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from netcore.model import Model
from netcore.network import Network
from netcore.optim.optimizers import AdamW
from netcore.optim.schedules import factor
from netcore.trainer import LOST, Divergence, clip

STEPS = 120
LR = 0.001  # of the first step
BATCH_SIZE = 64
SHARE = 0.125  # of a batch that is new
LONGEST = 5.0  # gradient that is taken as it is: a surprising example must not wreck the rest


class Lesson(NamedTuple):
    """What one step did."""

    step: int  # steps done, this one included
    steps: int  # in all
    loss: float  # nats, mean of the whole batch
    accuracy: float  # 0…1, of the whole batch


def lessons(
    network: Network,
    show: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    targets: np.ndarray,
    rehearsal: tuple[np.ndarray, np.ndarray],
    *,
    steps: int = STEPS,
    lr: float = LR,
    batch_size: int = BATCH_SIZE,
    share: float = SHARE,
    seed: int = 0,
) -> Iterator[Lesson]:
    """Train `network` in place, a step for each `next`.

    `show(which, rng)` gives the new examples of these numbers as x (n, *input_shape), uint8 or
    float32 in [0, 1], with a new look each time; `targets` (N,) are what they are. `rehearsal` is
    a pair of x, targets like those it was trained on. Raises Divergence if the loss runs away.
    """
    rng = np.random.default_rng(seed)
    optimizer = AdamW(network.parameters)
    old, old_targets = rehearsal
    new = max(1, round(share * batch_size))
    for step in range(steps):
        # Every new example equally often, in an order of its own.
        which = np.concatenate(
            [rng.permutation(len(targets)) for _ in range(-(-new // len(targets)))]
        )
        which = which[:new]
        again = rng.integers(len(old), size=batch_size - new)
        x = np.concatenate([_scaled(show(which, rng)), _scaled(old.take(again, axis=0))])
        y = np.concatenate([targets[which], old_targets[again]])
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            loss, right = network.loss_and_grad(x, y)
        if not loss / len(x) < LOST:
            raise Divergence("The loss grew out of all bounds: this network cannot be taught.")
        clip(network.grad, LONGEST)
        optimizer.step(network.theta, network.grad, lr * factor("cosine", step / steps, 0))
        network.remember()
        yield Lesson(step + 1, steps, loss / len(x), right / len(x))


def taught(model: Model, network: Network, note: str, scores=None) -> Model:
    """The network after its lessons, as a model. `note` tells in its recipe what was done.

    The scores of `model` are not its own, and are left out.
    """
    theta, buffers = network.theta.copy(), network.buffers.copy()
    theta.setflags(write=False)
    buffers.setflags(write=False)
    comment = f"{model.recipe.comment} {note}".strip()[-2000:]
    return dataclasses.replace(
        model,
        theta=theta,
        buffers=buffers,
        recipe=model.recipe.replace(comment=comment),
        scores=dict(scores or {}),
    )


def _scaled(x: np.ndarray) -> np.ndarray:
    return x / np.float32(255) if x.dtype == np.uint8 else x
