"""The trainer of a job, as the job's thread uses it: a slice of work at a time."""

import time

from netcore import Divergence, Record, Trainer, metrics
from ui.jobs.timeline import Snapshot

SLICE = 0.05  # seconds of work a turn
EPOCH = -1  # steps to do: to the end of the pass over the training images


class Learner:
    """Only one thread at a time may use it. It knows no job, no lock and no page."""

    def __init__(self, trainer: Trainer, now: Snapshot):
        """The trainer is at the moment `now`, or is brought there."""
        self.trainer = trainer
        self.last: Record | None = now.last
        self.changes = list(now.changes)  # as `JobView.changes`
        self.error: Divergence | None = None
        if trainer.step_count != now.step or trainer.changes != list(now.checkpoint.changes):
            trainer.load_state(now.checkpoint)

    def moment(self, marked=False) -> Snapshot:
        """The run as it is now."""
        trainer = self.trainer
        return Snapshot(trainer.state(), self.last, tuple(self.changes), trainer.progress, marked)

    def turn(self, settings) -> Snapshot | None:
        """Turn knobs; returns the moment before, unless they stood like that already."""
        before = self.trainer.settings
        after = before.replace(**settings)
        pairs = {name: (getattr(before, name), getattr(after, name)) for name in settings}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if not changed:
            return None
        moment = self.moment(marked=True)
        self.trainer.change(**settings)
        self.changes.append((self.trainer.step_count, changed))
        return moment

    def _replay(self):
        """Turn the knobs whose time has come in a run that repeats another."""
        replay, moments = self.trainer.replay, []
        while replay and replay[0][0] <= self.trainer.step_count:
            moments += filter(None, [self.turn(replay.pop(0)[1])])
        return moments

    def steps_left(self):
        """In this epoch."""
        trainer = self.trainer
        images = trainer.batches.remaining or len(trainer.batches.indices)
        return -(-images // trainer.settings.batch_size)

    def learn(self, steps, timeline, interrupted) -> tuple[list[Record], list[Snapshot]]:
        """So many steps, or as many as a slice has time for, or until interrupted() or lost.

        Returns their records, and the moments that the timeline wants to keep.
        """
        trainer, records, moments = self.trainer, [], []
        total = trainer.settings.total_steps(len(trainer.batches.indices))
        due = timeline.latest.step + timeline.gap(total, trainer.step_count)
        began = time.perf_counter()
        try:
            while len(records) < steps and time.perf_counter() - began < SLICE:
                moments += self._replay()
                if interrupted() or (record := next(trainer, None)) is None:
                    break
                records.append(record)
                self.last = record
                if record.step >= due:
                    moments.append(self.moment())
                    due = record.step + timeline.gap(total, record.step)
        except Divergence as error:
            self.error = error
        return records, moments

    @property
    def finished(self):
        return self.trainer.progress >= 1 and not self.error

    def sit_exam(self, images, targets):
        """The test set, once: the run is over, nothing can be chosen by its score any more.

        Returns the model and the exam's scores with its confusion matrix.
        """
        trainer = self.trainer
        trainer.finish()
        if self.last and self.last.validation_accuracy is None:
            self.last = trainer.validated(self.last)
        test = metrics.score(trainer.network.log_probs(images), targets)
        scores = metrics.report(trainer, self.last, test)
        return trainer.model(scores), {**scores, "confusion": test["confusion"]}
