"""Several runs of one recipe, one after the other, in the background.

Each is a job like any other, so it takes its turns in the pool and rests when nobody watches. The
thread of a series does nothing but wait for one job after another, and ends when there is none.
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
    share: float  # 0…1, the present run's part included


class Series:
    """`make` gives the job of a recipe; it is called on the thread of the series."""

    def __init__(
        self,
        name: str,
        recipes: Sequence[Recipe],
        make: Callable[[Recipe], Job],
        grace: float,  # seconds it goes on without its visitor being seen
    ):
        self.name, self.total, self.grace = name, len(recipes), grace
        self._make = make
        self._lock = threading.Lock()  # guards all below
        self._todo = list(recipes)
        self._finished: list[Run] = []
        self._job: Job | None = None
        self._worker: threading.Thread | None = None
        self._halted, self._message = False, ""
        self._seen = time.monotonic()

    @property
    def running(self) -> bool:
        return self._worker is not None

    def start(self) -> None:
        """Begin, or go on."""
        with self._lock:
            self._halted, self._message, self._seen = False, "", time.monotonic()
            if self._worker is None and self._todo:
                name = f"series {self.name}"
                self._worker = threading.Thread(target=self._work, name=name, daemon=True)
                self._worker.start()

    def pause(self, message: str = "") -> None:
        with self._lock:
            if self._worker is None or self._halted:
                return
            self._halted, self._message = True, message
            if self._job:
                self._job.pause()

    def cancel(self) -> None:
        """Do no more; what is finished stays."""
        self.pause()
        with self._lock:
            self._todo.clear()

    def seen(self) -> None:
        self._seen = time.monotonic()
        if job := self._job:
            job.seen()

    def take(self) -> list[Run]:
        """The runs finished since the last time."""
        with self._lock:
            taken, self._finished = self._finished, []
        return taken

    def progress(self) -> Progress:
        with self._lock:
            done = self.total - len(self._todo)
            share = self._job.view().progress if self._job else 0.0
            running = self._worker is not None
            status = "running" if running else "paused" if self._todo else "over"
            return Progress(status, self._message, done, self.total, (done + share) / self.total)

    def join(self, timeout=None) -> None:
        """Wait until its thread rests (tests; never on Streamlit's threads)."""
        if (worker := self._worker) is not None:
            worker.join(timeout)

    def _work(self):
        try:
            while job := self._next():
                job.join()
                if not job.over:  # paused: it, or we, or for want of anybody to watch
                    self._message = self._message or job.view().message
                    return
                self._enter(job)
        except RecipeError as error:
            self._message = str(error)
        except Exception as error:  # told to the visitor and logged, not lost with the thread
            log.exception("a series of runs failed")
            self._message = f"It stopped on an unforeseen error: {error!r}"
        finally:
            with self._lock:
                self._worker = None

    def _next(self) -> Job | None:
        """The job that runs now; None when there is nothing to do, or nobody to do it for."""
        with self._lock:
            if self._halted or not self._todo:
                return None
            if time.monotonic() - self._seen > self.grace:
                self._message = "Paused because nobody was watching. Go on when you like."
                return None
            self._job = self._job or self._make(self._todo[0])
            self._job.run()
            return self._job

    def _enter(self, job):
        run = of_job(job)
        run = replace(run, name=f"{self.name}{SEED}{run.recipe.seed}")
        with self._lock:
            self._finished.append(run)
            self._job = None
            del self._todo[:1]
