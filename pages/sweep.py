"""Sweep: train one recipe under many settings, and see which of them matter."""

import streamlit as st

from netcore import RecipeError
from ui import page
from ui.session import shared, state
from ui.sweep import results, setup

page.start(
    "Sweep",
    ":material/grid_on:",
    "Which settings matter? Train a small network under many of them at once and look at the whole "
    "landscape. Every cell is a run of its own, ready to be opened.",
)


def buttons(sweep, job) -> None:
    """Start and Cancel, always: what is not possible now is greyed, so that nothing jumps."""
    running = job is not None and job.running
    count = len(sweep.plan()) if sweep else 0
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Start {count} trial{'s' * (count != 1)}" if sweep else "Start",
            icon=":material/play_arrow:",
            type="primary",
            on_click=results.start,
            args=(sweep,),
            disabled=running or sweep is None,
            help="Train them all in the background. You may look at other pages meanwhile.",
        )
        st.button(
            "Cancel",
            icon=":material/stop:",
            on_click=job.stop if job else None,
            disabled=not running,
            help="Stop here and keep the results there are.",
        )


def planned():
    """The sweep that is set up; None, with a word about it, if it cannot be."""
    try:
        sweep = setup.choose()
        count, most = len(sweep.plan()), shared.sweep_line().bounds.trials
    except RecipeError as error:
        st.error(f"This cannot be tried: {error}.")
        return None
    if count > most:
        st.error(f"These are {count} trials, and this server allows {most}: take fewer values.")
        return None
    return sweep


job = state.SWEEP_JOB.get()
row = st.container()
sweep = planned()
with row:
    buttons(sweep, job)
if job:
    results.watch(results.choose())
else:
    st.info("Touch the button above. The first results are there in a few seconds.")
