"""A run at one moment, the present or an earlier one, as the panels on Train need it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from netcore import Model, Network
from netcore.analysis import diagnostics
from ui.jobs.history import JobView
from ui.jobs.job import Job
from ui.session import models, state

MOST_ROWS = 240  # of a trace; then every second row is dropped


@dataclass(frozen=True)
class Moment:
    job: Job
    view: JobView
    model: Model
    step: int
    live: bool  # False: an earlier moment

    @property
    def finite(self) -> bool:
        """Whether all weights are finite."""
        return bool(np.isfinite(self.model.theta).all())

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what the network tells apart."""
        return models.names(self.model)

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
        """Some validation images (N, …), always the same, and their labels (N,).

        Slower networks get fewer.
        """
        images, labels = self.job.validation
        size = diagnostics.sample_size(self.network)
        return images[:size], labels[:size]

    def trace(self, name: str, values, about=None) -> list:
        """All rows (step, *values) under this name so far, with a new one for the present.

        They are kept with the run. If it goes back, later rows go; if `about` changes, all do.
        """
        owner, traces = state.TRACES.get() or (self.job.id, {})
        if owner != self.job.id:
            traces = {}
        before, rows = traces.get(name, (about, []))
        if before != about:
            rows = []
        if self.live:
            rows = [row for row in rows if row[0] < self.step]
            if len(rows) >= MOST_ROWS:
                rows = rows[::2]
            rows.append((self.step, *values))
            state.TRACES.set((self.job.id, {**traces, name: (about, rows)}))
        return rows


def of(job: Job, view: JobView) -> Moment:
    """The moment to show: the present one, unless the visitor looks back."""
    viewed = state.VIEWED_STEP.get()
    if viewed and viewed[0] == job.id:
        return Moment(job, view, job.model_at(viewed[1]), viewed[1], live=False)
    return Moment(job, view, job.model(), view.last.step if view.last else 0, live=True)


def release_network() -> None:
    """Free the memory of the network; the next moment makes another."""
    state.VIEW_NETWORK.clear()
