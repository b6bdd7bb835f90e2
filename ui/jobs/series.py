"""Several runs of one recipe, one after the other, in the background.

Each is an ordinary job: it takes turns in the pool, and pauses when nobody watches. The thread of a
series only waits for one job after another, and ends when there is none.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from netcore import Recipe, RecipeError
from ui.jobs.job import Job
from ui.jobs.run import SEED, Run, of_job

log = logging.getLogger(__name__)


class Progress(NamedTuple):
    status: str  # "running", "paused" or "over"
    message: str
    done: int
    total: int
    share: float  # 0…1, the current run's part included


class Series:
    """`make` returns the job of a recipe; it is called on the thread of the series."""

    def __init__(
        self,
        name: str,
        recipes: Sequence[Recipe],
        make: Callable[[Recipe], Job],
        grace: float,  # seconds it goes on without its visitor being seen
    ):
        self.name, self.total, self.grace = name, len(recipes), grace
        self._make = make
        self._lock = threading.Lock()  # guards all below; not reentrant
        self._todo = list(recipes)
        self._finished: list[Run] = []
        self._job: Job | None = None  # of the first recipe to do
        self._running = False  # whether the latest thread has anything left to do
        self._thread: threading.Thread | None = None  # the latest; it may have ended
        self._paused, self._message = False, ""
        self._seen = time.monotonic()

    @property
    def running(self) -> bool:
        with self._lock:
            return self._running

    def start(self) -> None:
        """Start or resume."""
        with self._lock:
            self._paused, self._message, self._seen = False, "", time.monotonic()
            if self._todo and not self._running:
                self._running, name = True, f"series {self.name}"
                self._thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._thread.start()

    def pause(self, message: str = "") -> None:
        with self._lock:
            self._pause_locked(message)

    def cancel(self) -> None:
        """Run no more; finished runs stay."""
        with self._lock:
            self._pause_locked("")
            self._todo.clear()

    def seen(self) -> None:
        """The visitor is here: called from time to time by every page."""
        with self._lock:
            self._seen = time.monotonic()
            if self._job:
                self._job.seen()

    def take(self) -> list[Run]:
        """The runs finished since the last call."""
        with self._lock:
            taken, self._finished = self._finished, []
        return taken

    def progress(self) -> Progress:
        with self._lock:
            done = self.total - len(self._todo)
            share = self._job.view().progress if self._job else 0.0
            status = "running" if self._running else "paused" if self._todo else "over"
            return Progress(status, self._message, done, self.total, (done + share) / self.total)

    def join(self, timeout: float | None = None) -> None:
        """Wait until its thread has ended (tests; never on Streamlit's threads)."""
        with self._lock:
            thread = self._thread
        if thread:
            thread.join(timeout)

    def _work(self):
        message = ""
        try:
            while job := self._next_job():
                job.join()
                if not self._note_end(job):
                    return
        except RecipeError as error:
            message = str(error)
        except Exception:  # shown to the visitor and logged, not lost with the thread
            log.exception("a series of runs failed")
            message = "It stopped because of an internal error. Start it again."
        if message:
            with self._lock:
                self._rest_locked(message)

    def _next_job(self) -> Job | None:
        """The job that runs now; None when nothing is left to do, or nobody is there to see it."""
        with self._lock:
            if self._rests_locked():
                return None
            job, recipe = self._job, self._todo[0]
        job = job or self._make(recipe)  # takes a while, so without the lock
        with self._lock:
            self._job = job
            if self._rests_locked():
                return None
            job.run()
            return job

    def _note_end(self, job):
        """Keep the run of a job whose thread has ended; False if the series rests."""
        view = job.view()
        if not view.over:
            with self._lock:  # without pause or message it was resumed meanwhile
                if self._paused or view.message:
                    self._rest_locked(self._message or view.message)
                return self._running
        run = of_job(job)
        run = replace(run, name=f"{self.name}{SEED}{run.recipe.seed}")
        with self._lock:
            self._finished.append(run)
            self._job = None
            del self._todo[:1]
            return True

    def _pause_locked(self, message):
        if self._running and not self._paused:
            self._paused, self._message = True, message
            if self._job:
                self._job.pause()

    def _rests_locked(self):
        """Rest if there is nothing to do, or nobody to do it for; whether it rests."""
        if not self._paused and self._todo:
            if time.monotonic() - self._seen <= self.grace:
                return False
            self._message = "Paused because nobody was watching. Press Resume to continue."
        self._rest_locked(self._message)
        return True

    def _rest_locked(self, message):
        self._message, self._running = message, False
