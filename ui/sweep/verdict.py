"""Is the best of a sweep really the best? A word of caution, and its trial with other seeds."""

import math
from statistics import mean, stdev

import streamlit as st

import dataset
from netcore.search.sweep import Result, Sweep
from ui.jobs.sweeps import SweepJob
from ui.session import datasets, shared, state

TICK = 0.7  # seconds between two looks at the progress
FRESH_SEEDS = 5


def new_job(sweep: Sweep) -> SweepJob:
    """A job for the sweep, in the line of all visitors; not started."""
    name = sweep.recipe.dataset
    return SweepJob(
        sweep, shared.sweep_line(), datasets.dataset(name), shared=name in dataset.names()
    )


def data_is_open(job: SweepJob) -> bool:
    """Whether its dataset is here to train on: a visitor's file may have been replaced."""
    return job.sweep.recipe.dataset in datasets.dataset_names()


def verdict(job: SweepJob, order: list[Result]) -> None:
    """What the best is worth, and how to find out."""
    done = [result for result in order if result.status == "done"]
    if job.running or len(done) < 2:
        return
    best = done[0].validation_accuracy
    images = job.validation_images
    chance = 2 * math.sqrt(2 * best * (1 - best) / images)
    near = sum(best - result.validation_accuracy <= chance for result in done[1:])
    with st.container(border=True):
        st.markdown(
            f"**Is it really the best?** It was picked out of {len(done)}, so its score is "
            f"probably flattered: part of its lead is luck. On {images:,} validation images two "
            f"equally good networks may well differ by {100 * chance:.1f} points, and "
            f"{_so_many(near)} so close to it. Ask the same settings again, with other seeds."
        )
        _check(job, done[0])


def _so_many(near: int) -> str:
    return "no other came" if not near else "one other came" if near == 1 else f"{near} others came"


def _check(job: SweepJob, best: Result) -> None:
    check: SweepJob | None = state.SWEEP_CHECK.get()
    if check is None:
        st.button(
            f"Try it with {FRESH_SEEDS} other seeds",
            icon=":material/casino:",
            on_click=_start_check,
            args=(job, best),
            disabled=not data_is_open(job),
            help="Train the best again, several times, and see what it scores when nobody picks.",
        )
        return
    st.fragment(_look_at_check, run_every=TICK if check.running else None)(
        check, best, check.running
    )


def _start_check(job: SweepJob, best: Result) -> None:
    recipe = next(trial.recipe for trial in job.trials if trial.settings == best.settings)
    seeds = tuple(recipe.seed + n for n in range(1, FRESH_SEEDS + 1))
    check = new_job(Sweep(recipe, {"seed": seeds}))
    state.SWEEP_CHECK.set(check)
    check.start()


def _look_at_check(check: SweepJob, best: Result, running: bool) -> None:
    check.seen()
    if check.running != running:
        st.rerun()
    view = check.view()
    scores = [r.validation_accuracy for r in view.results if r.status == "done"]
    if check.running:
        st.progress(len(view.results) / view.total, text="Trying other seeds")
    elif len(scores) < 2:
        st.info(view.message or "With other seeds it was lost: it stands on the edge.")
    else:
        st.markdown(
            f"With {len(scores)} other seeds: **{mean(scores):.2%} ± {stdev(scores):.2%}** "
            f"(from {min(scores):.2%} to {max(scores):.2%}). The picked run had "
            f"{best.validation_accuracy:.2%}."
        )
