"""A run in the background: its state, and the thread that works on it.

A thread lives only while there are steps to do; it never calls Streamlit. It works in short slices,
for each of which the pool must give it a turn. A run at rest keeps no trainer, only checkpoints.

Whoever goes back in time does not wait for the thread: the run disowns it, and what its last slice
did is dropped. So whenever a thread takes the lock, it looks whether the run is still `_mine`.
"""

import functools
import logging
import math
import secrets
import threading
import time

from netcore import Divergence, RecipeError, Trainer
from ui.jobs import limits, memory
from ui.jobs.history import History
from ui.jobs.learner import EPOCH, Learner
from ui.jobs.pool import Pool, Ticket
from ui.jobs.timeline import Snapshot

COPY_EVERY = 0.25  # seconds between copies of the weights for other pages
LOOK = 0.25  # seconds between two looks of a run in line at whether it is still wanted
NAP = 10.0  # seconds; no slice takes that long, so the machine slept

log = logging.getLogger(__name__)


class Background:
    """The thread's half of a job. `ui.jobs.job.Job` is the visitor's half."""

    def __init__(self, trainer: Trainer, test, pool: Pool, classes=()):
        self.classes = classes  # names, kept here since an upload may be replaced meanwhile
        self.id = secrets.token_urlsafe(16)
        self.recipe = trainer.recipe
        self.parameters = trainer.network.parameters
        self.rewinds = 0  # how often it went back in time
        self.turned = 0  # how often knobs moved by other hands: their widgets begin anew
        self._test, self._pool = test, pool
        self._megabytes = limits.size(trainer.recipe, trainer.network.input_shape)[1]
        self._validation = trainer.validation
        self._make_augment = trainer.make_augment
        self._new_trainer = functools.partial(
            Trainer,
            trainer.recipe,
            trainer.train,
            trainer.validation,
            augment=trainer.make_augment,
        )
        self._trainer: Trainer | None = trainer  # until the first thread takes it
        self._lock = threading.Lock()  # guards all below; held only for moments
        self._worker: threading.Thread | None = None
        self._ticket: Ticket | None = None
        self._steps = 0.0  # still to do; math.inf: to the end
        self._stopping = False
        self._status, self._message = "ready", ""
        self._settings = trainer.settings  # in effect
        self._pending: list[dict] = []  # changes for the next step
        now = Snapshot(trainer.state(), None, ())
        self._history = History(now, pool.limits.snapshot_megabytes)
        self._rate = self._progress = 0.0
        self._exam: dict | None = None
        self._model = now.checkpoint.model()
        self._copied = self._seen = self._looked = time.monotonic()

    def _mine(self):
        return self._worker is threading.current_thread()

    def _work(self, ticket):
        try:
            while self._wanted():
                if ticket.admitted.wait(LOOK):
                    self._stay(ticket)
        except (Divergence, RecipeError) as error:
            self._fail(str(error))
        except MemoryError:
            self._fail("The server ran out of memory. Take a smaller network or a smaller batch.")
        except Exception as error:  # told to the visitor and logged, not lost with the thread
            log.exception("a training job failed")
            self._fail(f"The run stopped on an unforeseen error: {error!r}")
        finally:
            self._pool.leave(ticket)
            memory.give_back()

    def _wanted(self):
        """Whether to go on waiting in line."""
        with self._lock:
            return self._mine() and self._goes_on()

    def _stay(self, ticket):
        """Work until the run rests, or until it is another's turn to have the place."""
        with self._lock:
            trainer, self._trainer = self._trainer, None
            now = self._history.now
        with self._pool.turn():
            learner = Learner(trainer or self._new_trainer(), now)
        while self._slice(learner):
            ticket.eta = self._eta() or math.inf
            if self._pool.gives_way(ticket):
                with self._lock:
                    if self._mine():
                        self._history.now = learner.moment()
                return

    def _slice(self, learner):
        """One turn of work; False when the run rests, or the thread is disowned."""
        asked, exam = time.perf_counter(), None
        with self._pool.turn():
            if not self._turn_knobs(learner):
                return False
            here = learner.moment() if self._stopping else None
            if here:
                learner.trainer.change(steps=here.step)  # no further one
            records, moments = learner.learn(self._steps, self._history.timeline, self._interrupted)
            if learner.finished:
                exam = learner.sit_exam(*self._test)
        with self._lock:
            if not self._mine():
                return False
            self._enter(learner, records, moments, time.perf_counter() - asked)
            if exam:
                self._status, (self._model, self._exam) = "finished", exam
                self._rest_at(here or learner.moment())
                return False
            now = time.monotonic()
            if now - self._copied > COPY_EVERY:
                self._model, self._copied = learner.trainer.model(), now
            return self._goes_on(learner)

    def _interrupted(self):
        return bool(self._pending) or not self._mine()

    def _turn_knobs(self, learner):
        """Let the changes that wait take effect; False if the thread is disowned."""
        with self._lock:
            if not self._mine():
                return False
            pending, self._pending = self._pending, []
            for settings in pending:
                self._settings = self._settings.replace(**settings)
        before = learner.turn({name: s[name] for s in pending for name in s})
        with self._lock:
            if not self._mine():
                return False
            if before:
                self._history.changes = list(learner.changes)
                self._history.timeline.add(before)
            if self._steps == EPOCH:
                self._steps = learner.steps_left()
            return True

    def _enter(self, learner, records, moments, seconds):
        """What a slice did goes into the log."""
        history, images = self._history, self._history.last.images if self._history.last else 0
        for record in records:
            history.add(record)
        for moment in moments:
            history.timeline.add(moment)
        if learner.trainer.settings != self._settings:  # by a change of the run that it repeats
            self.turned += 1
        history.changes, self._settings = list(learner.changes), learner.trainer.settings
        if learner.last is not history.last and learner.last:
            history.add(learner.last)  # validated once more
        if records and seconds < NAP:
            rate = (history.last.images - images) / seconds
            self._rate = 0.8 * self._rate + 0.2 * rate if self._rate else rate
        self._steps = max(0, self._steps - len(records))
        self._progress = learner.trainer.progress
        budget = self._pool.limits.run_minutes
        if learner.trainer.seconds > 60 * budget and not learner.finished:
            self._stopping = True
            self._message = f"This run has had its {budget:g} minutes of training and ends here."
        if learner.error:
            raise learner.error

    def _goes_on(self, learner=None):
        """Whether there is more to do and somebody to do it for; else the run rests."""
        now = time.monotonic()
        if now - self._looked > NAP:  # the machine slept, the visitor may have too
            self._seen += now - self._looked
        self._looked = now
        if self._steps or self._pending or self._stopping:
            if now - self._seen <= self._pool.limits.grace:
                return True
            self._message = "Paused because nobody was watching. Resume to go on."
        self._status = "paused"
        self._rest_at(learner.moment() if learner else self._history.now)
        self._model = self._history.now.checkpoint.model()
        return False

    def _rest_at(self, moment):
        """Keep that moment, and let go of thread, trainer and place."""
        self._history.now, self._progress = moment, moment.progress
        self._worker = self._ticket = self._trainer = None
        self._stopping = False

    def _fail(self, message):
        with self._lock:
            if self._mine():
                self._status, self._message = "failed", message
                self._rest_at(self._history.at(math.inf))
