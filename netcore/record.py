"""What a step of training reports, and the error that ends a run whose loss diverged."""

from typing import NamedTuple

DIVERGED_LOSS = 1000.0  # nats: guessing costs 2.3, so no run recovers from here, nor from NaN


class Divergence(ArithmeticError):
    """The loss grew beyond all bounds; the message says when, and what to try."""


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

    def check_loss(self) -> None:
        """Divergence if the loss diverged."""
        if not self.loss < DIVERGED_LOSS:
            raise Divergence(
                f"The loss became {self.loss:.3g} at step {self.step}: the steps are too long "
                f"for this network. Try a learning rate of {self.lr / 10:.2g} instead of "
                f"{self.lr:.2g}, or a smaller momentum."
            )
