"""The trainer of a job, as its worker uses it: training in short slices."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from netcore import Divergence, Model, Record, Trainer, metrics
from netcore.analysis import diagnostics
from ui.jobs.timeline import Snapshot

SLICE = 0.05  # seconds of training per slice
MODEL_EVERY = 0.25  # seconds between two copies of the weights for the pages
EPOCH = -1  # as a number of steps: to the end of this pass over the training images


class Task(NamedTuple):
    """What to do in the next slice."""

    steps: float  # at most; math.inf: until the run is over
    stopping: bool  # end the run here
    last_snapshot: int  # step of the timeline's latest snapshot
    spacing: Callable[[int, int], int]  # `Timeline.spacing`


class Slice(NamedTuple):
    """What a slice did."""

    records: list[Record]
    snapshots: list[Snapshot]  # for the timeline


class Learner:
    """Belongs to one thread. Knows nothing of jobs, locks and pages.

    The trainer is at the snapshot `start`, or is restored to it.
    """

    def __init__(self, trainer: Trainer, start: Snapshot):
        self.trainer = trainer
        self.last: Record | None = start.last
        self.changes = list(start.changes)  # as `JobView.changes`
        self.error: Divergence | None = None
        self._copied = time.monotonic()
        if trainer.step_count != start.step or trainer.changes != list(start.checkpoint.changes):
            trainer.load_state(start.checkpoint)

    def snapshot(self, marked: bool = False) -> Snapshot:
        """The run as it is now. Copies the weights and the optimizer's state."""
        trainer = self.trainer
        return Snapshot(trainer.state(), self.last, tuple(self.changes), trainer.progress, marked)

    def recent_model(self) -> Model | None:
        """A copy of the network, or None if the last one is less than `MODEL_EVERY` old."""
        now = time.monotonic()
        if now - self._copied <= MODEL_EVERY:
            return None
        self._copied = now
        return self.trainer.model()

    def change(self, settings: dict) -> Snapshot | None:
        """Apply the settings; returns the snapshot before them, None if they change nothing."""
        before = self.trainer.settings
        after = before.replace(**settings)
        pairs = {name: (getattr(before, name), getattr(after, name)) for name in settings}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if not changed:
            return None
        snapshot = self.snapshot(marked=True)
        self.trainer.change(**settings)
        self.changes.append((self.trainer.step_count, changed))
        return snapshot

    def stop(self) -> Snapshot:
        """Let the run be over at this step; returns the snapshot from which it could go on."""
        snapshot = self.snapshot()
        self.trainer.change(steps=snapshot.step)
        return snapshot

    @property
    def steps_left_in_epoch(self) -> int:
        trainer = self.trainer
        images = trainer.batches.remaining or len(trainer.batches.indices)
        return -(-images // trainer.settings.batch_size)

    def learn(self, task: Task, interrupted: Callable[[], bool]) -> Slice:
        """Train until the steps or the slice's time are used up, interrupted() or diverged.

        A `Divergence` is left in `error`, so that the steps before it are not lost.
        """
        trainer, records, snapshots = self.trainer, [], []
        total = trainer.settings.total_steps(len(trainer.batches.indices))
        due = task.last_snapshot + task.spacing(total, trainer.step_count)
        began = time.perf_counter()
        try:
            while len(records) < task.steps and time.perf_counter() - began < SLICE:
                for settings in trainer.due_changes():
                    snapshots += filter(None, [self.change(settings)])
                if interrupted() or (record := next(trainer, None)) is None:
                    break
                records.append(record)
                self.last = record
                if record.step >= due:
                    snapshots.append(self.snapshot())
                    due = record.step + task.spacing(total, record.step)
        except Divergence as error:
            self.error = error
        return Slice(records, snapshots)

    @property
    def finished(self) -> bool:
        return self.trainer.progress >= 1 and not self.error

    def test(self, images: np.ndarray, targets: np.ndarray) -> tuple[Model, dict, str]:
        """Score the finished network on the test set: (model, scores with "confusion", words).

        The words say what to try if the network is dead, and else nothing.
        Called once, when the run is over, so that no choice depends on the test set.
        """
        trainer = self.trainer
        trainer.finish()
        if self.last and self.last.validation_accuracy is None:
            self.last = trainer.validated(self.last)
        test = metrics.score(trainer.network.log_probs(images), targets)
        scores = metrics.report(trainer, self.last, test)
        words, _ = diagnostics.dead_network(trainer) or ("", None)
        return trainer.model(scores), {**scores, "confusion": test["confusion"]}, words
