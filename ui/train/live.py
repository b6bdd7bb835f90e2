"""What ticks while a network learns: figures, progress, and the panels that are open.

All of it is one fragment, which runs again every `tick()` seconds while the job does.
"""

import math

import streamlit as st

from ui.jobs.job import Job, JobView
from ui.session import shared
from ui.train import moment, panels, slow_motion, time_travel
from ui.train.moment import Moment

TICK = 0.45  # seconds between two looks at a running job …
CROWD = 8  # … while no more runs than these are under way; each doubling doubles it


def outlook(planned) -> None:
    """Before a run: the network that would learn, as `netcore.network.plan` gives it."""
    parameters = sum(layer.parameters for layer in planned)
    st.markdown(f"**{parameters:,} parameters** wait to be learned.")
    st.dataframe(
        {
            "Layer": [type(layer.layer).__name__ for layer in planned],
            "Output": [" × ".join(map(str, layer.output_shape)) for layer in planned],
            "Parameters": [layer.parameters for layer in planned],
        },
        hide_index=True,
        column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
    )


def tick() -> float:
    """Seconds between two looks: the more runs are watched, the longer, or clicks would wait."""
    crowd = max(shared.pool().active_runs, 1)
    return TICK * 2 ** max(0, math.ceil(math.log2(crowd / CROWD)))


def watch(job: Job, status: str) -> None:
    """Show the job, and go on showing it while it runs; `status` is what the page was drawn for."""
    pace = tick() if status == "running" else slow_motion.pace(job)
    st.fragment(_look, run_every=pace)(job, (status, job.settings_version, pace))


def _look(job: Job, drawn: tuple) -> None:
    job.seen()
    view = job.view()
    status = slow_motion.status(job, view)
    pace = tick() if status == "running" else slow_motion.pace(job)
    if (status, job.settings_version, pace) != drawn:
        st.rerun()
    _news(view)
    now = moment.of(job, view)
    _figures(now, status)
    time_travel.slider(job, view)
    panels.choose()
    panels.open_panels(now)
    slow_motion.go_on(job)
    if pace is None:  # a run at rest costs no memory but its own
        moment.put_away()


def _news(view: JobView) -> None:
    if view.status == "failed":
        st.error(view.message, icon=":material/warning:")
    elif view.message:
        st.info(view.message)
    if view.queue:
        position, seconds = view.queue
        st.info(
            f"Everyone's place is taken just now. You are number {position} in line, and it is "
            f"your turn in {duration(seconds)}. Nothing is lost meanwhile.",
            icon=":material/hourglass_top:",
        )


def _figures(now: Moment, status: str) -> None:
    view, accuracy, loss = now.view, "–", "–"
    validated = [row for row in view.validation if row[0] <= now.step]
    if validated:
        _, last_loss, last_accuracy = validated[-1]
        accuracy, loss = f"{last_accuracy:.2%}", f"{last_loss:.4f}"
    speed = f"{view.images_per_second:,.0f}" if view.last else "–"
    about = "On the validation images, which the network does not learn from."
    with st.container(horizontal=True, gap="medium"):
        st.metric("Accuracy", accuracy, width="content", help=about)
        st.metric("Loss", loss, width="content", help=about)
        st.metric("Images/s", speed, width="content", help="How many images it learns from.")
        if view.scores:
            score = f"{view.scores['test_accuracy']:.2%}"
            st.metric("Exam", score, width="content", help="On the test images. More below.")
    st.progress(min(view.progress, 1.0), text=_state_of(view, status))


def _state_of(view: JobView, status: str) -> str:
    words = {"ready": "Ready", "running": "Learning", "paused": "Paused", "failed": "Stopped"}
    parts = ["Waiting in line" if view.queue else words.get(status, "The run is over")]
    if view.last:
        parts.append(f"step {view.last.step:,}, epoch {view.last.epoch:.1f}")
    if status == "running" and view.eta is not None:
        parts.append(f"{duration(view.eta)} to go")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """About how long, in words."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"
