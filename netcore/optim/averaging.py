"""Two ways to end with better weights than the last ones: a running mean, and the best so far.

Both are cheap, since a network is one vector of parameters and one of buffers.
"""

from contextlib import contextmanager

import numpy as np


class RunningMean:
    """θ̄ ← d θ̄ + (1 − d) θ after every step. Polyak & Juditsky 1992.

    The noise of the last steps averages out, and what remains often generalises better. In the
    first steps d is smaller, (1 + t) / (10 + t), so that the random start is soon forgotten.
    """

    def __init__(self, network, decay):
        self.decay = decay
        self.steps = 0
        self._vectors = (network.theta, network.buffers)
        self.means = tuple(vector.copy() for vector in self._vectors)
        self._scratch = tuple(np.empty_like(vector) for vector in self._vectors)

    def step(self):
        """Take in the network's present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mean, vector, scratch in zip(self.means, self._vectors, self._scratch, strict=True):
            np.subtract(vector, mean, out=scratch)
            scratch *= 1 - decay
            mean += scratch

    @contextmanager
    def in_use(self):
        """Within the block the network has the mean weights."""
        self.swap()
        try:
            yield
        finally:
            self.swap()

    def swap(self):
        """The network takes the mean, and its own weights are kept in the mean's place."""
        for mean, vector, scratch in zip(self.means, self._vectors, self._scratch, strict=True):
            np.copyto(scratch, vector)
            np.copyto(vector, mean)
            np.copyto(mean, scratch)


class Best:
    """The weights with the highest validation score so far, and how long ago that was."""

    def __init__(self):
        self.score = -np.inf
        self.waited = 0  # validations since
        self.kept: tuple | None = None  # (theta, buffers)

    def see(self, network, score):
        """Look at the network as it was validated."""
        self.waited += 1
        if score > self.score:
            self.score, self.waited = score, 0
            self.kept = network.theta.copy(), network.buffers.copy()

    def restore(self, network):
        """Give the network back its best weights."""
        if self.kept is not None:
            network.theta[...], network.buffers[...] = self.kept
