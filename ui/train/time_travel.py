"""Look back to an earlier step of the run, and continue from there."""

import streamlit as st

from ui.jobs.history import JobView
from ui.jobs.job import Job
from ui.session import state


def slider(job: Job, view: JobView) -> None:
    """A slider over the steps that are kept. While the run goes on, it shows on request."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        steps, viewed = _steps(job, view), _viewed(job)
        if len(steps) < 2:
            return
        key = f"_viewed_step {job.id} {steps[-1]} {len(steps)}"
        st.select_slider(
            "Look back to step",
            steps,
            max(
                (step for step in steps if viewed is not None and step <= viewed), default=steps[-1]
            ),
            format_func="{:,}".format,
            key=key,
            on_change=_view,
            args=(job, key, steps[-1]),
            help="All panels show the network as it was at this step. The run itself does not "
            "change.",
        )
        st.button(
            "Continue from here",
            icon=":material/alt_route:",
            on_click=_continue,
            args=(job, viewed),
            disabled=viewed is None,
            help="Take the run back to this step. What came after it stays as a thin line. "
            "Change a hyperparameter if you like, and press Resume.",
        )


def _steps(job: Job, view: JobView) -> list[int]:
    """The steps that can be shown; while the run goes on, those that were there at first."""
    if view.status != "running" or state.SLOW.get():
        state.HELD_STEPS.clear()
        return list(view.snapshots)
    kept = state.HELD_STEPS.get()
    hold = st.toggle(
        "Look back",
        value=_viewed(job) is not None,
        key=f"_hold {job.id}",
        on_change=_release,
        help="Look at earlier steps while the run goes on.",
    )
    if not hold:
        return []
    if kept is None or kept[0] != job.id:
        kept = (job.id, list(view.snapshots))
        state.HELD_STEPS.set(kept)
    return kept[1]


def _viewed(job: Job) -> int | None:
    viewed = state.VIEWED_STEP.get()
    return viewed[1] if viewed and viewed[0] == job.id else None


def _view(job: Job, key: str, last: int) -> None:
    step = st.session_state[key]
    state.VIEWED_STEP.set(None if step == last else (job.id, step))


def _release() -> None:
    state.VIEWED_STEP.clear()
    state.HELD_STEPS.clear()


def _continue(job: Job, step: int) -> None:
    was_running = job.running
    job.rewind(step)
    _release()
    if was_running:
        job.run()
