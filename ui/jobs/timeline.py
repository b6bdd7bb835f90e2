"""The snapshots of a run that one can go back to, thinned to a budget of memory."""

import math
from typing import NamedTuple

from netcore import Checkpoint, Record
from ui.jobs.limits import MEGABYTE

MAX_SNAPSHOTS = 100  # a slider cannot show more


class Snapshot(NamedTuple):
    """The run between two steps."""

    checkpoint: Checkpoint
    last: Record | None  # of the step before; None at the start
    changes: tuple  # as `JobView.changes`
    progress: float = 0.0  # 0…1
    marked: bool = False  # taken just before a change

    @property
    def step(self) -> int:
        return self.checkpoint.step


class Branch(NamedTuple):
    """The part of the curves that was abandoned when the run went back."""

    training: list  # rows of (step, loss, accuracy), from the last one before the fork
    validation: list
    forked_at: int  # the step the run went back to
    left_at: int  # the step it went back from


class Timeline:
    """Snapshots in ascending order, evenly spaced, at most one per step. Not thread-safe.

    Over budget, the snapshot whose neighbours are closest together is dropped. The first, the
    latest and the one before the latest change stay; those before other changes are dropped last.
    """

    def __init__(self, first: Snapshot, megabytes: float):
        self._snapshots = [first]
        self._budget = megabytes * MEGABYTE
        fitting = int(self._budget / max(first.checkpoint.nbytes, 1))
        self._capacity = max(2, min(MAX_SNAPSHOTS, fitting))

    @property
    def first(self) -> Snapshot:
        return self._snapshots[0]

    @property
    def steps(self) -> list[int]:
        return [snapshot.step for snapshot in self._snapshots]

    @property
    def latest(self) -> Snapshot:
        return self._snapshots[-1]

    def spacing(self, total_steps: int, step: int) -> int:
        """How many steps snapshots should be apart, at this step of a run of `total_steps`.

        Early ones are closer together, so that one can soon go back in a long run too; thinning
        evens them out. Any thread may call this: it reads only the capacity, which never changes.
        """
        return max(1, min(math.ceil(total_steps / self._capacity), 4 * step // self._capacity))

    def at(self, step: float) -> Snapshot:
        """The latest snapshot at or before the step."""
        return [s for s in self._snapshots if s.step <= max(step, self.first.step)][-1]

    def add(self, snapshot: Snapshot) -> None:
        latest = self._snapshots[-1]
        if snapshot.step > latest.step:
            self._snapshots.append(snapshot)
        elif snapshot.marked:
            self._snapshots[-1] = latest._replace(marked=True)
        self._thin()

    def cut(self, step: int) -> None:
        """Drop the snapshots after this step."""
        self._snapshots = [s for s in self._snapshots if s.step <= step]

    def _thin(self):
        while len(self._snapshots) > 2 and (
            len(self._snapshots) > MAX_SNAPSHOTS
            or sum(s.checkpoint.nbytes for s in self._snapshots) > self._budget
        ):
            inner = range(1, len(self._snapshots) - 1)
            marked = [n for n in inner if self._snapshots[n].marked]
            plain = [n for n in inner if n not in marked]
            spare = plain or marked[:-1]
            if not spare:
                return
            del self._snapshots[min(spare, key=self._distance_of_neighbours)]

    def _distance_of_neighbours(self, n):
        return self._snapshots[n + 1].step - self._snapshots[n - 1].step
