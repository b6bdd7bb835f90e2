"""The row of buttons that start, pause, step, stop and reset the session's run."""

import math

import streamlit as st

from netcore import Recipe, RecipeError
from ui.jobs import launch
from ui.jobs.job import Job
from ui.jobs.learner import EPOCH
from ui.session import datasets, runs, shared, state

WAIT = 0.2  # seconds: a step or a pause that takes effect within them is drawn once, not twice


def _go(recipe: Recipe, steps=math.inf) -> None:
    """Run the session's job, or a new one: to the end, for some steps, or for an `EPOCH`."""
    job = state.JOB.get()
    state.VIEWED_STEP.clear()  # show the present again
    if steps != 1:
        state.SLOW.set(False)
    if job is None:
        data, changes = datasets.dataset(recipe.dataset), shared.changes_of(recipe.name)
        job = launch.job(recipe, data, shared.pool(), changes)
        state.JOB.set(job)
    job.run(steps)
    if steps == 1:
        job.join(WAIT)


def _pause(job: Job) -> None:
    job.pause()
    job.join(WAIT)


def _refusal(recipe: Recipe) -> str | None:
    """Why this server cannot train it, as a sentence; None if it can."""
    try:
        shared.pool().limits.check(recipe, datasets.dataset(recipe.dataset).image_shape)
    except RecipeError as error:
        return str(error)
    return None


def buttons(job: Job | None, recipe: Recipe) -> None:
    """All buttons. One that cannot be used now is disabled, so that nothing moves."""
    status = job.view().status if job else "new"
    refusal = None if job else _refusal(recipe)
    resting = status in ("new", "ready", "paused") and not refusal
    with st.container(horizontal=True, gap="small"):
        if status == "running":
            st.button(
                "Pause",
                icon=":material/pause:",
                type="primary",
                on_click=_pause,
                args=(job,),
                help="Pause after the current step.",
            )
        else:
            st.button(
                "Resume" if status == "paused" else "Start",
                icon=":material/play_arrow:",
                type="primary",
                on_click=_go,
                args=(recipe,),
                disabled=not resting,
                help="Train to the end of the run.",
            )
        st.button(
            "Step",
            icon=":material/step:",
            on_click=_go,
            args=(recipe, 1),
            disabled=not resting,
            help="Train on one batch, then pause.",
        )
        st.button(
            "Epoch",
            icon=":material/step_over:",
            on_click=_go,
            args=(recipe, EPOCH),
            disabled=not resting,
            help="Train to the end of this pass over the images, then pause.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            on_click=job.stop if job else None,
            disabled=status not in ("running", "paused"),
            help="End the run here and measure the test score.",
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=runs.close_run,
            disabled=job is None,
            help="Close this run and set up a new one. The run stays on Runs.",
        )
    if refusal:
        st.warning(refusal, icon=":material/memory:")
