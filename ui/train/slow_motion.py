"""Slow motion: one training step at a time, with all that happens in it.

While the run is paused, its next step is tried on a copy and shown: the batch, the answers before
and after, the gradient, and how far the weights move. Then the run takes exactly this step.
"""

import numpy as np
import streamlit as st

from dataset.splits import noun
from netcore.analysis import diagnostics
from ui.jobs.history import JobView
from ui.jobs.job import Job
from ui.parts import lines, pictures, signed
from ui.parts.wording import class_word, plain
from ui.session import state
from ui.session.state import Key
from ui.train.moment import Moment

NAME = "Slow motion"
SHOWN, WIDTH, ROWS = 10, 84, 304  # images of the batch, and their pixels on the screen
PACES = (0.5, 1.0, 2.0, 5.0)  # seconds for each step

PACE = Key("_pace", 1.0)  # seconds for each step


def _open() -> bool:
    return NAME in (state.PANELS.get() or ())


def pace(job: Job) -> float | None:
    """Seconds between two automatic steps; None if there are none."""
    return PACE.get() if state.SLOW.get() and _open() and not job.over else None


def status(job: Job, view: JobView) -> str:
    """The job's status; automatic single steps count as paused."""
    return "paused" if pace(job) and view.status in ("ready", "running") else view.status


def take_step(job: Job) -> None:
    """Take the step that is shown, if steps are automatic."""
    if pace(job) and not job.running:
        job.run(1)


def last_step(moment: Moment) -> None:
    """The next step, and the controls for automatic steps."""
    job = moment.job
    with st.container(border=True):
        _controls(job)
        if not moment.live:
            st.caption(
                "Slow motion shows the present, and you are looking back. Continue from there, or "
                "return."
            )
            return
        step = _next_step(job)
        if step is None:
            over = "The run is finished, so there is no next step." if job.over else ""
            st.caption(over or "Press Pause to see single steps.")
            return
        number, images, labels, found = step
        _outcome(number, found)
        _batch(moment, images, labels, found)
        _movement(moment, found)


def _controls(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(
            "**One step**",
            width="content",
            help="A step looks at one batch, finds the direction in which the loss falls, and "
            "moves all weights a little in that direction. Press Step for the next one.",
        )
        st.toggle(
            "Step by step",
            key=state.SLOW.name,
            disabled=job.over,
            help="Take one step after another at this pace.",
        )
        st.segmented_control(
            "Seconds for each step",
            PACES,
            default=PACE.default,
            required=True,
            format_func="{:g} s".format,
            key=PACE.name,
            label_visibility="collapsed",
            help="How long each step is shown.",
        )


def _next_step(job: Job):
    """(number of the next step, its images, labels, `Step`); None while the job runs."""
    trainer = job.dry_run_trainer()
    if trainer is None or trainer.progress >= 1:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return diagnostics.dry_run_step(trainer)


def _outcome(number: int, step: diagnostics.Step) -> None:
    with st.container(horizontal=True, gap="large"):
        st.metric("Step", f"{number:,}", width="content", help="Its number in the run.")
        st.metric(
            "Loss of this batch",
            f"{step.loss_after:.3g}",
            f"{step.loss_after - step.loss_before:+.2g}",
            delta_color="inverse",
            width="content",
            help="The loss after the step, and below it the change. A good step lowers the loss.",
        )
        st.metric(
            "Weights move by",
            f"{step.update_norm / max(step.parameter_norm, 1e-12):.3%}",
            width="content",
            help=f"Length of the step: {step.update_norm:.4g}. "
            f"Length of all weights: {step.parameter_norm:.4g}.",
        )


def _batch(moment: Moment, images, labels, step) -> None:
    """Some images of the batch: label, answer, and the probability before and after."""
    names = moment.classes
    captions = [
        f"{plain(names[label])}, read as {plain(names[before.argmax()])}  \n"
        f"{100 * before[label]:.0f} → {after[label]:.0%}"
        for label, before, after in zip(labels[:SHOWN], step.before, step.after, strict=False)
    ]
    st.caption(
        f"{len(captions)} of the batch's {len(labels):,} images: the label, the answer, and the "
        f"probability of the right {class_word(noun(names))} before → after the step."
    )
    images = images[:SHOWN]
    if images.dtype != np.uint8:  # augmented
        images = (255 * images).astype(np.uint8)
    pictures.captioned(images, captions, ROWS, WIDTH)


def _movement(moment: Moment, step) -> None:
    st.caption("Length of the gradient in each layer: the longer, the more the layer changes")
    st.echarts_chart(
        lines.bars(step.gradient_norms),
        height=24 + 26 * len(step.gradient_norms),
        key="step_gradients",
        alt="Length of the gradient in each layer",
    )
    shape = moment.model.input_shape
    for place, values, text in zip(
        st.columns(2, gap="medium"),
        (-step.gradient, step.update),
        ("Negative gradient of the first layer", "Step of the first layer"),
        strict=True,
    ):
        with place:
            st.caption(text)
            picture = signed.weight_sheet(diagnostics.as_images(values, shape, most=10), columns=5)
            st.image(picture, width="stretch", alt=text)
