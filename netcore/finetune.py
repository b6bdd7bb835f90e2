"""Fine-tuning on a few new examples with rehearsal.

A network trained only on a few new examples soon forgets the rest. So most of each batch comes from
the data it was trained on (rehearsal, Robins 1995, Connection Science 7(2)). The steps are few and
small, with a cosine schedule.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from netcore.checks import check_labels
from netcore.functional import clip_norm, frozen_copy
from netcore.model import Model
from netcore.network import Network
from netcore.optim.optimizers import AdamW
from netcore.optim.schedules import factor
from netcore.record import DIVERGED_LOSS, Divergence
from netcore.speed import blas

STEPS = 120
LR = 0.001  # of the first step
BATCH_SIZE = 64
SHARE = 0.125  # of a batch that is new
MAX_NORM = 5.0  # of the gradient, so that one unusual example does not spoil the rest


class FinetuneRecord(NamedTuple):
    """The result of one step."""

    step: int  # steps done, including this one
    steps: int  # in total
    loss: float  # nats, mean over the whole batch
    accuracy: float  # 0…1, over the whole batch


def finetune(
    network: Network,
    examples: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    targets: np.ndarray,
    rehearsal: tuple[np.ndarray, np.ndarray],
    *,
    steps: int = STEPS,
    lr: float = LR,
    batch_size: int = BATCH_SIZE,
    share: float = SHARE,
    seed: int = 0,
) -> Iterator[FinetuneRecord]:
    """Train `network` in place, one step per `next`.

    `examples(indices, rng)` gives new examples as x (n, *input_shape), uint8 or float32 in [0, 1],
    freshly augmented each time; `targets` (N,) are their labels. `rehearsal` is a pair (x, targets)
    of data it was trained on. Raises Divergence if the loss diverges.
    """
    targets = check_labels(targets, classes=math.prod(network.output_shape))
    rng = np.random.default_rng(seed)
    optimizer = AdamW(network.parameters)
    old, old_targets = rehearsal
    new = max(1, round(share * batch_size))
    for step in range(steps):
        # Every new example equally often, in random order.
        rounds = -(-new // len(targets))
        indices = np.concatenate([rng.permutation(len(targets)) for _ in range(rounds)])[:new]
        rehearsed = rng.integers(len(old), size=batch_size - new)
        x = np.concatenate([_scaled(examples(indices, rng)), _scaled(old.take(rehearsed, axis=0))])
        y = np.concatenate([targets[indices], old_targets[rehearsed]])
        with blas.single_thread, np.errstate(over="ignore", invalid="ignore"):
            loss, right = network.loss_and_grad(x, y)
            if not loss / len(x) < DIVERGED_LOSS:
                raise Divergence("The loss diverged: this network cannot be fine-tuned.")
            clip_norm(network.grad, MAX_NORM)
            optimizer.step(network.theta, network.grad, lr * factor("cosine", step / steps))
            network.update_running_stats()
        yield FinetuneRecord(step + 1, steps, loss / len(x), right / len(x))


def as_model(
    model: Model, network: Network, note: str, scores: dict[str, Any] | None = None
) -> Model:
    """The fine-tuned network as a model. `note` is added to the comment of the recipe of `model`.

    The scores of `model` are replaced by `scores`.
    """
    comment = f"{model.recipe.comment} {note}".strip()[-2000:]
    return dataclasses.replace(
        model,
        theta=frozen_copy(network.theta),
        buffers=frozen_copy(network.buffers),
        recipe=model.recipe.replace(comment=comment),
        scores=dict(scores or {}),
    )


def _scaled(x: np.ndarray) -> np.ndarray:
    return x / np.float32(255) if x.dtype == np.uint8 else x
