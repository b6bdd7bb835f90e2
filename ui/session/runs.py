"""The runs of this session: each is kept, with its recipe, changes, curves, scores and weights.

    keep(Run(id, name, recipe, changes, training, validation, scores, model))

takes in a run, or its present state while it goes on. Curves are small and stay; weights have a
budget of memory, and the oldest make room.
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
MADE_ROOM = Key("_made_room", ())  # names of runs whose weights had to go


def kept() -> dict[str, Run]:
    """All runs by id, the oldest first."""
    return RUNS.get()


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
    RUNS.set(_within_budget(runs))


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
    RUNS.set({id: old for id, old in kept().items() if id not in left})
    for old in left.values():
        run = replace(run, name=old.name)
    keep(run)


def put_away() -> None:
    """Keep the session's job as it is, and make room for the next."""
    if job := state.JOB.get():
        job.pause()
        job.join(1.0)  # a slice takes a twentieth of a second
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
        MADE_ROOM.set([*MADE_ROOM.get(), *reversed(told)])
    return runs


def end_job() -> None:
    """Put the run away: its thread rests, and nothing holds its memory any more."""
    if job := state.JOB.get():
        job.pause()
    for key in (
        state.JOB,
        state.LOOK,
        state.SEEN_STEPS,
        state.VIEW_NETWORK,
        state.TRACES,
        state.SLOW,
        state.SAVED,
        state.TAKEN,
    ):
        key.clear()
