"""What is updated while a network learns: metrics, progress, and the open panels.

All of it is one fragment, which runs again every `tick()` seconds while the job does.
"""

import math

import streamlit as st

from ui.jobs.history import JobView
from ui.jobs.job import Job
from ui.session import shared
from ui.train import moment, panels, slow_motion, time_travel
from ui.train.moment import Moment

TICK = 0.45  # seconds between two updates of a running job …
CROWD = 8  # … with up to so many runs on the server; each doubling of runs doubles it


def network_table(planned) -> None:
    """Before a run: the layers of the network, from `netcore.network.plan`."""
    parameters = sum(layer.parameters for layer in planned)
    st.markdown(f"The network has **{parameters:,} parameters** to learn.")
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
    """Seconds between two updates: longer if many runs are watched, or clicks would wait."""
    crowd = max(shared.pool().active_runs, 1)
    return TICK * 2 ** max(0, math.ceil(math.log2(crowd / CROWD)))


def watch(job: Job, status: str) -> None:
    """Show the job, and go on showing it while it runs; `status` is what the page was drawn for."""
    pace = tick() if status == "running" else slow_motion.pace(job)
    st.fragment(_update, run_every=pace)(job, (status, job.settings_version, pace))


def _update(job: Job, drawn: tuple) -> None:
    job.seen()
    view = job.view()
    status = slow_motion.status(job, view)
    pace = tick() if status == "running" else slow_motion.pace(job)
    if (status, job.settings_version, pace) != drawn:
        st.rerun()
    _messages(view)
    now = moment.of(job, view)
    _metrics(now, status)
    time_travel.slider(job, view)
    panels.choose()
    panels.open_panels(now)
    slow_motion.take_step(job)
    if pace is None:  # a paused run takes no memory but its own
        moment.release_network()


def _messages(view: JobView) -> None:
    if view.status == "failed":
        st.error(view.message, icon=":material/warning:")
    elif view.message:
        st.info(view.message)
    if view.queue:
        position, seconds = view.queue
        st.info(
            f"The server is busy. You are number {position} in line, and your run starts in "
            f"{duration(seconds)}. You do not lose anything while you wait.",
            icon=":material/hourglass_top:",
        )


def _metrics(now: Moment, status: str) -> None:
    view, accuracy, loss = now.view, "–", "–"
    validated = [row for row in view.validation if row[0] <= now.step]
    if validated:
        _, last_loss, last_accuracy = validated[-1]
        accuracy, loss = f"{last_accuracy:.2%}", f"{last_loss:.4f}"
    speed = f"{view.images_per_second:,.0f}" if view.last else "–"
    about = "Measured on the validation images, which the network does not learn from."
    with st.container(horizontal=True, gap="medium"):
        st.metric("Accuracy", accuracy, width="content", help=about)
        st.metric("Loss", loss, width="content", help=about)
        st.metric("Images/s", speed, width="content", help="Training speed: images per second.")
        if view.scores:
            score = f"{view.scores['test_accuracy']:.2%}"
            st.metric(
                "Test score", score, width="content", help="Accuracy on the test set. More below."
            )
    st.progress(min(view.progress, 1.0), text=_state_of(view, status))


def _state_of(view: JobView, status: str) -> str:
    words = {"ready": "Ready", "running": "Training", "paused": "Paused", "failed": "Failed"}
    parts = ["Waiting in line" if view.queue else words.get(status, "Finished")]
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
