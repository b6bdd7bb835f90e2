"""What a section of Look inside explains: how one model reads one digit, or another picture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataset.ink.digits import Digit
from dataset.splits import noun
from netcore import Model, ModelError, Network
from netcore.analysis import explain
from ui.parts.wording import a, class_word
from ui.session import answer, models


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
        """(*input_shape) uint8, the picture as drawn."""
        return self.digit.views[0]

    @property
    def grey(self) -> np.ndarray:
        """(H, W) uint8: the image, in colour the mean over its channels."""
        return self.image if self.image.ndim == 2 else self.image.mean(axis=0).astype(np.uint8)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """(K,) of the classes."""
        return models.names(self.model)

    @property
    def what(self) -> str:
        """What the classes are: a "digit", a "letter" or a "class"."""
        return class_word(noun(self.names))

    def a(self, k: int) -> str:
        """A class within a sentence: "an **8**"."""
        return a(self.names[k])

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
        """Logits (N, K) of images (N, *input_shape). Raises ModelError if the numbers overflow."""
        with np.errstate(over="ignore", invalid="ignore"):  # the visitor gets a sentence
            logits = explain.logits(self.network, images)
        if not np.isfinite(logits).all():
            raise ModelError(answer.OVERFLOW)
        return logits
