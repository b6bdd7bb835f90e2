"""The history of a run: curves, changes, snapshots to go back to, and abandoned branches.

Pages see it as a `JobView`.
"""

from dataclasses import dataclass

from netcore import Record
from ui.jobs.curve import Curve
from ui.jobs.learner import Learner, Slice
from ui.jobs.timeline import Branch, Snapshot, Timeline

MAX_BRANCHES = 8  # the oldest are dropped
OVER = ("finished", "failed")
SUSPENDED = 10.0  # seconds; no slice takes that long, so the computer was asleep


@dataclass(frozen=True)
class JobView:
    """A job as a page sees it: a copy that no thread changes any more."""

    status: str  # "ready", "running", "paused", "finished" or "failed"
    message: str  # why the run failed, or paused by itself
    training: list  # rows of (step, loss, accuracy)
    validation: list  # rows of (step, loss, accuracy)
    changes: list  # [(step, {setting: (old, new)}), …]
    last: Record | None
    progress: float  # 0…1
    images_per_second: float
    eta: float | None  # seconds to go; None before the first slice
    scores: dict | None  # test_accuracy, test_loss, confusion, …; None until the run has finished
    snapshots: tuple = ()  # steps one can go back to, ascending
    branches: tuple = ()  # of `ui.jobs.timeline.Branch`
    queue: tuple | None = None  # (position, seconds to wait) while the run waits for a place

    @property
    def over(self) -> bool:
        return self.status in OVER


class History:
    """Not thread-safe: belongs to a `JobState`, whose lock guards it."""

    def __init__(self, start: Snapshot, megabytes: float):
        self.training, self.validation = Curve(), Curve()  # rows of (step, loss, accuracy)
        self.changes: list = []  # [(step, {setting: (old, new)}), …]
        self.last: Record | None = None
        self.resume_point = start  # where the run last rested
        self.progress = 0.0  # 0…1
        self.rate = 0.0  # images per second, averaged over the latest slices
        self.timeline = Timeline(start, megabytes)
        self.branches: list[Branch] = []

    @property
    def step(self) -> int:
        return self.last.step if self.last else 0

    @property
    def eta(self) -> float | None:
        """Seconds to go; None before the first slice."""
        if not self.last or not self.rate or not self.progress:
            return None
        return self.last.images * (1 / self.progress - 1) / self.rate

    def log(self, learner: Learner, done: Slice, seconds: float) -> None:
        """Log what a slice of so many seconds did."""
        images = self.last.images if self.last else 0
        for record in done.records:
            self.add(record)
        for snapshot in done.snapshots:
            self.timeline.add(snapshot)
        if learner.last is not self.last and learner.last:
            self.add(learner.last)  # now with validation scores
        self.changes, self.progress = list(learner.changes), learner.trainer.progress
        if done.records and seconds < SUSPENDED:
            rate = (done.records[-1].images - images) / seconds
            self.rate = 0.8 * self.rate + 0.2 * rate if self.rate else rate

    def add(self, record: Record) -> None:
        """Log a step, or add its validation scores if it is the last step logged."""
        if self.last and record.step <= self.last.step:
            before = self.last.validation_accuracy
        else:
            self.training.add(record.step, record.loss, record.accuracy)
            before = None
        if before is None and record.validation_accuracy is not None:
            self.validation.add(record.step, record.validation_loss, record.validation_accuracy)
        self.last = record

    def snapshot_steps(self) -> tuple[int, ...]:
        """The steps of all snapshots, ascending."""
        steps, resume = self.timeline.steps, self.resume_point.step
        return (*steps, resume) if resume > steps[-1] else tuple(steps)

    def at(self, step: float) -> Snapshot:
        """The latest snapshot at or before the step."""
        kept = self.timeline.at(step)
        return self.resume_point if kept.step <= self.resume_point.step <= step else kept

    def before_last_change(self) -> Snapshot:
        return self.timeline.at(self.changes[-1][0])

    def rest_at(self, snapshot: Snapshot) -> None:
        self.resume_point, self.progress = snapshot, snapshot.progress

    def go_back(self, snapshot: Snapshot) -> None:
        """Return to this snapshot; what came after it becomes a branch."""
        rows = self.training.cut(snapshot.step), self.validation.cut(snapshot.step)
        if self.step > snapshot.step:
            self.branches = [*self.branches, Branch(*rows, snapshot.step, self.step)]
            self.branches = self.branches[-MAX_BRANCHES:]
        self.timeline.cut(snapshot.step)
        self.last, self.changes = snapshot.last, list(snapshot.changes)
        self.rest_at(snapshot)
