"""Sweeps in the background: one at a time for the whole server, the others wait in a queue.

A sweep has two threads, and neither calls Streamlit. One hands the trials to other processes and
collects the results. The other stops these processes when the visitor has left, or when the time
that the server allows is up. Results that are there by then are kept.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from dataset import Dataset
from netcore import RecipeError
from netcore.commands.processes import Processes
from netcore.search.sweep import Result, Sweep
from ui.jobs.limits import Limits, from_environment

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
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Bounds":
        """The defaults, but for what is set; see `limits.from_environment`."""
        return from_environment(cls, "PLAYGROUND_SWEEP_", environment)


class SweepQueue:
    """The first sweep in the queue runs; the others wait, in the order they came."""

    def __init__(self, bounds: Bounds | None = None):
        self.bounds = bounds or Bounds()
        self._moved = threading.Condition()  # its lock guards all below
        self._jobs: deque[SweepJob] = deque()

    @contextmanager
    def turn(self, job: "SweepJob") -> Iterator[None]:
        """Wait to be first, or until the job is over, and stay first for the whole block."""
        with self._moved:
            self._jobs.append(job)
            self._moved.wait_for(lambda: self._jobs[0] is job or job.over)
        try:
            yield
        finally:
            with self._moved:
                self._jobs.remove(job)
                self._moved.notify_all()

    def ahead(self, job: "SweepJob") -> int:
        """How many sweeps come before this one."""
        with self._moved:
            return self._jobs.index(job) if job in self._jobs else 0

    def wake(self) -> None:
        """Let waiting jobs check again whether they are over."""
        with self._moved:
            self._moved.notify_all()


@dataclass(frozen=True)
class SweepView:
    """A sweep as a page sees it: a copy that no thread changes any more."""

    status: str  # "waiting", "running", "finished", "stopped" or "failed"
    message: str  # why it stopped or failed
    results: list[Result]  # in the order they came
    total: int
    ahead: int  # sweeps to wait for
    eta: float | None  # seconds to go; None before the first result


class SweepJob:
    """One sweep of one visitor. Pages call these methods; only `join` waits for a thread."""

    def __init__(self, sweep: Sweep, queue: SweepQueue, data: Dataset, shared: bool = True):
        """`data` is the recipe's dataset; `shared` if other processes can open it by its name."""
        self.id = f"{id(self):x}-{time.monotonic_ns():x}"
        self.sweep, self.trials = sweep, sweep.plan()
        self.validation_images = len(data.validation)
        self._queue = queue
        self._threads = [
            threading.Thread(target=work, name=f"sweep {self.id}", daemon=True)
            for work in (self._work, self._watch)
        ]
        self._done = threading.Event()
        # Guards all below; not reentrant. The queue calls `over` with its own lock held, so
        # nothing calls the queue while it holds this one.
        self._lock = threading.Lock()
        parts = (data.train, data.validation)
        self._data = None if shared else [(part.images, part.labels) for part in parts]
        self._status, self._message = "waiting", ""
        self._results: list[Result] = []
        self._processes: Processes | None = None
        self._began = self._seen = time.monotonic()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, message: str = "Stopped. The results so far are kept.") -> None:
        """End it here, with the results so far."""
        self._end("stopped", message)

    @property
    def running(self) -> bool:
        """Whether it runs or waits."""
        return not self.over

    @property
    def over(self) -> bool:
        with self._lock:
            return self._is_over_locked()

    def seen(self) -> None:
        """The visitor is here: called from time to time by every page."""
        with self._lock:
            self._seen = time.monotonic()

    def view(self) -> SweepView:
        ahead = self._queue.ahead(self)
        with self._lock:
            done, total = len(self._results), len(self.trials)
            eta = (time.monotonic() - self._began) / done * (total - done) if done else None
            return SweepView(self._status, self._message, list(self._results), total, ahead, eta)

    def join(self, timeout: float | None = None) -> None:
        """Wait until both threads have ended (tests, shutdown; never on Streamlit's threads)."""
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout)

    def _is_over_locked(self):
        return self._status not in ("waiting", "running")

    def _end(self, status, message=""):
        with self._lock:
            if self._is_over_locked():
                return
            self._status, self._message = status, message
        self._done.set()
        self._queue.wake()

    def _work(self):
        try:
            with self._queue.turn(self):
                self._train()
        except (RecipeError, OSError) as error:
            self._end("failed", str(error))
        except Exception:  # shown to the visitor and logged, not lost with the thread
            log.exception("a sweep failed")
            self._end(
                "failed",
                "The sweep stopped because of an internal error. Start it again.",
            )

    def _train(self):
        bounds = self._queue.bounds
        with self._lock:
            if self._is_over_locked():
                return
            data = self._data
        with Processes(min(bounds.processes, len(self.trials)), bounds.dask, data) as processes:
            with self._lock:
                if self._is_over_locked():
                    return
                self._processes, self._status = processes, "running"
                self._began = time.monotonic()
            for result in processes.train(self.trials):
                with self._lock:
                    if self._is_over_locked():
                        return
                    self._results.append(result)
        self._end("finished")

    def _watch(self):
        minutes = self._queue.bounds.minutes
        while not self._done.wait(1):
            with self._lock:
                now, running = time.monotonic(), self._status == "running"
                unseen, elapsed = now - self._seen, now - self._began
            if unseen > self._queue.bounds.grace:
                self.stop("Stopped because nobody was watching. The results so far are kept.")
            elif running and elapsed > 60 * minutes:
                self.stop(f"Stopped after {minutes:g} minutes, the limit on this server.")
        with self._lock:
            processes, self._processes, self._data = self._processes, None, None
        if processes:
            processes.stop()
