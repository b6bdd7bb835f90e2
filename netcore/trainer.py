"""The training loop, as a generator of records.

    for record in Trainer(recipe, (images, labels), (validation_images, validation_labels)):
        print(record.step, record.loss)

Between two steps `change(lr=0.05)` turns a knob; what was changed when is kept in `changes`.
Recipe and changes together replay the run to the bit. `checkpoint` and `restore` go back in time.
"""

import time
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np

from netcore import metrics
from netcore.checkpoint import Checkpoint, kept
from netcore.functional import clip
from netcore.layers import Dropout
from netcore.network import Network
from netcore.optim import schedules
from netcore.optim.averaging import Best, RunningMean
from netcore.optim.optimizers import OPTIMIZERS
from netcore.recipe import Recipe, RecipeError, build_augmentation
from netcore.speed.parallel import Replicas

CHANGEABLE = ("lr", "momentum", "weight_decay", "dropout", "batch_size", "epochs", "steps",
              "optimizer", "augment")  # fmt: skip
LONGEST_STEP = 60.0  # seconds; whatever was longer, the machine slept through it
LOST = 1000.0  # nats: pure guessing costs 2.3, so no run comes back from here, nor from NaN

# One generator for each purpose, so that a draw more in one leaves the others as they were.
STREAMS = {"initialization": 0, "subset": 1, "shuffling": 2, "dropout": 3, "augmentation": 4}


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


class Divergence(ArithmeticError):
    """The loss grew out of all bounds; the message says when, and what to try."""


def stream(seed, purpose, *numbers):
    """The random generator of a recipe's seed for one of `STREAMS`, or one of its branches."""
    return np.random.default_rng([seed, STREAMS[purpose], *numbers])


