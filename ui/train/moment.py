"""A run at one moment, now or looked back to, as the panels on Train need it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from netcore import Model, Network
from netcore.analysis import diagnostics
from ui.jobs.job import Job, JobView
from ui.session import state

TRACED = 240  # rows of a trace; beyond, every second is dropped


@dataclass(frozen=True)
class Moment:
    job: Job
    view: JobView
    model: Model
    step: int
    live: bool  # False: looked back to

    @property
    def sound(self) -> bool:
        """Whether the weights are numbers that one can show."""
        return bool(np.isfinite(self.model.theta).all())

    @cached_property
    def network(self) -> Network:
        """The session's own network, with this moment's weights."""
        kept = state.VIEW_NETWORK.get()
        if kept is None or kept[0] != self.job.id:
            kept = (self.job.id, self.model.network())
            state.VIEW_NETWORK.set(kept)
        network = kept[1]
        network.theta[...], network.buffers[...] = self.model.theta, self.model.buffers
        return network

    @cached_property
    def sample(self) -> tuple[np.ndarray, np.ndarray]:
        """The validation images (N, 28, 28) that are looked at, always the same, and labels (N,).

        There are fewer for networks that take longer.
        """
        images, labels = self.job.validation
        size = diagnostics.sample_size(self.network)
        return images[:size], labels[:size]

    def trace(self, name: str, values, about=None) -> list:
        """Rows (step, *values) seen so far under this name, now with the present one.

        Kept with the run; one that goes back forgets what came after, and so does a trace that is
        about something else than before.
        """
        ours, traces = state.TRACES.get() or (self.job.id, {})
        if ours != self.job.id:
            traces = {}
        before, rows = traces.get(name, (about, []))
        if before != about:
            rows = []
        if self.live:
            rows = [row for row in rows if row[0] < self.step]
            if len(rows) >= TRACED:
                rows = rows[::2]
            rows.append((self.step, *values))
            state.TRACES.set((self.job.id, {**traces, name: (about, rows)}))
        return rows


def of(job: Job, view: JobView) -> Moment:
    """The moment that is looked at: the present one, unless the visitor looks back."""
    look = state.LOOK.get()
    if look and look[0] == job.id:
        return Moment(job, view, job.model_at(look[1]), look[1], live=False)
    return Moment(job, view, job.model(), view.last.step if view.last else 0, live=True)


def put_away() -> None:
    """Let go of the network to look through; the next moment makes another."""
    state.VIEW_NETWORK.clear()
