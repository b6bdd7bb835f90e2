"""A checkpoint: all that a run needs to go on from here as if it had never been interrupted.

It is small: the parameters, the optimizer's vectors, and a few numbers. Random generators are kept
as their states; the order of the images in an epoch follows from one of them.
"""

from dataclasses import dataclass

import numpy as np

from netcore.batches import RngState
from netcore.model import Model
from netcore.optim.averaging import BestState
from netcore.recipe import Changes, Recipe


@dataclass(frozen=True)
class Checkpoint:
    """Made by `Trainer.state()`, for `Trainer.load_state()`. Arrays are read-only and shared."""

    recipe: Recipe  # as begun
    settings: Recipe  # as changed since
    changes: Changes  # that led here
    replay: Changes  # that are still to come
    input_shape: tuple[int, ...]
    step: int
    images_seen: int
    seconds: float
    batches: tuple[RngState, int]  # see `Batches.state`
    theta: np.ndarray  # (P,)
    buffers: np.ndarray
    optimizer_state: np.ndarray  # (vectors, P)
    optimizer_steps: int
    ema: tuple[int, np.ndarray, np.ndarray] | None  # see `EMA.state`
    best: BestState | None  # see `EarlyStopping.state`
    stopped_early: bool

    @property
    def nbytes(self) -> int:
        """Memory of its arrays, in bytes."""
        arrays = [self.theta, self.buffers, self.optimizer_state]
        arrays += self.ema[1:] if self.ema else ()
        arrays += self.best[2] or () if self.best else ()
        return sum(array.nbytes for array in arrays)

    def model(self) -> Model:
        """The network as it would have been used at this moment. No copy: cheap."""
        theta, buffers = self.ema[1:] if self.ema else (self.theta, self.buffers)
        return Model(
            spec=list(self.settings.layers),
            input_shape=self.input_shape,
            theta=theta,
            buffers=buffers,
            recipe=self.recipe,
            changes=[[step, dict(settings)] for step, settings in self.changes],
        )
