"""Training in the background: a thread a running job, and a pool that shares out the cores.

A job's thread lives only while there are steps to do; it never calls Streamlit. It works in short
slices, for each of which the pool must give it a turn, so that thirty visitors share two cores
fairly. What it did stands in a bounded log, which a page reads whenever it likes (`Job.view`).
"""

import logging
import math
import os
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass

from netcore import Divergence, Model, RecipeError, Record, freeze, metrics

SLICE = 0.05  # seconds of work a turn
SNAPSHOT_EVERY = 0.25  # seconds between copies of the weights for other pages
GRACE = 90.0  # seconds a run goes on without its visitor being seen
CURVE_POINTS = 500  # more than a chart shows

log = logging.getLogger(__name__)


class Pool:
    """At most `slots` jobs work at a time; the others wait their turn, first come first served."""

    def __init__(self, slots=None):
        self._free = slots or os.cpu_count() or 1
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self):
        """Wait for a slot and hold it for the length of the block."""
        ticket = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.set()
            else:
                self._waiting.append(ticket)
        ticket.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._free += 1


class Curve:
    """A log of bounded length: each row the mean over a stretch of steps, doubled when full."""

    def __init__(self, limit=CURVE_POINTS):
        self.limit, self.stretch = limit, 1
        self.rows: list[tuple[float, ...]] = []
        self._sum: list[float] = []
        self._count = 0

    def add(self, *values):
        sums = self._sum or [0.0] * len(values)
        self._sum = [a + b for a, b in zip(sums, values, strict=True)]
        self._count += 1
        if self._count < self.stretch:
            return
        self.rows.append(tuple(value / self._count for value in self._sum))
        self._sum, self._count = [], 0
        if len(self.rows) == self.limit:
            pairs = zip(self.rows[::2], self.rows[1::2], strict=True)
            self.rows = [tuple((a + b) / 2 for a, b in zip(*pair, strict=True)) for pair in pairs]
            self.stretch *= 2


@dataclass(frozen=True)
class View:
    """A job as a page sees it: a copy, safe to read at leisure."""

    status: str  # "ready", "running", "paused", "finished" or "failed"
    message: str  # why it failed, or paused by itself
    training: list  # rows of (step, loss, accuracy)
    validation: list  # rows of (step, loss, accuracy)
    changes: list  # [(step, {setting: (old, new)}), …]
    last: Record | None
    best: float | None  # validation accuracy
    progress: float  # 0…1
    images_per_second: float
    eta: float | None  # seconds to go; None before the first slice
    exam: dict | None  # test_accuracy, test_loss, confusion: once the run is over


