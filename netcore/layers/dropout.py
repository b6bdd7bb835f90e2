"""Dropout: during training, zero a random part of the units, so that none is relied on alone."""

from typing import cast

import numpy as np

from netcore.layers.base import Layer

STEP = 2**41  # random numbers that a training step may use: more than any batch needs


class Dropout(Layer):
    """Zero each input with probability p and scale the rest by 1 / (1 − p), during training only.

    Srivastava et al. 2014, in the inverted form: outside training it is the identity.

    The generator's numbers are one long sequence, in which every example of every step has its
    place (`seek`). So flat inputs lose the same units however a batch is cut into microbatches.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p, the probability to drop, must be in [0, 1), not {p!r}")
        self.p = p
        self.seed(np.random.default_rng(0))

    def seed(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._place: tuple[int, int] | None = None
        self._drawn = 0  # 64-bit numbers drawn or skipped so far; each gives two of 32 bits

    def seek(self, step: int, example: int) -> None:
        """Let the next `forward` begin with this example of this step's batch."""
        self._place = step, example

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.dropping = training and self.p > 0
        if not self.dropping:
            return x
        drawn = self.workspace("drawn", x.shape, np.float32)
        self._skip(x)
        self.rng.random(dtype=np.float32, out=drawn.ravel(order="K"))
        self.mask = np.greater_equal(drawn, self.p, out=self.workspace("mask", x.shape, x.dtype))
        self.mask /= 1 - self.p
        return np.multiply(x, self.mask, out=self.workspace("y", x.shape, x.dtype))

    def _skip(self, x: np.ndarray) -> None:
        """Move the generator to the place of `seek`, if there is one."""
        if self._place is None:
            return
        step, example = self._place
        first = step * STEP + example * x[0].size
        generator = cast(np.random.PCG64, self.rng.bit_generator)  # `default_rng` makes this kind
        generator.advance(first // 2 - self._drawn)
        if first % 2:
            self.rng.random(dtype=np.float32)
        self._drawn, self._place = (first + x.size + 1) // 2, None

    def backward(self, dy: np.ndarray) -> np.ndarray:
        if not self.dropping:
            return dy
        return np.multiply(dy, self.mask, out=self.workspace("dx", dy.shape, dy.dtype))
