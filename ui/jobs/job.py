"""Training in the background: one run, as its visitor starts, steers, and rewinds it."""

import math
import threading
import time
from dataclasses import replace

from netcore import Model, RecipeError, Trainer
from netcore.recipe import build_augmentation
from netcore.trainer import CHANGEABLE
from ui.jobs.history import JobView
from ui.jobs.learner import EPOCH
from ui.jobs.worker import Background


class Job(Background):
    """One run. A page calls these methods; none of them waits for the run's thread."""

    def run(self, steps=math.inf):
        """Start or go on: to the end, for so many steps, or for the rest of an `EPOCH`."""
        with self._lock:
            if self._status not in ("ready", "paused", "running"):
                return
            self._steps, self._status, self._message = steps, "running", ""
            self._seen = self._looked = time.monotonic()
            if self._worker is None:
                self._ticket = self._pool.enter(self._megabytes)
                self._worker = threading.Thread(
                    target=self._work, args=(self._ticket,), name=f"job {self.id}", daemon=True
                )
                self._worker.start()

    def run_epoch(self):
        """Go on to the end of the present pass over the training images."""
        self.run(EPOCH)

    def pause(self):
        with self._lock:
            self._steps = 0

    def stop(self):
        """End the run here and sit the exam with what has been learned."""
        with self._lock:
            if self.over:
                return
            self._stopping = True
        self.run()

    def change(self, **settings):
        """Turn any of `CHANGEABLE` from the next step on; RecipeError if out of range."""
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)} is fixed once a run has begun")
        build_augmentation(self._make_augment, settings.get("augment"))
        with self._lock:
            self._settings.replace(**settings)
            self._pending.append(settings)

    def rewind(self, step):
        """Go back to the nearest of `JobView.snapshots` at or before `step`, and rest there.

        What came after it is kept as a branch. Resume goes on from there: with the same knobs to
        the same weights, with others to where they lead. A run that was over is open again; its
        exam is void, and will be sat anew at the end.
        """
        with self._lock:
            self._go_back(self._history.at(step))

    def undo(self):
        """Take the last change back: be at the moment just before it."""
        with self._lock:
            if self._pending:  # it has not taken effect yet
                self._pending.pop()
                self.turned += 1
            elif self._history.changes:
                moment = self._history.before_last_change()
                self._go_back(moment._replace(checkpoint=replace(moment.checkpoint, replay=())))

    def _go_back(self, moment):
        self._history.go_back(moment)
        self._rest_at(moment)
        self._status, self._message, self._exam = "paused", "", None
        self._model, self._settings = moment.checkpoint.model(), moment.checkpoint.settings
        self._pending, self._stopping = [], False
        self.rewinds += 1
        self.turned += 1

    @property
    def settings(self):
        """The recipe with the visitor's changes, those included that wait for the next step."""
        with self._lock:
            settings = self._settings
            for pending in self._pending:
                settings = settings.replace(**pending)
            return settings

    @property
    def running(self):
        return self._status == "running"

    @property
    def over(self):
        return self._status in ("finished", "failed")

    @property
    def undoable(self):
        """Whether there is a change to take back."""
        return bool(self._pending or self._history.changes)

    @property
    def validation(self):
        """The images that choices may look at, (N, …), and their labels (N,)."""
        return self._validation

    def rehearsal(self) -> Trainer | None:
        """A trainer of the caller's own where the run rests, to try its next steps on.

        None while the run goes on.
        """
        with self._lock:
            if self._worker:
                return None
            now, pending = self._history.now.checkpoint, list(self._pending)
        trainer = self._new_trainer()
        trainer.load_state(now)
        for settings in pending:
            trainer.change(**settings)
        return trainer

    def seen(self):
        """The visitor is here: called from time to time by every page."""
        self._seen = time.monotonic()

    def view(self) -> JobView:
        with self._lock:
            history = self._history
            return JobView(
                self._status,
                self._message,
                list(history.training.rows),
                list(history.validation.rows),
                list(history.changes),
                history.last,
                self._progress,
                self._rate,
                self._eta(),
                self._exam,
                history.steps(),
                tuple(history.branches),
                self._pool.queue(self._ticket) if self._ticket else None,
            )

    def _eta(self):
        if not self._rate or not self._progress:
            return None
        return self._history.last.images * (1 / self._progress - 1) / self._rate

    def model(self) -> Model:
        """The network as it was at most a moment ago; with its scores once the run is over."""
        return self._model

    def model_at(self, step) -> Model:
        """The network at the nearest of `JobView.snapshots` at or before `step`. No copy: cheap."""
        with self._lock:
            if step >= self._history.step:
                return self._model
            return self._history.at(step).checkpoint.model()

    def start_model(self) -> Model:
        """The network before its first step."""
        with self._lock:
            return self._history.timeline.first.checkpoint.model()

    def join(self, timeout=None):
        """Wait until the job's thread rests (tests, shutdown; never on Streamlit's threads)."""
        worker = self._worker
        if worker is not None:
            worker.join(timeout)
