"""What a step of training reports, and the error that ends a run whose loss diverged."""

import math
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from netcore.advice import Advice

DIVERGED_LOSS = 1000.0  # nats: guessing costs 2.3, so no run recovers from here, nor from NaN


class Divergence(ArithmeticError):
    """The loss grew beyond all bounds. The text says when, why, and what to try.

    `advise`, which a trainer gives (`netcore.advice`), tries that out in short runs: a second or a
    few, when the text or `advice` is first read. `fact` says when, and costs nothing.
    """

    def __init__(self, fact: str, advise: "Callable[[], Advice] | None" = None) -> None:
        super().__init__(fact)
        self.fact = fact
        self._advise = advise

    @cached_property
    def advice(self) -> "Advice | None":
        """Cause and changes as data; None if it is not of a run of a recipe."""
        return self._advise() if self._advise else None

    def __str__(self) -> str:
        return f"{self.fact}: {self.advice}" if self.advice else self.fact

    def __reduce__(self) -> tuple:
        return Divergence, (str(self),)


class Record(NamedTuple):
    """What one step did. Loss in nats, accuracy 0…1, both of the training batch."""

    step: int  # steps done, this one included
    epoch: float  # passes over the training images done
    images: int  # images seen so far
    loss: float
    accuracy: float
    lr: float
    seconds: float  # of training so far, validations included
    gradient_norm: float | None = None  # these three only on steps that validate
    validation_loss: float | None = None
    validation_accuracy: float | None = None

    @property
    def diverged(self) -> bool:
        """Whether the loss is beyond all bounds, or that on validation is NaN."""
        return not self.loss < DIVERGED_LOSS or math.isnan(self.validation_loss or 0)
