"""The runs of this session: each is kept, with its recipe, changes, curves, scores and weights.

    keep(Run(id, name, recipe, changes, training, validation, scores, model))

adds a run, or updates it while it goes on. Curves are small and stay. Weights have a memory budget:
beyond it, the oldest are dropped.
"""

import itertools
import json
from dataclasses import replace
from types import MappingProxyType

from ui.jobs.job import Job
from ui.jobs.run import SEED, Run, id_of, of_job
from ui.session import state
from ui.session.state import Key

WEIGHTS = 12_000_000  # bytes of weights a session may hold
MOST = 200  # runs; their curves take up to 24 kB each

RUNS = Key("_runs", MappingProxyType({}), kept=True)  # all of the session: id → ui.jobs.run.Run
MADE_ROOM = Key("_made_room", ())  # names of runs whose weights were dropped


def kept() -> dict[str, Run]:
    """All runs by id, the oldest first."""
    return RUNS.get()


def keep(run: Run) -> None:
    """Add the run, or update it if it is known. Its name is made unique."""
    runs = dict(kept())
    if known := runs.get(run.id):
        run = replace(run, name=known.name, when=known.when)
    else:
        run = replace(run, name=_free(run.name, runs))
    runs[run.id] = run
    for id in list(runs)[:-MOST]:
        del runs[id]
    RUNS.set(_within_budget(runs))


def collect() -> None:
    """Keep the present state of the session's job, and what a series has finished."""
    job, series = state.JOB.get(), state.SERIES.get()
    if job and job.view().status != "ready":
        known = kept().get(id_of(job))
        if not (known and known.over):
            _replace_by(of_job(job), job)
    if series:
        for run in series.take():
            keep(run)
        if job and job.running:
            series.pause("Paused while a run is training on Train.")


def _replace_by(run: Run, job: Job) -> None:
    """Keep the run. Unfinished runs of the same job go, finished ones stay."""
    left = {id: old for id, old in kept().items()
            if id.partition(":")[0] == job.id and id != run.id and not old.over}  # fmt: skip
    RUNS.set({id: old for id, old in kept().items() if id not in left})
    for old in left.values():
        run = replace(run, name=old.name)
    keep(run)


def close_run() -> None:
    """Close the session's run: keep it as it is, and make room for a new one."""
    if job := state.JOB.get():
        job.pause()
        job.join(1.0)  # a slice takes about 0.05 s
    collect()
    end_job()
    if job and (run := kept().get(id_of(job))):
        RUNS.set({**kept(), run.id: replace(run, over=True)})


def rename(id: str, name: str) -> str:
    """Give the run this name, or one like it that is free; returns the name it has then."""
    others = {other: run for other, run in kept().items() if other != id}
    name = _free(name.strip() or kept()[id].name, others)
    RUNS.set({**kept(), id: replace(kept()[id], name=name)})
    return name


def delete(id: str) -> None:
    RUNS.set({other: run for other, run in kept().items() if other != id})


def families() -> dict[str, dict[int, Run]]:
    """Runs that are over, of the same recipe and changes: {name: {seed: run}}."""
    found: dict[str, dict[int, Run]] = {}
    for run in kept().values():
        if run.over and run.accuracy is not None:
            found.setdefault(_without_seed(run), {})[run.recipe.seed] = run
    return {next(iter(runs.values())).name.partition(SEED)[0]: runs
            for runs in found.values()}  # fmt: skip


def family(run: Run) -> dict[int, Run]:
    """The runs of the same recipe and changes, by seed; this one too, if it is over."""
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
    """The same runs, the oldest without their weights if all would take too much memory."""
    room, dropped = WEIGHTS, []
    newest = next(reversed(runs))
    for id, run in reversed(runs.items()):
        room -= run.weights
        if run.model and room < 0 and id != newest:
            room += run.weights
            runs[id] = replace(run, model=None)
            dropped.append(run.name)
    if dropped:
        MADE_ROOM.set([*MADE_ROOM.get(), *reversed(dropped)])
    return runs


def end_job() -> None:
    """Let go of the job: its thread ends, and its memory is freed."""
    if job := state.JOB.get():
        job.pause()
    for key in (
        state.JOB,
        state.VIEWED_STEP,
        state.HELD_STEPS,
        state.VIEW_NETWORK,
        state.TRACES,
        state.SLOW,
        state.SAVED,
        state.STARTED_LINK,
    ):
        key.clear()
