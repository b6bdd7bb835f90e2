"""What a page and the worker of a job share, guarded by one lock.

Every public method takes the lock, for a moment only: whoever copies weights or trains does it
before the call. Methods whose name ends in `_locked` expect that the caller holds it.

A visitor who goes back in time does not wait for the worker; the state drops its thread instead. So
the methods that only the worker calls first check that the calling thread is still the job's own,
and otherwise change nothing: what a dropped worker has done is lost.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from netcore import Checkpoint, Model, Recipe, Trainer
from ui.jobs.history import OVER, SUSPENDED, History, JobView
from ui.jobs.learner import EPOCH, Learner, Slice, Task
from ui.jobs.pool import Pool, Ticket
from ui.jobs.timeline import Snapshot

StartWorker = Callable[[], tuple[threading.Thread, Ticket]]


class JobState:
    """Made before the job's first thread; `trainer` is for that thread."""

    def __init__(self, trainer: Trainer, pool: Pool):
        start = Snapshot(trainer.state(), None, ())
        self._pool = pool
        self._lock = threading.Lock()  # guards all below; not reentrant
        self._trainer: Trainer | None = trainer  # until the first thread takes it
        self._thread: threading.Thread | None = None  # the worker's latest; it may have ended
        self._ticket: Ticket | None = None  # of that thread; None while the run rests
        self._steps = 0.0  # still to do; math.inf: until the run is over; or EPOCH
        self._stopping = False
        self._status, self._message = "ready", ""
        self._settings = trainer.settings  # in effect
        self._pending: list[dict] = []  # changes for the next step
        self._history = History(start, pool.limits.snapshot_megabytes)
        self._scores: dict | None = None
        self._model = start.checkpoint.model()
        self._seen = self._checked = time.monotonic()  # the visitor, last; when checked, last
        self._rewinds = self._settings_version = 0

    # For pages, through the job.

    def run(self, steps: float, start_worker: StartWorker) -> None:
        """See `Job.run`. `start_worker` is called if the run rests, with the lock held."""
        with self._lock:
            self._run_locked(steps, start_worker)

    def stop(self, start_worker: StartWorker) -> None:
        with self._lock:
            if self._status not in OVER:
                self._stopping = True
                self._run_locked(math.inf, start_worker)

    def pause(self) -> None:
        with self._lock:
            self._steps = 0

    def change(self, settings: dict) -> None:
        with self._lock:
            self._settings.replace(**settings)  # raises if out of range
            self._pending.append(settings)

    def rewind(self, step: float) -> None:
        with self._lock:
            self._go_back_locked(self._history.at(step))

    def undo(self) -> None:
        with self._lock:
            if self._pending:  # not in effect yet
                self._pending.pop()
                self._settings_version += 1
            elif self._history.changes:
                before = self._history.before_last_change()
                self._go_back_locked(
                    before._replace(checkpoint=replace(before.checkpoint, replay=()))
                )

    def seen(self) -> None:
        with self._lock:
            self._seen = time.monotonic()

    @property
    def status(self) -> str:
        with self._lock:
            return self._status

    @property
    def rewinds(self) -> int:
        with self._lock:
            return self._rewinds

    @property
    def settings_version(self) -> int:
        with self._lock:
            return self._settings_version

    @property
    def settings(self) -> Recipe:
        with self._lock:
            settings = self._settings
            for pending in self._pending:
                settings = settings.replace(**pending)
            return settings

    @property
    def undoable(self) -> bool:
        with self._lock:
            return bool(self._pending or self._history.changes)

    @property
    def thread(self) -> threading.Thread | None:
        """The worker's latest thread, which may have ended."""
        with self._lock:
            return self._thread

    def resume_point(self) -> tuple[Checkpoint, list[dict]] | None:
        """Where the run rests, and the changes for its next step; None while it does not rest."""
        with self._lock:
            if self._ticket:
                return None
            return self._history.resume_point.checkpoint, list(self._pending)

    def view(self) -> JobView:
        with self._lock:
            history = self._history
            return JobView(
                status=self._status,
                message=self._message,
                training=list(history.training.rows),
                validation=list(history.validation.rows),
                changes=list(history.changes),
                last=history.last,
                progress=history.progress,
                images_per_second=history.rate,
                eta=history.eta,
                scores=self._scores,
                snapshots=history.snapshot_steps(),
                branches=tuple(history.branches),
                queue=self._pool.queue(self._ticket) if self._ticket else None,
            )

    def model(self) -> Model:
        with self._lock:
            return self._model

    def model_at(self, step: float) -> Model:
        with self._lock:
            if step >= self._history.step:
                return self._model
            return self._history.at(step).checkpoint.model()

    # For the worker.

    def take_trainer(self) -> tuple[Trainer | None, Snapshot]:
        """The trainer that the job was made with, for its first thread; and where to go on."""
        with self._lock:
            trainer, self._trainer = self._trainer, None
            return trainer, self._history.resume_point

    def is_wanted(self) -> bool:
        """Whether to go on waiting for a place. If not, the run rests where it is."""
        with self._lock:
            if self._is_worker_locked() and not self._has_work_locked():
                self._pause_at_locked(self._history.resume_point)
            return self._is_worker_locked()

    def has_work(self) -> bool:
        with self._lock:
            return self._is_worker_locked() and self._has_work_locked()

    def interrupts(self) -> bool:
        """Whether the worker should end its slice early."""
        with self._lock:
            return bool(self._pending) or not self._is_worker_locked()

    def take_changes(self) -> dict | None:
        """The settings to change before the next step; None if the worker was dropped."""
        with self._lock:
            if not self._is_worker_locked():
                return None
            pending, self._pending = self._pending, []
            for settings in pending:
                self._settings = self._settings.replace(**settings)
            return {name: settings[name] for settings in pending for name in settings}

    def next_task(self, learner: Learner, before: Snapshot | None) -> Task | None:
        """What to do next; None if the worker was dropped.

        `before` is the snapshot before the changes from `take_changes`, None if nothing changed.
        """
        with self._lock:
            if not self._is_worker_locked():
                return None
            timeline = self._history.timeline
            if before:
                self._history.changes = list(learner.changes)
                timeline.add(before)
            if self._steps == EPOCH:
                self._steps = learner.steps_left_in_epoch
            return Task(self._steps, self._stopping, timeline.latest.step, timeline.spacing)

    def log(self, learner: Learner, done: Slice, seconds: float, model: Model | None) -> bool:
        """Log what a slice of so many seconds did; False if the worker was dropped."""
        with self._lock:
            if not self._is_worker_locked():
                return False
            self._history.log(learner, done, seconds)
            self._steps = max(0, self._steps - len(done.records))
            if learner.trainer.settings != self._settings:  # by a change that is replayed
                self._settings = learner.trainer.settings
                self._settings_version += 1
            if model:
                self._model = model
            minutes = self._pool.limits.run_minutes
            if learner.trainer.seconds > 60 * minutes and not learner.finished:
                self._stopping = True
                self._message = (
                    f"This run has reached the server's limit of {minutes:g} minutes and ends here."
                )
            return True

    def eta(self) -> float | None:
        with self._lock:
            return self._history.eta

    def yield_at(self, snapshot: Snapshot) -> None:
        """The run waits for a place again, and will go on from this snapshot."""
        with self._lock:
            if self._is_worker_locked():
                self._history.resume_point = snapshot

    def pause_at(self, snapshot: Snapshot) -> bool:
        """Rest at this snapshot, unless there is work again. Returns whether the worker is done."""
        with self._lock:
            if self._is_worker_locked() and not self._has_work_locked():
                self._pause_at_locked(snapshot)
            return not self._is_worker_locked()

    def finish(self, snapshot: Snapshot, model: Model, scores: dict, message: str = "") -> None:
        """The run is over. It could be resumed from this snapshot."""
        with self._lock:
            if self._is_worker_locked():
                self._status, self._model, self._scores = "finished", model, scores
                self._message = message or self._message  # such as that its time was up
                self._rest_at_locked(snapshot)

    def fail(self, message: str) -> None:
        with self._lock:
            if self._is_worker_locked():
                self._status, self._message = "failed", message
                self._rest_at_locked(self._history.at(math.inf))

    def _is_worker_locked(self):
        return self._ticket is not None and self._thread is threading.current_thread()

    def _run_locked(self, steps, start_worker):
        if self._status in OVER:
            return
        self._steps, self._status, self._message = steps, "running", ""
        self._seen = self._checked = time.monotonic()
        if self._ticket is None:
            self._thread, self._ticket = start_worker()

    def _has_work_locked(self):
        """Whether there is something to do, and a visitor to do it for."""
        now = time.monotonic()
        if now - self._checked > SUSPENDED:  # the computer slept, so the visitor could not be seen
            self._seen += now - self._checked
        self._checked = now
        return self._is_asked_locked() and now - self._seen <= self._pool.limits.grace

    def _is_asked_locked(self):
        return bool(self._steps or self._pending or self._stopping)

    def _go_back_locked(self, snapshot):
        self._history.go_back(snapshot)
        self._rest_at_locked(snapshot)
        self._status, self._message, self._scores = "paused", "", None
        self._model, self._settings = snapshot.checkpoint.model(), snapshot.checkpoint.settings
        self._pending = []
        self._rewinds += 1
        self._settings_version += 1

    def _pause_at_locked(self, snapshot):
        if self._is_asked_locked():
            self._message = "Paused because nobody was watching. Press Resume to continue."
        self._status, self._model = "paused", snapshot.checkpoint.model()
        self._rest_at_locked(snapshot)

    def _rest_at_locked(self, snapshot):
        """Keep the snapshot, and drop the worker and the trainer."""
        self._history.rest_at(snapshot)
        self._ticket = self._trainer = None
        self._stopping = False
