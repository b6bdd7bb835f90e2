"""The runs of this session: each is kept, with its recipe, changes, curves, scores and weights.

    keep(Run(id, name, recipe, changes, training, validation, scores, model))

takes in a run, or its present state while it goes on. Curves are small and stay; weights have a
budget of memory, and the oldest make room.
"""

import itertools
import json
import platform
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from netcore import Model, Recipe
from ui import state
from ui.jobs import Job

WEIGHTS = 12_000_000  # bytes of weights a session may hold
MOST = 200  # runs; their curves take up to 24 kB each
COLUMNS = ("step", "loss", "accuracy")
SEED = " · seed "  # between the name and the seed of one run of several


@dataclass(frozen=True, eq=False)
class Run:
    """One run as it was at `when`. Recipe and changes replay it."""

    id: str
    name: str
    recipe: Recipe
    changes: list  # [[step, {setting: value}], …]
    training: np.ndarray  # (T, 3): step, loss, accuracy of the batches; rows of them will do
    validation: np.ndarray  # (V, 3)
    scores: dict = field(default_factory=dict)  # with test_accuracy once it has sat the exam
    model: Model | None = None  # None when its weights made room
    over: bool = True  # False: it goes on
    when: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self):
        for name in ("training", "validation"):
            rows = np.asarray(getattr(self, name), float).reshape(-1, len(COLUMNS))
            object.__setattr__(self, name, rows)

    @property
    def accuracy(self) -> float | None:
        """On validation, of the weights that are kept."""
        known = self.scores.get("validation_accuracy")
        return known if known is not None or not len(self.validation) else self.validation[-1, 2]

    @property
    def weights(self) -> int:
        """Bytes."""
        return self.model.theta.nbytes + self.model.buffers.nbytes if self.model else 0

    def named_model(self) -> Model:
        """The model under the run's name."""
        return replace(self.model, recipe=self.recipe.replace(name=self.name[:60]))

    def dumps(self) -> str:
        """The run as JSON, which `python -m netcore train --recipe` repeats."""
        record = {
            "format": "netcore run",
            "version": 1,
            "name": self.name,
            "recipe": self.recipe.to_json(),
            "changes": self.changes,
            "scores": self.scores,
            "made": {
                "when": self.when.isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "numpy": np.__version__,
                "machine": platform.machine(),
            },
            "columns": COLUMNS,
            "training": self.training.tolist(),
            "validation": self.validation.tolist(),
        }
        return json.dumps(record, indent=1)

    def curves(self) -> str:
        """All rows as CSV: run, split, step, loss, accuracy."""
        tables = [
            pd.DataFrame(rows, columns=COLUMNS).assign(run=self.name, split=split)
            for split, rows in (("training", self.training), ("validation", self.validation))
        ]
        return pd.concat(tables)[["run", "split", *COLUMNS]].to_csv(index=False)


def id_of(job: Job) -> str:
    """Of the run that the job is now: after it has gone back in time, it is another."""
    return f"{job.id}:{job.rewinds}"


def of_job(job: Job) -> Run:
    """The job as it is now."""
    view, model = job.view(), job.model()
    exam = {name: value for name, value in (view.exam or {}).items() if name != "confusion"}
    changes = model.changes
    if view.last and view.status == "paused":  # replayed, it shall end here too
        changes = [*changes, [view.last.step, {"steps": view.last.step}]]
    return Run(
        id_of(job),
        job.recipe.name,
        job.recipe,
        changes,
        view.training,
        view.validation,
        exam or {"steps": view.last.step if view.last else 0},
        model if np.isfinite(model.theta).all() else None,
        job.over,
    )


def kept() -> dict[str, Run]:
    """All runs by id, the oldest first."""
    return state.RUNS.get()


def by_name() -> dict[str, Run]:
    return {run.name: run for run in kept().values()}


def keep(run: Run) -> None:
    """Take the run in, or its new state if it is known. It may get another name, to be unique."""
    runs = dict(kept())
    if known := runs.get(run.id):
        run = replace(run, name=known.name, when=known.when)
    else:
        run = replace(run, name=_free(run.name, runs))
    runs[run.id] = run
    for id in list(runs)[:-MOST]:
        del runs[id]
    state.RUNS.set(_within_budget(runs))


def collect() -> None:
    """Keep what the session's job has come to, and what a series has finished."""
    job, series = state.JOB.get(), state.SERIES.get()
    if job and job.view().status != "ready":
        known = kept().get(id_of(job))
        if not (known and known.over):
            _replace_by(of_job(job), job)
    if series:
        for run in series.take():
            keep(run)
        if job and job.running:
            series.pause("It waits while a run is learning on Train.")


def _replace_by(run: Run, job: Job) -> None:
    """Keep the run; what the job left behind in mid-run goes, what it had finished stays."""
    left = {id: old for id, old in kept().items()
            if id.partition(":")[0] == job.id and id != run.id and not old.over}  # fmt: skip
    state.RUNS.set({id: old for id, old in kept().items() if id not in left})
    for old in left.values():
        run = replace(run, name=old.name)
    keep(run)


def put_away() -> None:
    """Keep the session's job as it is, and make room for the next."""
    if job := state.JOB.get():
        job.pause()
        job.join(1.0)  # a slice takes a twentieth of a second
    collect()
    state.end_job()
    if job and (run := kept().get(id_of(job))):
        state.RUNS.set({**kept(), run.id: replace(run, over=True)})


def rename(id: str, name: str) -> str:
    """Give the run this name, or one like it that is free; returns the name it has then."""
    others = {other: run for other, run in kept().items() if other != id}
    name = _free(name.strip() or kept()[id].name, others)
    state.RUNS.set({**kept(), id: replace(kept()[id], name=name)})
    return name


def delete(id: str) -> None:
    state.RUNS.set({other: run for other, run in kept().items() if other != id})


def families() -> dict[str, dict[int, Run]]:
    """Runs that are over, of the same recipe and changes: {name: {seed: run}}."""
    found: dict[str, dict[int, Run]] = {}
    for run in kept().values():
        if run.over and run.accuracy is not None:
            found.setdefault(_without_seed(run), {})[run.recipe.seed] = run
    return {next(iter(runs.values())).name.partition(SEED)[0]: runs
            for runs in found.values()}  # fmt: skip


def family(run: Run) -> dict[int, Run]:
    """Those like this run, itself among them if it is over, by seed."""
    same = _without_seed(run)
    return next((runs for runs in families().values()
                 if _without_seed(next(iter(runs.values()))) == same), {})  # fmt: skip


def _without_seed(run: Run) -> str:
    plain = run.recipe.replace(seed=0, name="", comment="").to_json()
    return json.dumps([plain, run.changes], sort_keys=True)


def _free(name: str, runs: dict[str, Run]) -> str:
    taken = {run.name for run in runs.values()}
    names = (name if n == 1 else f"{name} {n}" for n in itertools.count(1))
    return next(free for free in names if free not in taken)


def _within_budget(runs: dict[str, Run]) -> dict[str, Run]:
    """The same runs, the oldest without their weights where all would take too much memory."""
    room, told = WEIGHTS, []
    newest = next(reversed(runs))
    for id, run in reversed(runs.items()):
        room -= run.weights
        if run.model and room < 0 and id != newest:
            room += run.weights
            runs[id] = replace(run, model=None)
            told.append(run.name)
    if told:
        state.MADE_ROOM.set([*state.MADE_ROOM.get(), *reversed(told)])
    return runs