class Job:
    """One run. `trainer` belongs to the job's thread; a page speaks to it through these methods."""

    def __init__(self, trainer, test, pool, classes=()):
        self.classes = classes  # names, kept here since an upload may be replaced meanwhile
        self.id = f"{id(self):x}-{time.monotonic_ns():x}"
        self.recipe = trainer.recipe
        self.parameters = trainer.network.parameters
        self._trainer, self._test, self._pool = trainer, test, pool
        self._lock = threading.Lock()  # guards all below; held only for moments
        self._worker: threading.Thread | None = None
        self._steps = 0.0  # still to do; math.inf: to the end
        self._status, self._message = "ready", ""
        self._pending: dict = {}  # changes for the next step
        self._settings = trainer.settings  # as the visitor has set them, pending ones included
        self._training, self._validation = Curve(), Curve()
        self._changes: list = []
        self._last: Record | None = None
        self._best: float | None = None
        self._rate = 0.0
        self._exam: dict | None = None
        self._model, self._copied = freeze(trainer), time.monotonic()
        self._seen = time.monotonic()

    # What a page may ask for

    def run(self, steps=math.inf):
        """Start or go on: to the end, or for so many steps. Nothing happens after the end."""
        with self._lock:
            if self._status not in ("ready", "paused", "running"):
                return
            self._steps, self._status, self._message = steps, "running", ""
            self._seen = time.monotonic()
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name=f"job {self.id}", daemon=True
                )
                self._worker.start()

    def run_epoch(self):
        """Go on to the end of the present pass over the training images."""
        trainer = self._trainer
        left = len(trainer.order) - trainer.position or len(trainer.chosen)
        self.run(math.ceil(left / self.settings.batch_size))

    def pause(self):
        with self._lock:
            self._steps = 0

    def stop(self):
        """End the run here and sit the exam with what has been learned."""
        with self._lock:
            if self._status not in ("ready", "running", "paused"):
                return
            self._pending["steps"] = self._trainer.step_count  # no further step
        self.run()

    def change(self, **settings):
        """Turn knobs from the next step on; RecipeError if a value is out of range."""
        with self._lock:
            self._settings = self._settings.replace(**settings)
            self._pending.update(settings)

    @property
    def settings(self):
        """The recipe with the visitor's changes."""
        return self._settings

    @property
    def running(self):
        return self._status == "running"

    @property
    def over(self):
        return self._status in ("finished", "failed")

    def seen(self):
        """The visitor is here: called from time to time by every page."""
        self._seen = time.monotonic()

    def view(self) -> View:
        with self._lock:
            progress = self._trainer.progress if self._status != "finished" else 1.0
            seconds = self._last.seconds if self._last else 0.0
            return View(
                self._status,
                self._message,
                list(self._training.rows),
                list(self._validation.rows),
                list(self._changes),
                self._last,
                self._best,
                progress,
                self._rate,
                seconds * (1 - progress) / progress if progress > 0 else None,
                self._exam,
            )

    def model(self) -> Model:
        """The network as it was at most a moment ago; with its scores once the run is over."""
        return self._model

    def join(self, timeout=None):
        """Wait until the job's thread rests (tests, shutdown; never on Streamlit's threads)."""
        worker = self._worker
        if worker is not None:
            worker.join(timeout)

    # The thread

    def _work(self):
        try:
            while self._slice():
                pass
        except (Divergence, RecipeError) as error:
            self._end("failed", str(error))
        except Exception as error:  # told to the visitor and logged, not lost with the thread
            log.exception("a training job failed")
            self._end("failed", f"The run stopped on an unforeseen error: {error!r}")

    def _slice(self):
        """One turn of work; False when the thread may end."""
        trainer, records = self._trainer, []
        asked = time.perf_counter()
        with self._pool.turn():
            began = time.perf_counter()
            self._apply_changes()
            while len(records) < self._steps and time.perf_counter() - began < SLICE:
                if self._pending or (record := next(trainer, None)) is None:
                    break
                records.append(record)
            finished = trainer.progress >= 1
            if finished:
                self._sit_exam(records)
        return self._publish(records, time.perf_counter() - asked, finished)

    def _apply_changes(self):
        with self._lock:
            pending, self._pending = self._pending, {}
        before = self._trainer.settings
        self._trainer.change(**pending)
        changed = {
            name: (getattr(before, name), getattr(self._trainer.settings, name))
            for name in pending
            if name != "steps"
        }
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        if changed:
            with self._lock:
                self._changes.append((self._trainer.step_count, changed))

    def _sit_exam(self, records):
        """The test set, once: the run is over, nothing can be chosen by its score any more."""
        trainer = self._trainer
        trainer.conclude()
        last = records[-1] if records else self._last
        if last and last.validation_accuracy is None:
            last = trainer.validated(last)
            records[-1:] = [last]
        score = metrics.score(trainer.network.log_probs(self._test[0]), self._test[1])
        scores = {
            "test_accuracy": score["accuracy"],
            "test_loss": score["loss"],
            "validation_accuracy": last.validation_accuracy if last else None,
            "train_seconds": round(trainer.seconds, 3),
            "steps": trainer.step_count,
        }
        self._model = freeze(trainer, scores)
        self._exam = {**scores, "confusion": score["confusion"]}

    def _publish(self, records, seconds, finished):
        """Enter the slice into the log and decide whether there is another."""
        now = time.monotonic()
        with self._lock:
            for record in records:
                self._training.add(record.step, record.loss, record.accuracy)
                if record.validation_accuracy is not None:
                    self._validation.add(
                        record.step, record.validation_loss, record.validation_accuracy
                    )
                    self._best = max(self._best or 0.0, record.validation_accuracy)
            if records:
                done = records[-1].images - (self._last.images if self._last else 0)
                rate = done / seconds
                self._rate = rate if not self._rate else 0.8 * self._rate + 0.2 * rate
                self._last = records[-1]
            self._steps = max(0, self._steps - len(records))
            if finished:
                self._status = "finished"
            elif self._steps == 0 and not self._pending:
                self._status = "paused"
            elif now - self._seen > GRACE:
                self._status = "paused"
                self._message = "Paused because nobody was watching. Resume to go on."
            resting = self._status != "running"
            if resting:
                self._worker = None
            if not finished and (resting or now - self._copied > SNAPSHOT_EVERY):
                self._model, self._copied = freeze(self._trainer), now
        return not resting

    def _end(self, status, message):
        with self._lock:
            self._status, self._message, self._worker = status, message, None
