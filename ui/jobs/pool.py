"""The cores of the process, shared out fairly among the runs of all visitors.

A run under way holds a place. The runs with places take turns at the cores, a short slice each,
first come first served, so all of them move. When the places or the memory are used up, the next
run waits in line; and while somebody waits, whoever has had a place for a while gives it to the
first in line and goes to the end. So nobody waits for ever.
"""

import math
import threading
import time
from collections import deque
from contextlib import contextmanager

from ui.jobs.limits import Limits


class Ticket:
    """A run's place, or its position in the line for one."""

    def __init__(self, megabytes):
        self.megabytes = megabytes
        self.admitted = threading.Event()
        self.since = math.nan  # when it got its place
        self.eta = math.inf  # seconds that its run will still need it, as far as is known


class Pool:
    """Places and turns. Threads of any number of jobs may call it."""

    def __init__(self, limits: Limits | None = None):
        self.limits = limits or Limits()
        self._free = self.limits.slots
        self._turns: deque[threading.Event] = deque()
        self._places: list[Ticket] = []
        self._line: deque[Ticket] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self):
        """Wait for a core and hold it for the length of the block."""
        mine = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                mine.set()
            else:
                self._turns.append(mine)
        mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._turns:
                    self._turns.popleft().set()
                else:
                    self._free += 1

    def enter(self, megabytes=0.0) -> Ticket:
        """Get a place or, when all are taken, a position in the line."""
        ticket = Ticket(megabytes)
        with self._lock:
            self._line.append(ticket)
            self._admit()
        return ticket

    @property
    def crowd(self) -> int:
        """How many runs are under way."""
        return len(self._places)

    def leave(self, ticket):
        """Give up the place, or the position in the line."""
        with self._lock:
            for room in (self._places, self._line):
                if ticket in room:
                    room.remove(ticket)
            self._admit()

    def gives_way(self, ticket) -> bool:
        """Whether it was another's turn to have this place: then the ticket is in line again."""
        with self._lock:
            if not self._line or time.monotonic() - ticket.since < self.limits.stint:
                return False
            self._places.remove(ticket)
            ticket.admitted.clear()
            self._line.append(ticket)
            self._admit()
            return not ticket.admitted.is_set()

    def queue(self, ticket) -> tuple[int, float] | None:
        """(position from 1, seconds to wait at most, about); None for who has a place."""
        with self._lock:
            if ticket not in self._line:
                return None
            position, now = self._line.index(ticket) + 1, time.monotonic()
            waits = sorted(
                max(0.0, min(place.eta, self.limits.stint - (now - place.since)))
                for place in self._places
            )
            rounds, rest = divmod(position - 1, max(len(waits), 1))
            return position, rounds * self.limits.stint + (waits[rest] if waits else 0.0)

    def _admit(self):
        """Let in whom there is room for, in the order of the line; anyone if nobody is in."""
        while self._line:
            first, limits = self._line[0], self.limits
            megabytes = first.megabytes + sum(place.megabytes for place in self._places)
            full = len(self._places) >= limits.jobs or megabytes > limits.megabytes
            if self._places and full:
                return
            self._line.popleft()
            self._places.append(first)
            first.since = time.monotonic()
            first.admitted.set()
