"""The training loop, as a generator of records.

    for record in Trainer(recipe, (images, labels), (validation_images, validation_labels)):
        print(record.step, record.loss)

Between two steps `change(lr=0.05)` changes a setting; which was changed when is kept in `changes`.
Recipe and changes together replay the run to the bit. `state` and `load_state` go back in time.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from netcore import advice, metrics
from netcore.batches import Batches, Examples, stream
from netcore.checkpoint import Checkpoint
from netcore.checks import check_data
from netcore.functional import clip_norm, frozen_copy
from netcore.model import Model
from netcore.network import Network
from netcore.optim import schedules
from netcore.optim.averaging import EMA, EarlyStopping
from netcore.optim.optimizers import OPTIMIZERS, Optimizer
from netcore.recipe import MakeAugment, Recipe, RecipeError, build_augmentation
from netcore.record import Record
from netcore.speed import blas
from netcore.speed.parallel import Replicas

CHANGEABLE = ("lr", "momentum", "weight_decay", "dropout", "batch_size", "epochs", "steps",
              "optimizer", "augment")  # fmt: skip
LONGEST_STEP = 60.0  # seconds; during a longer one the machine was asleep

OnBatch = Callable[[slice, np.ndarray, np.ndarray], object]  # part of the batch, x, targets


class Trainer:
    """A run in progress. `train` and `validation` are pairs of x (N, …), targets (N,).

    `changes`, a sequence of (step, settings) as in another trainer's `changes`, replays these.
    `threads` changes the speed and nothing else; a second one pays where a core is free.
    `augment`, which a recipe with augmentation needs, turns its strengths by name into a function
    (x, targets, rng) → x that varies each training image.

    A trainer sets BLAS to one thread for the whole process, and to `threads` during its own steps
    where that is faster: see `netcore.speed`.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: Examples,
        validation: Examples,
        changes: Iterable[Sequence[Any]] = (),
        threads: int = 1,
        augment: MakeAugment | None = None,
    ) -> None:
        blas.single_thread_process()
        check_data(train, validation)
        self.make_augment = augment
        self.recipe = self.settings = recipe  # as begun, and as changed since
        self.train, self.validation = train, validation
        self.batches = Batches(train, recipe, build_augmentation(augment, recipe.augment))
        if not len(validation[0]):
            raise RecipeError("there are no images to validate with")
        input_shape = train[0].shape[1:]
        recipe.check_fit(input_shape, int(max(train[1].max(), validation[1].max())) + 1)

        self.network = Network(recipe.layers, input_shape, stream(recipe.seed, "initialization"))
        self.replicas = Replicas(self.network, threads)
        for network in self.replicas.networks:
            network.label_smoothing = recipe.label_smoothing
            for number, layer in enumerate(network.layers):
                layer.seed(stream(recipe.seed, "dropout", number))
        self.batches.smallest = self.network.smallest_batch
        self.batches.check_size(recipe.batch_size)
        self.optimizer = self._new_optimizer()
        self.ema = EMA(self.network, recipe.averaging) if recipe.averaging else None
        self.early_stopping = EarlyStopping(recipe.patience) if recipe.patience else None
        self.stopped_early = self.finished = False
        self.raw_weights: tuple[np.ndarray, np.ndarray] | None = None  # theta, buffers, if replaced
        self.step_count = self.images_seen = 0
        self.seconds = 0.0
        self.changes: list[tuple[int, dict[str, Any]]] = []
        self.replay = [(int(step), dict(settings)) for step, settings in changes]

    def change(self, **settings: Any) -> None:
        """Change settings from the next step on: any of `CHANGEABLE`. RecipeError if out of range.

        A new optimizer starts with empty vectors.
        """
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)} is fixed once a run has begun")
        changed = self.settings.replace(**settings)
        self.batches.check_size(changed.batch_size)
        settings = {k: v for k, v in settings.items() if v != getattr(self.settings, k)}
        if not settings:
            return
        self.batches.augment = build_augmentation(self.make_augment, changed.augment)
        self.settings = changed
        self.changes.append((self.step_count, settings))
        if "optimizer" in settings:
            self.optimizer = self._new_optimizer()
        self._apply_settings()
        if self.finished and self.progress < 1:  # it was made longer
            if self.raw_weights:
                self.network.theta[...], self.network.buffers[...] = self.raw_weights
            self.finished, self.raw_weights = False, None

    def due_changes(self) -> Iterator[dict[str, Any]]:
        """Yield the settings to replay before the next step, each once; the caller applies them."""
        while self.replay and self.replay[0][0] <= self.step_count:
            yield self.replay.pop(0)[1]

    def _new_optimizer(self) -> Optimizer:
        s, size = self.settings, self.network.parameters
        return OPTIMIZERS[s.optimizer](size, np.float32, s.momentum, s.beta2, s.eps)

    def _apply_settings(self) -> None:
        self.optimizer.momentum = self.settings.momentum
        for layer in itertools.chain(*self.replicas.dropout_layers):
            layer.p = self.settings.dropout or 0.0

    def state(self) -> Checkpoint:
        """All that is needed to go on from here, to the bit; `finish` can be undone from it."""
        theta, buffers = self.raw_weights or (self.network.theta, self.network.buffers)
        return Checkpoint(
            recipe=self.recipe,
            settings=self.settings,
            changes=tuple(self.changes),
            replay=tuple(self.replay),
            input_shape=self.network.input_shape,
            step=self.step_count,
            images_seen=self.images_seen,
            seconds=self.seconds,
            batches=self.batches.state(),
            theta=frozen_copy(theta),
            buffers=frozen_copy(buffers),
            optimizer_state=frozen_copy(self.optimizer.state),
            optimizer_steps=self.optimizer.steps,
            ema=self.ema.state() if self.ema else None,
            best=self.early_stopping.state() if self.early_stopping else None,
            stopped_early=self.stopped_early,
        )

    def load_state(self, state: Checkpoint) -> None:
        """Go back, or on, to a state of a run with the same recipe and data.

        `changes` are then those that led there, so recipe and changes replay this branch.
        RecipeError if the state is of another recipe.
        """
        if state.recipe != self.recipe:
            raise RecipeError("a checkpoint can only be taken up by a run of its own recipe")
        self.settings, self.changes = state.settings, list(state.changes)
        self.batches.augment = build_augmentation(self.make_augment, self.settings.augment)
        self.step_count, self.images_seen = state.step, state.images_seen
        self.seconds, self.stopped_early = state.seconds, state.stopped_early
        self.finished, self.raw_weights, self.replay = False, None, list(state.replay)
        self.network.theta[...], self.network.buffers[...] = state.theta, state.buffers
        self.network.grad_and_stats[...] = 0
        self.optimizer = self._new_optimizer()
        self.optimizer.state[...] = state.optimizer_state
        self.optimizer.steps = state.optimizer_steps
        self._apply_settings()
        if self.ema and state.ema:
            self.ema.load_state(state.ema)
        if self.early_stopping and state.best:
            self.early_stopping.load_state(state.best)
        self.batches.load_state(state.batches)

    def model(self, scores: dict[str, Any] | None = None) -> Model:
        """The network as it would be used now, as a read-only model with its history."""
        with self.using_average():
            theta, buffers = frozen_copy(self.network.theta), frozen_copy(self.network.buffers)
        spec, shape = list(self.settings.layers), self.network.input_shape
        changes = [[step, dict(settings)] for step, settings in self.changes]
        return Model(spec, shape, theta, self.recipe, changes, dict(scores or {}), buffers)

    @property
    def progress(self) -> float:
        """Share of the run done, 0…1: of the steps if the recipe counts steps, else of epochs."""
        if self.stopped_early:
            return 1.0
        done, total = self.step_count, self.settings.steps
        if total is None:
            done, total = self.images_seen, self.settings.epochs * len(self.batches.indices)
        return min(done / total, 1.0) if total else 1.0

    def __iter__(self) -> "Trainer":
        return self

    def __next__(self) -> Record:
        """Do one step. Raises StopIteration at the end, Divergence when the loss diverged."""
        for settings in self.due_changes():
            self.change(**settings)
        if self.progress >= 1.0:
            self.finish()
            raise StopIteration
        began = time.perf_counter()
        with np.errstate(all="ignore"):  # Divergence reports it
            record = self._step()
        self.seconds += min(time.perf_counter() - began, LONGEST_STEP)
        if record.diverged:
            raise advice.divergence(self, record)
        return record._replace(seconds=self.seconds)

    def _step(self) -> Record:
        loss, right, count, lr = self.train_step()
        epoch = self.images_seen / len(self.batches.indices)
        done = self.step_count, epoch, self.images_seen
        record = Record(*done, loss / count, right / count, lr, self.seconds)
        if self.progress < 1.0:
            every = self.settings.eval_every
            if self.step_count % every if every else self.batches.remaining:
                return record
            record = self.validated(record)
            if self.early_stopping:
                with self.using_average():
                    self.early_stopping.update(self.network, record.validation_accuracy or 0.0)
                self.stopped_early = self.early_stopping.exhausted
        if self.progress >= 1.0:
            self.finish()
            record = self.validated(record)
        return record

    def train_step(self, on_batch: OnBatch | None = None) -> tuple[float, int, int, float]:
        """Update the weights once, and do nothing else.

        `on_batch(part, x, targets)` gets what is trained on, slice by slice of the batch, from any
        thread. Returns (sum of losses, number right, size of the batch, learning rate).
        """
        settings, network = self.settings, self.network
        progress = self.progress
        lr = settings.lr * schedules.factor(settings.schedule, progress, settings.warmup)
        batch = self.batches.next(settings.batch_size)

        def load(part: slice) -> Examples:
            x, targets = self.batches.load(batch, part, self.step_count)
            if on_batch:
                on_batch(part, x, targets)
            return x, targets

        loss, right = self.replicas.loss_and_grad(len(batch), load, self.step_count)
        if np.isfinite(loss):
            if settings.clip_norm is not None:
                clip_norm(network.grad, settings.clip_norm)
            if settings.weight_decay:
                weights = network.weight_slice
                self.optimizer.decay(
                    network.theta[weights], network.grad[weights], lr, settings.weight_decay
                )
            self.optimizer.step(network.theta, network.grad, lr)
            network.update_running_stats()
            if self.ema:
                self.ema.update()
        self.step_count += 1
        self.images_seen += len(batch)
        return loss, right, len(batch), lr

    def using_average(self) -> AbstractContextManager[None]:
        """A block in which the network has the weights it would be used with."""
        return self.ema.using_average() if self.ema and not self.finished else nullcontext()

    def finish(self) -> None:
        """End the run: the network gets its averaged or its best weights.

        If the run is then made longer, it goes on with its raw weights.
        """
        if self.finished:
            return
        self.finished = True
        network = self.network
        if self.ema or self.early_stopping:
            self.raw_weights = frozen_copy(network.theta), frozen_copy(network.buffers)
        if self.ema:
            network.theta[...], network.buffers[...] = self.ema.averages
        if self.early_stopping:
            if not self.stopped_early:
                self.early_stopping.update(network, self._validate()["accuracy"])
            self.early_stopping.restore_best(network)

    def validated(self, record: Record) -> Record:
        """The record with the gradient norm and the scores on validation filled in."""
        with self.using_average():
            score = self._validate()
        return record._replace(
            gradient_norm=float(np.linalg.norm(self.network.grad)) or None,  # None: just restored
            validation_loss=score["loss"],
            validation_accuracy=score["accuracy"],
        )

    def _validate(self) -> dict[str, Any]:
        return metrics.score(self.replicas.log_probs(self.validation[0]), self.validation[1])
