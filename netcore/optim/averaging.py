"""Two ways to end with better weights than the last ones: their average, and the best so far.

Both are cheap, since a network is one vector of parameters and one of buffers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from netcore.functional import frozen_copy
from netcore.network import Network


class EMA:
    """Exponential moving average of the weights: θ̄ ← d θ̄ + (1 − d) θ after every step.

    The noise of single steps averages out, and the average often generalises better (Polyak &
    Juditsky 1992, who take the plain mean). The decay d has a warm-up, min(d, (1 + t) / (10 + t))
    at step t, so that the random start is soon forgotten.
    """

    def __init__(self, network: Network, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self._vectors = (network.theta, network.buffers)
        self.averages = tuple(vector.copy() for vector in self._vectors)
        self._scratch = tuple(np.empty_like(vector) for vector in self._vectors)

    def update(self) -> None:
        """Take the network's present weights into the average."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for average, vector, scratch in self._triples():
            np.subtract(vector, average, out=scratch)
            scratch *= 1 - decay
            average += scratch

    @contextmanager
    def using_average(self) -> Iterator[None]:
        """A block in which the network has the averaged weights."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for average, vector, scratch in self._triples():
            np.copyto(scratch, vector)
            np.copyto(vector, average)
            np.copyto(average, scratch)

    def _triples(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return zip(self.averages, self._vectors, self._scratch, strict=True)

    def state(self) -> tuple[int, np.ndarray, np.ndarray]:
        """(steps, theta, buffers), copied."""
        theta, buffers = map(frozen_copy, self.averages)
        return self.steps, theta, buffers

    def load_state(self, state: tuple[int, np.ndarray, np.ndarray]) -> None:
        self.steps, *averages = state
        for average, value in zip(self.averages, averages, strict=True):
            average[...] = value


BestState = tuple[float, int, tuple[np.ndarray, np.ndarray] | None]


class EarlyStopping:
    """The weights with the highest validation score so far, and whether to stop. Prechelt 1998."""

    def __init__(self, patience: int) -> None:
        self.patience = patience  # validations without a better score
        self.score = -np.inf
        self.waited = 0  # validations since
        self._best: tuple[np.ndarray, np.ndarray] | None = None  # (theta, buffers)

    @property
    def exhausted(self) -> bool:
        """Whether the last `patience` validations brought no better score."""
        return self.waited >= self.patience

    def update(self, network: Network, score: float) -> None:
        """Compare the network's score on validation with the best one."""
        self.waited += 1
        if score > self.score:
            self.score, self.waited = score, 0
            self._best = frozen_copy(network.theta), frozen_copy(network.buffers)

    def restore_best(self, network: Network) -> None:
        """Give the network its best weights, if it was ever validated."""
        if self._best is not None:
            network.theta[...], network.buffers[...] = self._best

    def state(self) -> BestState:
        """(best score, validations since, (theta, buffers) or None)."""
        return self.score, self.waited, self._best

    def load_state(self, state: BestState) -> None:
        self.score, self.waited, self._best = state
