"""What a section of Draw looks at: one drawing, and the network that read it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from netcore import Model, ModelError, Network
from netcore.analysis import explain


@dataclass(frozen=True)
class Subject:
    """`strokes` may be empty where a picture came without; `image` (28, 28) uint8 never is."""

    name: str
    model: Model
    strokes: list[np.ndarray]
    image: np.ndarray

    @cached_property
    def network(self) -> Network:
        """Of this visitor alone, and thrown away after use: no two may use one at a time."""
        return explain.reader(self.model)

    @cached_property
    def logits(self) -> np.ndarray:
        """(K,) of the drawing."""
        return self.read(self.image[None])[0]

    @property
    def probabilities(self) -> np.ndarray:
        return explain.probabilities(self.logits)

    @property
    def answer(self) -> int:
        return int(self.logits.argmax())

    def read(self, images: np.ndarray) -> np.ndarray:
        """Logits (N, K) of images (N, 28, 28); ModelError if they are no numbers."""
        with np.errstate(over="ignore", invalid="ignore"):  # told to the visitor
            logits = explain.scores(self.network, images)
        if not np.isfinite(logits).all():
            raise ModelError("This model's numbers have run away to infinity: choose another one.")
        return logits
