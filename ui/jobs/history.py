"""What a run did: its curves, its changes, the moments it can go back to, and what it left behind.

A page sees all of it as a `JobView`.
"""

from dataclasses import dataclass

from netcore import Record
from ui.jobs.curve import Curve
from ui.jobs.timeline import Branch, Snapshot, Timeline

MOST_BRANCHES = 8  # the oldest is forgotten


@dataclass(frozen=True)
class JobView:
    """A job as a page sees it: a copy, safe to read at leisure."""

    status: str  # "ready", "running", "paused", "finished" or "failed"
    message: str  # why it failed, or rests by itself
    training: list  # rows of (step, loss, accuracy)
    validation: list  # rows of (step, loss, accuracy)
    changes: list  # [(step, {setting: (old, new)}), …]
    last: Record | None
    progress: float  # 0…1
    images_per_second: float
    eta: float | None  # seconds to go; None before the first slice
    exam: dict | None  # test_accuracy, test_loss, confusion: once the run is over
    snapshots: tuple = ()  # steps one can go back to, in order
    branches: tuple = ()  # of `ui.jobs.timeline.Branch`: what was left behind
    queue: tuple | None = None  # (position, seconds to wait) of a run for which there is no place


class History:
    """Belongs to a job, whose lock guards it."""

    def __init__(self, now: Snapshot, megabytes):
        self.training, self.validation = Curve(), Curve()  # rows of (step, loss, accuracy)
        self.changes: list = []  # [(step, {setting: (old, new)}), …]
        self.last: Record | None = None
        self.now = now  # where the run rested last
        self.timeline = Timeline(now, megabytes)
        self.branches: list[Branch] = []

    @property
    def step(self):
        return self.last.step if self.last else 0

    def add(self, record: Record):
        """Enter a step; if it is the last one again, then what validation has to say about it."""
        if record.step > self.step:
            self.training.add(record.step, record.loss, record.accuracy)
            before = None
        else:
            before = self.last.validation_accuracy
        if before is None and record.validation_accuracy is not None:
            self.validation.add(record.step, record.validation_loss, record.validation_accuracy)
        self.last = record

    def steps(self):
        """Those of all moments one can go back to."""
        steps = self.timeline.steps
        return (*steps, self.now.step) if self.now.step > steps[-1] else tuple(steps)

    def at(self, step) -> Snapshot:
        """The nearest moment at or before the step."""
        kept = self.timeline.at(step)
        return self.now if kept.step <= self.now.step <= step else kept

    def before_last_change(self) -> Snapshot:
        return self.timeline.at(self.changes[-1][0])

    def go_back(self, moment: Snapshot):
        """Be at that moment again; what came after it becomes a branch."""
        rows = self.training.cut(moment.step), self.validation.cut(moment.step)
        if self.step > moment.step:
            self.branches = [*self.branches, Branch(*rows, moment.step, self.step)]
            self.branches = self.branches[-MOST_BRANCHES:]
        self.timeline.cut(moment.step)
        self.now, self.last, self.changes = moment, moment.last, list(moment.changes)
