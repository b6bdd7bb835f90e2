"""Sweeps in the background: one at a time for the whole server, the others wait in line.

A sweep's thread hands its trials to other processes and collects the results; it never calls
Streamlit. A second one keeps watch and lets go of these processes when the visitor has left, or
when the time that the server gives is up. What is done by then is kept.
"""

import logging
import os
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, fields

from dataset import Dataset
from netcore import RecipeError
from netcore.commands.processes import Processes
from netcore.search.sweep import Result, Sweep
from ui.jobs.limits import Limits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What the server gives a sweep. Each is set by an environment variable or a secret, such as
    PLAYGROUND_SWEEP_TRIALS=200 for `trials`.
    """

    trials: int = 64  # the most
    processes: int = min(2, os.cpu_count() or 1)  # the most at once
    minutes: float = 10.0  # after so long it ends with what it has
    grace: float = Limits.grace  # seconds it goes on without its visitor being seen
    dask: str = ""  # tcp://… of a Dask scheduler: train there instead of on this machine

    @classmethod
    def from_environment(cls, environment=os.environ):
        """The defaults, but for what is set; ValueError names a variable that cannot be."""
        values = {}
        for field in fields(cls):
            name = f"PLAYGROUND_SWEEP_{field.name.upper()}"
            if name not in environment:
                continue
            try:
                values[field.name] = field.type(environment[name])
            except ValueError:
                raise ValueError(f"{name} must be a number") from None
            if field.type is not str and values[field.name] <= 0:
                raise ValueError(f"{name} must be above 0")
        return cls(**values)


class Line:
    """Who sweeps now stands first; the others wait behind, in the order they came."""

    def __init__(self, bounds=None):
        self.bounds = bounds or Bounds()
        self._order: deque[SweepJob] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, job):
        """Wait to be first, or until the job is over, and stay so for the length of the block."""
        with self._moved:
            self._order.append(job)
            self._moved.wait_for(lambda: self._order[0] is job or job.over)
        try:
            yield
        finally:
            with self._moved:
                self._order.remove(job)
                self._moved.notify_all()

    def ahead(self, job) -> int:
        """How many stand before this one."""
        with self._moved:
            return self._order.index(job) if job in self._order else 0

    def nudge(self):
        """Somebody in line has given up."""
        with self._moved:
            self._moved.notify_all()


@dataclass(frozen=True)
class SweepView:
    """A sweep as a page sees it: a copy, safe to read at leisure."""

    status: str  # "waiting", "running", "finished", "stopped" or "failed"
    message: str  # why it stopped or failed
    results: list[Result]  # in the order they came
    total: int
    ahead: int  # sweeps to wait for
    eta: float | None  # seconds to go; None before the first result


class SweepJob:
    """One sweep of one visitor. A page calls these methods; none of them waits for a thread."""

    def __init__(self, sweep: Sweep, line: Line, data: Dataset, shared: bool = True):
        """`data` is the recipe's dataset; `shared` if other processes can open it by its name."""
        self.id = f"{id(self):x}-{time.monotonic_ns():x}"
        self.sweep, self.trials = sweep, sweep.plan()
        self.validation_images = len(data.validation)
        parts = (data.train, data.validation)
        self._data = None if shared else [(part.images, part.labels) for part in parts]
        self._line = line
        self._lock = threading.Lock()  # guards all below; held only for moments
        self._status, self._message = "waiting", ""
        self._results: list[Result] = []
        self._processes: Processes | None = None
        self._began = self._seen = time.monotonic()
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"sweep {self.id}", daemon=True)
            for work in (self._work, self._watch)
        ]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self, message="Stopped. What was done is kept."):
        """End it here, with the results there are."""
        self._end("stopped", message)

    @property
    def running(self):
        return not self.over

    @property
    def over(self):
        return self._status not in ("waiting", "running")

    def seen(self):
        """The visitor is here: called from time to time by every page."""
        self._seen = time.monotonic()

    def view(self) -> SweepView:
        ahead = self._line.ahead(self)
        with self._lock:
            done, total = len(self._results), len(self.trials)
            eta = (time.monotonic() - self._began) / done * (total - done) if done else None
            return SweepView(self._status, self._message, list(self._results), total, ahead, eta)

    def join(self, timeout=None):
        """Wait until both threads have ended (tests, shutdown; never on Streamlit's threads)."""
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout)

    def _end(self, status, message=""):
        with self._lock:
            if self.over:
                return
            self._status, self._message = status, message
        self._done.set()
        self._line.nudge()

    def _work(self):
        try:
            with self._line.turn(self):
                if not self.over:
                    self._train()
        except (RecipeError, OSError) as error:
            self._end("failed", str(error))
        except Exception as error:  # told to the visitor and logged, not lost with the thread
            log.exception("a sweep failed")
            self._end("failed", f"The sweep stopped on an unforeseen error: {error!r}")

    def _train(self):
        bounds = self._line.bounds
        jobs = min(bounds.processes, len(self.trials))
        with Processes(jobs, bounds.dask, self._data) as processes:
            with self._lock:
                if self.over:
                    return
                self._processes, self._status = processes, "running"
                self._began = time.monotonic()
            for result in processes.train(self.trials):
                with self._lock:
                    if self.over:
                        return
                    self._results.append(result)
        self._end("finished")

    def _watch(self):
        limit = 60 * self._line.bounds.minutes
        while not self._done.wait(1):
            now = time.monotonic()
            if now - self._seen > self._line.bounds.grace:
                self.stop("Stopped because nobody was watching. What was done is kept.")
            elif self._status == "running" and now - self._began > limit:
                self.stop(f"Stopped after {limit / 60:g} minutes, the most that this server gives.")
        if self._processes:
            self._processes.stop()
        self._processes = self._data = None
