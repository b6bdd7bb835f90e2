"""Time travel: look back to a moment of the run, and go on from there."""

import streamlit as st

from ui.jobs.job import Job, JobView
from ui.session import state


def slider(job: Job, view: JobView) -> None:
    """A slider over the moments that are kept. While the run goes on, they are held on request."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        steps, looked = _steps(job, view), _looked(job)
        if len(steps) < 2:
            return
        key = f"_look {job.id} {steps[-1]} {len(steps)}"
        st.select_slider(
            "Look back to step",
            steps,
            max(
                (step for step in steps if looked is not None and step <= looked), default=steps[-1]
            ),
            format_func="{:,}".format,
            key=key,
            on_change=_look,
            args=(job, key, steps[-1]),
            help="All panels show the network as it was then. The run itself does not move.",
        )
        st.button(
            "Go on from here",
            icon=":material/alt_route:",
            on_click=_go_on,
            args=(job, looked),
            disabled=looked is None,
            help="Take the run back to this step. What came after it stays as a thin line. Turn a "
            "knob, if you like, and press Resume.",
        )


def _steps(job: Job, view: JobView) -> list[int]:
    """The steps one can look back to, standing still while the run goes on."""
    if view.status != "running" or state.SLOW.get():
        state.SEEN_STEPS.clear()
        return list(view.snapshots)
    kept = state.SEEN_STEPS.get()
    hold = st.toggle(
        "Look back",
        value=_looked(job) is not None,
        key=f"_hold {job.id}",
        on_change=_let_go,
        help="Hold the moments kept so far, to look at them while the run goes on.",
    )
    if not hold:
        return []
    if kept is None or kept[0] != job.id:
        kept = (job.id, list(view.snapshots))
        state.SEEN_STEPS.set(kept)
    return kept[1]


def _looked(job: Job) -> int | None:
    look = state.LOOK.get()
    return look[1] if look and look[0] == job.id else None


def _look(job: Job, key: str, last: int) -> None:
    step = st.session_state[key]
    state.LOOK.set(None if step == last else (job.id, step))


def _let_go() -> None:
    state.LOOK.clear()
    state.SEEN_STEPS.clear()


def _go_on(job: Job, step: int) -> None:
    goes_on = job.running
    job.rewind(step)
    _let_go()
    if goes_on:
        job.run()
