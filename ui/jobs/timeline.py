"""The moments of a run that one can go back to, thinned to a budget of memory."""

import math
from typing import NamedTuple

from netcore import Checkpoint, Record
from ui.jobs.limits import MEGABYTE

MOST = 100  # snapshots; a slider has no use for more


class Snapshot(NamedTuple):
    """The run at one moment."""

    checkpoint: Checkpoint
    last: Record | None  # of the step before; None at the start
    changes: tuple  # as `JobView.changes`
    progress: float = 0.0  # 0…1
    marked: bool = False  # taken just before a change

    @property
    def step(self):
        return self.checkpoint.step


class Branch(NamedTuple):
    """What was left behind when the run went back."""

    training: list  # rows of (step, loss, accuracy), from the last one before the fork
    validation: list
    forked_at: int  # the step the run went back to
    left_at: int  # the step it went back from


class Timeline:
    """Snapshots in the order of their steps, spread evenly, at most one a step.

    Over budget, the one goes whose neighbours are nearest to each other. The first and the latest
    stay, and the one before the latest change; those before other changes go last.
    """

    def __init__(self, first: Snapshot, megabytes):
        self._snapshots = [first]
        self._budget = megabytes * MEGABYTE
        self._capacity = max(2, min(MOST, int(self._budget / max(first.checkpoint.nbytes, 1))))

    @property
    def first(self) -> Snapshot:
        return self._snapshots[0]

    @property
    def steps(self) -> list[int]:
        return [snapshot.step for snapshot in self._snapshots]

    @property
    def latest(self) -> Snapshot:
        return self._snapshots[-1]

    def gap(self, steps, now):
        """How far apart snapshots should be, in a run of so many steps that is at step `now`.

        At first they are closer, so that one can soon go back in a long run too; thinning evens it.
        """
        return max(1, min(math.ceil(steps / self._capacity), 4 * now // self._capacity))

    def at(self, step) -> Snapshot:
        """The nearest snapshot at or before the step."""
        return [s for s in self._snapshots if s.step <= max(step, self.first.step)][-1]

    def add(self, snapshot: Snapshot):
        latest = self._snapshots[-1]
        if snapshot.step > latest.step:
            self._snapshots.append(snapshot)
        elif snapshot.marked:
            self._snapshots[-1] = latest._replace(marked=True)
        self._thin()

    def cut(self, step):
        """Forget what came after this step."""
        self._snapshots = [s for s in self._snapshots if s.step <= step]

    def _thin(self):
        while len(self._snapshots) > 2 and (
            len(self._snapshots) > MOST
            or sum(s.checkpoint.nbytes for s in self._snapshots) > self._budget
        ):
            inner = range(1, len(self._snapshots) - 1)
            marked = [n for n in inner if self._snapshots[n].marked]
            plain = [n for n in inner if n not in marked]
            spare = plain or marked[:-1]
            if not spare:
                return
            del self._snapshots[min(spare, key=self._gap)]

    def _gap(self, n):
        return self._snapshots[n + 1].step - self._snapshots[n - 1].step
