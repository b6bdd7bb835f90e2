"""The training images in batches: their random order, and what augmentation makes of them.

Also the random generators that a recipe's seed gives.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netcore.network import cut
from netcore.recipe import Augment, Recipe, RecipeError
from netcore.speed.parallel import REPLICAS

Examples = tuple[np.ndarray, np.ndarray]  # x (N, …) uint8 or float32, targets (N,) integers
RngState = Mapping[str, Any]  # of a generator's bit generator

# One generator for each purpose, so that one more draw in one leaves the others as they were.
STREAMS = {"initialization": 0, "subset": 1, "shuffling": 2, "dropout": 3, "augmentation": 4}


def stream(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """The generator of a recipe's seed for one of `STREAMS`; `numbers` branch it further."""
    return np.random.default_rng([seed, STREAMS[purpose], *numbers])


class Batches:
    """The images that a recipe trains on, shuffled anew for each epoch.

    `indices` are their places in `train`; RecipeError without any images. A rest of fewer than
    `smallest` images at the end of an epoch joins the batch before.
    """

    smallest = 1

    def __init__(self, train: Examples, recipe: Recipe, augment: Augment | None = None) -> None:
        self._x, self._targets = train
        self._seed, self.augment = recipe.seed, augment
        if not len(self._x):
            raise RecipeError("there are no images to train on")
        shuffled = stream(recipe.seed, "subset").permutation(len(self._x))
        self.indices = shuffled[: recipe.train_images]  # None takes all
        self._rng = stream(recipe.seed, "shuffling")
        self._rng_state = self._rng.bit_generator.state  # before this epoch was shuffled
        self.order = self.indices[:0]  # of this epoch; the first one is still to be shuffled
        self._position = 0  # in `order`

    def check_size(self, size: int) -> None:
        """RecipeError if batches of this size are too small for the network."""
        if min(size, len(self.indices)) < self.smallest:
            raise RecipeError(
                "BatchNorm after a Dense layer compares the images of a batch with each other: use "
                f"a batch_size and train_images of {self.smallest} or more"
            )

    @property
    def remaining(self) -> int:
        """How many images of this epoch are still to come."""
        return len(self.order) - self._position

    def next(self, size: int) -> np.ndarray:
        """The next indices, `size` of them; the last batch of an epoch may be smaller."""
        if not self.remaining:
            self._shuffle()
        if 0 < self.remaining - size < self.smallest:
            size = self.remaining
        batch = self.order[self._position : self._position + size]
        self._position += len(batch)
        return batch

    def _shuffle(self) -> None:
        self._rng_state = self._rng.bit_generator.state
        self.order = self._rng.permutation(self.indices)
        self._position = 0

    def load(self, batch: np.ndarray, part: slice, step: int) -> Examples:
        """A slice of a batch of indices → x (N, …), augmented, and targets (N,).

        The augmentation is seeded by the place in the run, so any thread may load any part. A whole
        batch is augmented in as many parts as there are replicas, which train on parts of it.
        """
        x, targets = self._x.take(batch[part], axis=0), self._targets[batch[part]]
        if self.augment:
            x = np.concatenate(
                [
                    self.augment(x[piece], targets[piece], self._augmentation(step, part, piece))
                    for piece in cut(len(x), REPLICAS if len(x) == len(batch) else 1)
                ]
            )
        return x, targets

    def _augmentation(self, step: int, part: slice, piece: slice) -> np.random.Generator:
        return stream(self._seed, "augmentation", step, part.start + piece.start)

    def state(self) -> tuple[RngState, int]:
        """Small: not the order of the images, but the generator's state that it follows from."""
        return self._rng_state, self._position

    def load_state(self, state: tuple[RngState, int]) -> None:
        """Go to where `state` was returned, by shuffling that epoch again."""
        self._rng.bit_generator.state, position = state
        self._shuffle()
        self._position = position