class Trainer:
    """A run in progress. train, validation: pairs of x (N, …) uint8 or float32, targets (N,).

    `changes`, a list of (step, settings) as in another trainer's `changes`, replays these.
    `threads` changes the speed and nothing else; a second one pays where a core is free.
    `augment`, which a recipe with augmentation needs, makes of its strengths by name a function
    (x, targets, rng) → x that gives each training image a new look.
    """

    def __init__(self, recipe: Recipe, train, validation, changes=(), threads=1, augment=None):
        self.make_augment = augment
        self.augment = build_augmentation(augment, recipe.augment)
        self.recipe = self.settings = recipe  # as begun, and as changed since
        self.x, self.targets = train
        self.validation = validation
        everything = stream(recipe.seed, "subset").permutation(len(self.x))
        self.chosen = everything[: recipe.train_images]  # None takes all
        if not len(self.x) or not len(validation[0]):
            raise RecipeError("there are no images to train on or to validate with")
        recipe.check_fit(self.x.shape[1:], int(max(self.targets.max(), validation[1].max())) + 1)
        self.network = Network(
            recipe.layers, self.x.shape[1:], stream(recipe.seed, "initialization")
        )
        self.replicas = Replicas(self.network, threads)
        for number, network in enumerate(self.replicas.networks):
            network.label_smoothing = recipe.label_smoothing
            for layer in network.layers:
                layer.seed(stream(recipe.seed, "dropout", number))
        self.optimizer = self.new_optimizer()
        self.mean = RunningMean(self.network, recipe.averaging) if recipe.averaging else None
        self.best = Best() if recipe.patience is not None else None
        self.stopped_early = self.concluded = False
        self.own: tuple | None = None  # the run's own weights, while others stand in for them
        self.shuffling = stream(recipe.seed, "shuffling")
        self.before_shuffling = self.shuffling.bit_generator.state  # … this epoch
        self.order = np.arange(0)  # of the images in this epoch, still to be shuffled
        self.position = 0  # in `order`
        self.step_count = self.images_seen = 0
        self.seconds = 0.0
        self.changes: list[tuple[int, dict]] = []
        self.replay = [(int(step), dict(settings)) for step, settings in changes]

    def change(self, **settings):
        """Turn knobs from the next step on: any of `CHANGEABLE`. RecipeError if out of range.

        Another optimizer begins with an empty memory.
        """
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)} is fixed once a run has begun")
        changed = self.settings.replace(**settings)
        settings = {k: v for k, v in settings.items() if v != getattr(self.settings, k)}
        if not settings:
            return
        self.augment = build_augmentation(self.make_augment, changed.augment)
        self.settings = changed
        self.changes.append((self.step_count, settings))
        if "optimizer" in settings:
            self.optimizer = self.new_optimizer()
        self.turn_knobs()
        if self.concluded and self.progress < 1:
            self._take_up_again()

    def due_changes(self):
        """Yield the settings to replay before the next step, each once; the caller applies them."""
        while self.replay and self.replay[0][0] <= self.step_count:
            yield self.replay.pop(0)[1]

    def new_optimizer(self):
        s, size = self.settings, self.network.parameters
        return OPTIMIZERS[s.optimizer](size, np.float32, s.momentum, s.beta2, s.eps)

    def dropouts(self):
        layers = [layer for network in self.replicas.networks for layer in network.layers]
        return [layer for layer in layers if isinstance(layer, Dropout)]

    def turn_knobs(self):
        self.optimizer.momentum = self.settings.momentum
        for layer in self.dropouts():
            layer.p = self.settings.dropout

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here, to the bit; of a run that is over, before that."""
        return Checkpoint.of(self)

    def restore(self, checkpoint: Checkpoint):
        """Go back, or on, to a checkpoint of a run with the same recipe and data.

        `changes` are then those that led there, so recipe and changes replay this branch.
        """
        checkpoint.restore_to(self)

    @property
    def progress(self):
        """Share of the run done, 0…1: of the steps if the recipe counts steps, else of epochs."""
        if self.stopped_early:
            return 1.0
        if self.settings.steps is not None:
            return self.step_count / self.settings.steps if self.settings.steps else 1.0
        total = self.settings.epochs * len(self.chosen)
        return min(self.images_seen / total, 1.0) if total else 1.0

    def __iter__(self):
        return self

    def __next__(self) -> Record:
        """Do one step. Raises StopIteration at the end, Divergence when the loss is lost."""
        for settings in self.due_changes():
            self.change(**settings)
        if self.progress >= 1.0:
            self.conclude()
            raise StopIteration
        began = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging loss is told below
            record = self._step()
        self.seconds += min(time.perf_counter() - began, LONGEST_STEP)
        if not record.loss < LOST:
            raise Divergence(
                f"The loss became {record.loss:.3g} at step {record.step}: the steps are too long "
                f"for this network. Try a learning rate of {record.lr / 10:.2g} instead of "
                f"{record.lr:.2g}, or a smaller momentum."
            )
        return record._replace(seconds=self.seconds)

    def _step(self):
        loss, right, count, lr = self.descend()
        record = Record(
            self.step_count,
            self.images_seen / len(self.chosen),
            self.images_seen,
            loss / count,
            right / count,
            lr,
            self.seconds,
        )
        if self.progress < 1.0:
            if not self._is_validation_step():
                return record
            record = self.validated(record)
            self._look_for_the_best(record.validation_accuracy)
        if self.progress >= 1.0:
            self.conclude()
            record = self.validated(record)
        return record

    def descend(self):
        """Move the weights once, and nothing else.

        Returns (sum of losses, number right, size of the batch, learning rate).
        """
        settings, network = self.settings, self.network
        progress = self.progress
        lr = settings.lr * schedules.factor(settings.schedule, progress, settings.warmup)
        batch = self._next_batch(settings.batch_size)
        loss, right = self.replicas.loss_and_grad(len(batch), lambda part: self.take(batch, part))
        if np.isfinite(loss):
            if settings.clip_norm is not None:
                clip(network.grad, settings.clip_norm)
            if settings.weight_decay:
                self.optimizer.decay(
                    network.theta[network.weights],
                    network.grad[network.weights],
                    lr,
                    settings.weight_decay,
                )
            self.optimizer.step(network.theta, network.grad, lr)
            network.remember()
            if self.mean:
                self.mean.step()
        self.step_count += 1
        self.images_seen += len(batch)
        return loss, right, len(batch), lr

    def take(self, batch, part):
        """A part, a slice, of a batch of indices → x (N, …) as it is learned from, targets (N,)."""
        x, targets = self.x.take(batch[part], axis=0), self.targets[batch[part]]
        if self.augment:  # seeded by its place in the run, whoever of the threads does it
            place = self.step_count, part.start
            x = self.augment(x, targets, stream(self.settings.seed, "augmentation", *place))
        return x, targets

    def _look_for_the_best(self, score):
        if self.best:
            with self.in_use():
                self.best.see(self.network, score)
            self.stopped_early = self.best.waited >= self.settings.patience

    def _next_batch(self, size):
        """The indices of the next images; the last batch of an epoch may be smaller."""
        if self.position >= len(self.order):
            self.before_shuffling = self.shuffling.bit_generator.state
            self.order = self.shuffling.permutation(self.chosen)
            self.position = 0
        batch = self.order[self.position : self.position + size]
        self.position += len(batch)
        return batch

    def _is_validation_step(self):
        if self.settings.eval_every is not None:
            return self.step_count % self.settings.eval_every == 0
        return self.position >= len(self.order)

    def in_use(self):
        """A block in which the network has the weights it would be used with, mean or last."""
        return self.mean.in_use() if self.mean and not self.concluded else nullcontext()

    def conclude(self):
        """The run is over: the network takes its mean weights, or its best ones.

        Should it be made longer, it takes up its own again.
        """
        if self.concluded:
            return
        self.concluded = True
        network = self.network
        if self.mean or self.best:
            self.own = kept(network.theta), kept(network.buffers)
        if self.mean:
            network.theta[...], network.buffers[...] = self.mean.means
        if self.best:
            if not self.stopped_early:
                self.best.see(network, metrics.score(*self._answers())["accuracy"])
            self.best.restore(network)

    def _take_up_again(self):
        if self.own:
            self.network.theta[...], self.network.buffers[...] = self.own
        self.concluded, self.own = False, None

    def validated(self, record):
        """The record with the gradient norm and the scores on validation filled in."""
        with self.in_use():
            score = metrics.score(*self._answers())
        return record._replace(
            gradient_norm=float(np.linalg.norm(self.network.grad)) or None,  # None: just restored
            validation_loss=score["loss"],
            validation_accuracy=score["accuracy"],
        )

    def _answers(self):
        x, targets = self.validation
        return self.replicas.log_probs(x), targets
