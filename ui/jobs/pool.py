"""The cores of the process, shared fairly among the runs of all visitors.

Each run under way has a place. Runs with places take turns on the cores for a short slice each,
first come, first served, so all of them make progress. When places or memory are used up, further
runs wait in a queue. While any run waits, a run that has had its place for a while gives it to the
first in the queue and goes to the end, so no run waits forever.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from ui.jobs.limits import Limits


class Ticket:
    """A run's place, or its position in the queue. All but the event is the pool's to change."""

    def __init__(self, megabytes: float):
        self.megabytes = megabytes
        self.admitted = threading.Event()
        self.since = math.nan  # when it got its place, time.monotonic()
        self.eta = math.inf  # seconds for which its run still needs the place, as far as known


class Pool:
    """Places and turns. Any thread may call it; no method but `turn` waits."""

    def __init__(self, limits: Limits | None = None):
        self.limits = limits or Limits()
        self._lock = threading.Lock()  # guards all below; not reentrant
        self._free_cores = self.limits.slots
        self._waiting_turns: deque[threading.Event] = deque()
        self._places: list[Ticket] = []
        self._queue: deque[Ticket] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a core and hold it for the length of the block."""
        granted = threading.Event()
        with self._lock:
            if self._free_cores:
                self._free_cores -= 1
                granted.set()
            else:
                self._waiting_turns.append(granted)
        granted.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting_turns:
                    self._waiting_turns.popleft().set()
                else:
                    self._free_cores += 1

    def enter(self, megabytes: float = 0.0) -> Ticket:
        """Get a place or, when all are taken, a position in the queue."""
        ticket = Ticket(megabytes)
        with self._lock:
            self._queue.append(ticket)
            self._admit_locked()
        return ticket

    @property
    def active_runs(self) -> int:
        """How many runs have a place."""
        with self._lock:
            return len(self._places)

    def leave(self, ticket: Ticket) -> None:
        """Give up the place, or the position in the queue."""
        with self._lock:
            for tickets in (self._places, self._queue):
                if ticket in tickets:
                    tickets.remove(ticket)
            self._admit_locked()

    def yield_place(self, ticket: Ticket, eta: float = math.inf) -> bool:
        """Give the place to a run that waits, if this one has had it for a whole stint.

        True if so: the ticket is in the queue again. Otherwise the run keeps its place and needs it
        for `eta` more seconds.
        """
        with self._lock:
            ticket.eta = eta
            if not self._queue or time.monotonic() - ticket.since < self.limits.stint:
                return False
            self._places.remove(ticket)
            ticket.admitted.clear()
            self._queue.append(ticket)
            self._admit_locked()
            return not ticket.admitted.is_set()

    def queue(self, ticket: Ticket) -> tuple[int, float] | None:
        """(position from 1, estimate of the seconds to wait); None if it has a place."""
        with self._lock:
            if ticket not in self._queue:
                return None
            position, now = self._queue.index(ticket) + 1, time.monotonic()
            waits = sorted(
                max(0.0, min(place.eta, self.limits.stint - (now - place.since)))
                for place in self._places
            )
            rounds, rest = divmod(position - 1, max(len(waits), 1))
            return position, rounds * self.limits.stint + (waits[rest] if waits else 0.0)

    def _admit_locked(self):
        """Admit the first in the queue while there is room; one alone always."""
        while self._queue:
            first, limits = self._queue[0], self.limits
            megabytes = first.megabytes + sum(place.megabytes for place in self._places)
            full = len(self._places) >= limits.jobs or megabytes > limits.megabytes
            if self._places and full:
                return
            self._queue.popleft()
            self._places.append(first)
            first.since = time.monotonic()
            first.admitted.set()
