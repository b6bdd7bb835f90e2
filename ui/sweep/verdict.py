"""Is the best trial of a sweep really the best? A caution, and a check with other seeds."""

import math
from statistics import mean, stdev

import streamlit as st

import dataset
from netcore.search.sweep import Result, Sweep
from ui.jobs.sweeps import SweepJob
from ui.session import datasets, shared, state

TICK = 0.7  # seconds between two updates of the progress
FRESH_SEEDS = 5


def new_job(sweep: Sweep) -> SweepJob:
    """A job for the sweep in the queue of all visitors; not started."""
    name = sweep.recipe.dataset
    return SweepJob(
        sweep, shared.sweep_queue(), datasets.dataset(name), shared=name in dataset.names()
    )


def data_is_open(job: SweepJob) -> bool:
    """Whether its dataset is still open: a visitor's file may have been replaced."""
    return job.sweep.recipe.dataset in datasets.dataset_names()


def verdict(job: SweepJob, order: list[Result]) -> None:
    """How far the best score can be trusted, and a button to check it."""
    done = [result for result in order if result.status == "done"]
    if job.running or len(done) < 2:
        return
    best = done[0].validation_accuracy
    images = job.validation_images
    chance = 2 * math.sqrt(2 * best * (1 - best) / images)
    near = sum(best - result.validation_accuracy <= chance for result in done[1:])
    with st.container(border=True):
        st.markdown(
            f"**Is it really the best?** It is the highest of {len(done)} scores, so it is "
            f"probably too high: part of its lead is luck. On {images:,} validation images, two "
            f"equally good networks may well differ by {100 * chance:.1f} points, and "
            f"{_others_near(near)} that close. Train the same settings again with other seeds to "
            "find out."
        )
        _check(job, done[0])


def _others_near(near: int) -> str:
    return "no other came" if not near else "one other came" if near == 1 else f"{near} others came"


def _check(job: SweepJob, best: Result) -> None:
    check: SweepJob | None = state.SWEEP_CHECK.get()
    if check is None:
        st.button(
            f"Try {FRESH_SEEDS} other seeds",
            icon=":material/casino:",
            on_click=_start_check,
            args=(job, best),
            disabled=not data_is_open(job),
            help="Train the best settings again with other seeds. These scores were not "
            "selected, so they are fair.",
        )
        return
    st.fragment(_show_check, run_every=TICK if check.running else None)(check, best, check.running)


def _start_check(job: SweepJob, best: Result) -> None:
    recipe = next(trial.recipe for trial in job.trials if trial.settings == best.settings)
    seeds = tuple(recipe.seed + n for n in range(1, FRESH_SEEDS + 1))
    check = new_job(Sweep(recipe, {"seed": seeds}))
    state.SWEEP_CHECK.set(check)
    check.start()


def _show_check(check: SweepJob, best: Result, running: bool) -> None:
    check.seen()
    if check.running != running:
        st.rerun()
    view = check.view()
    scores = [r.validation_accuracy for r in view.results if r.status == "done"]
    if check.running:
        st.progress(len(view.results) / view.total, text="Training with other seeds")
    elif len(scores) < 2:
        st.info(
            view.message or "With other seeds, training diverged. These settings are not stable."
        )
    else:
        st.markdown(
            f"With {len(scores)} other seeds: **{mean(scores):.2%} ± {stdev(scores):.2%}** "
            f"(from {min(scores):.2%} to {max(scores):.2%}). The best trial had "
            f"{best.validation_accuracy:.2%}."
        )
