"""What a section of Look inside explains: how one model reads one digit."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataset.ink.digits import Digit
from netcore import Model, ModelError, Network
from netcore.analysis import explain
from ui.session import answer


@dataclass(frozen=True)
class Subject:
    name: str
    model: Model
    digit: Digit

    @property
    def strokes(self) -> list[np.ndarray]:
        """Empty where the digit came as an image."""
        return self.digit.strokes

    @property
    def image(self) -> np.ndarray:
        """(28, 28) uint8, the digit as drawn."""
        return self.digit.views[0]

    @cached_property
    def network(self) -> Network:
        """For this run of the page only, since a network must not be used by two at a time."""
        return explain.with_input_gradient(self.model)

    @cached_property
    def logits(self) -> np.ndarray:
        """(K,) of the digit."""
        return self.read(self.image[None])[0]

    @property
    def probabilities(self) -> np.ndarray:
        return explain.probabilities(self.logits)

    @property
    def answer(self) -> int:
        return int(self.logits.argmax())

    def read(self, images: np.ndarray) -> np.ndarray:
        """Logits (N, K) of images (N, 28, 28). Raises ModelError if the numbers overflow."""
        with np.errstate(over="ignore", invalid="ignore"):  # the visitor gets a sentence
            logits = explain.logits(self.network, images)
        if not np.isfinite(logits).all():
            raise ModelError(answer.OVERFLOW)
        return logits
