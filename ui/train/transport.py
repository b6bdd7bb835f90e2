"""Start, pause, step and stop a run: the row of buttons, and what they do to the session's job."""

import math

import streamlit as st

from netcore import Recipe, RecipeError
from ui.jobs import launch
from ui.jobs.job import EPOCH, Job
from ui.session import datasets, runs, shared, state

BLINK = 0.2  # seconds: a step or a pause that takes effect meanwhile is drawn at once, not twice


def _go(recipe: Recipe, steps=math.inf) -> None:
    """Go on with the session's job, or begin one: to the end, for some steps, or for an `EPOCH`."""
    job = state.JOB.get()
    state.LOOK.clear()  # the present is of interest again
    if steps != 1:
        state.SLOW.set(False)
    if job is None:
        data, changes = datasets.dataset(recipe.dataset), shared.changes_of(recipe.name)
        job = launch.job(recipe, data, shared.pool(), changes)
        state.JOB.set(job)
    job.run(steps)
    if steps == 1:
        job.join(BLINK)


def _pause(job: Job) -> None:
    job.pause()
    job.join(BLINK)


def _refusal(recipe: Recipe) -> str | None:
    """Why this server cannot train it, as a sentence."""
    try:
        shared.pool().limits.check(recipe, datasets.shape(recipe.dataset)[0])
    except RecipeError as error:
        return str(error)
    return None


def buttons(job: Job | None, recipe: Recipe) -> None:
    """All buttons, always: what is not possible now is greyed, so that nothing jumps."""
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
                help="Rest after the present step.",
            )
        else:
            st.button(
                "Resume" if status == "paused" else "Start",
                icon=":material/play_arrow:",
                type="primary",
                on_click=_go,
                args=(recipe,),
                disabled=not resting,
                help="Learn to the end of the run.",
            )
        st.button(
            "Step",
            icon=":material/step:",
            on_click=_go,
            args=(recipe, 1),
            disabled=not resting,
            help="Learn from one batch, then rest.",
        )
        st.button(
            "Epoch",
            icon=":material/step_over:",
            on_click=_go,
            args=(recipe, EPOCH),
            disabled=not resting,
            help="Learn to the end of this pass over the images.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            on_click=job.stop if job else None,
            disabled=status not in ("running", "paused"),
            help="End the run here and let the network sit its exam.",
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=runs.put_away,
            disabled=job is None,
            help="Put this run away and set up the next.",
        )
    if refusal:
        st.warning(refusal, icon=":material/memory:")
