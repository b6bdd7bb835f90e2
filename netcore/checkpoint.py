"""A checkpoint: all that a run needs to go on from here as if it had never been interrupted.

It is small: the parameters, what the optimizer remembers, and a few numbers. Random generators are
kept as their states, and the order of the images in an epoch is shuffled again from the state that
the generator had before, rather than stored.
"""

from dataclasses import dataclass

import numpy as np

from netcore.model import Model
from netcore.recipe import Recipe, RecipeError, build_augmentation


@dataclass(frozen=True)
class Checkpoint:
    """Made by `Trainer.checkpoint()`, for `Trainer.restore()`. Arrays are read-only and shared."""

    recipe: Recipe  # as begun
    settings: Recipe  # as changed since
    changes: tuple  # ((step, {setting: value}), …) that led here
    replay: tuple  # of the same form: those that are to come
    input_shape: tuple
    step: int
    images_seen: int
    seconds: float
    position: int  # in the epoch
    shuffling: dict  # the generator's state before this epoch was shuffled
    dropout: tuple  # states of the generators, one for each Dropout layer of each replica
    theta: np.ndarray  # (P,)
    buffers: np.ndarray
    optimizer_state: np.ndarray  # (vectors, P)
    optimizer_steps: int
    mean: tuple | None  # the running mean's (steps, theta, buffers)
    best: tuple | None  # (score, validations since, (theta, buffers) or None)
    stopped_early: bool

    @classmethod
    def of(cls, trainer):
        """See `Trainer.checkpoint`."""
        network, mean, best = trainer.network, trainer.mean, trainer.best
        theta, buffers = trainer.own or (network.theta, network.buffers)
        return cls(
            recipe=trainer.recipe,
            settings=trainer.settings,
            changes=tuple(trainer.changes),
            replay=tuple(trainer.replay),
            input_shape=network.input_shape,
            step=trainer.step_count,
            images_seen=trainer.images_seen,
            seconds=trainer.seconds,
            position=trainer.position,
            shuffling=trainer.before_shuffling,
            dropout=tuple(layer.rng.bit_generator.state for layer in trainer.dropouts()),
            theta=kept(theta),
            buffers=kept(buffers),
            optimizer_state=kept(trainer.optimizer.state),
            optimizer_steps=trainer.optimizer.steps,
            mean=(mean.steps, *map(kept, mean.means)) if mean else None,
            best=(best.score, best.waited, best.kept) if best else None,
            stopped_early=trainer.stopped_early,
        )

    def restore_to(self, trainer):
        """See `Trainer.restore`."""
        if self.recipe != trainer.recipe:
            raise RecipeError("a checkpoint can only be taken up by a run of its own recipe")
        network = trainer.network
        trainer.settings, trainer.changes = self.settings, list(self.changes)
        trainer.augment = build_augmentation(trainer.make_augment, self.settings.augment)
        trainer.step_count, trainer.images_seen = self.step, self.images_seen
        trainer.seconds, trainer.stopped_early = self.seconds, self.stopped_early
        trainer.concluded, trainer.own, trainer.replay = False, None, list(self.replay)
        network.theta[...], network.buffers[...] = self.theta, self.buffers
        network.found[...] = 0
        trainer.optimizer = trainer.new_optimizer()
        trainer.optimizer.state[...] = self.optimizer_state
        trainer.optimizer.steps = self.optimizer_steps
        trainer.turn_knobs()
        for layer, state in zip(trainer.dropouts(), self.dropout, strict=True):
            layer.rng.bit_generator.state = state
        if self.mean:
            trainer.mean.steps, *means = self.mean
            for mean, value in zip(trainer.mean.means, means, strict=True):
                mean[...] = value
        if self.best:
            trainer.best.score, trainer.best.waited, trainer.best.kept = self.best
        trainer.before_shuffling, trainer.position = self.shuffling, self.position
        trainer.shuffling.bit_generator.state = self.shuffling
        trainer.order = trainer.shuffling.permutation(trainer.chosen)

    @property
    def nbytes(self):
        """Memory of its arrays, in bytes."""
        arrays = [self.theta, self.buffers, self.optimizer_state]
        arrays += self.mean[1:] if self.mean else ()
        arrays += self.best[2] or () if self.best else ()
        return sum(array.nbytes for array in arrays)

    def model(self) -> Model:
        """The network as it would have been used at this moment. No copy: cheap."""
        theta, buffers = self.mean[1:] if self.mean else (self.theta, self.buffers)
        return Model(
            spec=list(self.settings.layers),
            input_shape=self.input_shape,
            theta=theta,
            buffers=buffers,
            recipe=self.recipe,
            changes=[[step, dict(settings)] for step, settings in self.changes],
        )


def kept(array):
    """A copy that nobody writes to."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy
