"""Sweep: train one recipe with many settings, and see which of them matter."""

import streamlit as st

from netcore import RecipeError
from ui import page
from ui.parts import menu
from ui.session import shared, state
from ui.sweep import results, setup

page.start(
    menu.SWEEP,
    "Which settings matter? Train a small network with many combinations of settings and compare "
    "the results. Each result is a run of its own that you can open in Train.",
)


def buttons(sweep, job) -> None:
    """Start and Cancel. A button that cannot be used now is disabled, so that nothing moves."""
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
            help="Train them all in the background. You can use other pages meanwhile.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            on_click=job.stop if job else None,
            disabled=not running,
            help="Stop now and keep the results so far.",
        )


def planned():
    """The sweep that is set up; None, with an error on the page, if it cannot be run."""
    try:
        sweep = setup.choose()
        count, most = len(sweep.plan()), shared.sweep_queue().bounds.trials
    except RecipeError as error:
        st.error(f"This sweep cannot be run: {error}.")
        return None
    if count > most:
        st.error(f"These are {count} trials, and this server allows {most}. Choose fewer values.")
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
    st.info("Press Start above. The first results appear in a few seconds.")
