"""Slow motion: one step of descent at a time, taken apart before one's eyes.

While the run rests, its next step is tried on a copy and shown: the batch, what the network says of
it before and after, the gradient, and how far the weights move. Then the run takes that very step.
"""

import numpy as np
import streamlit as st

from netcore.analysis import diagnostics
from ui.jobs.job import Job, JobView
from ui.parts import lines, pixels, thumbnails
from ui.session import state
from ui.session.state import Key
from ui.train.moment import Moment

NAME = "Slow motion"
SHOWN, WIDTH, ROWS = 10, 84, 304  # images of the batch, and their pixels on the screen
PACES = (0.5, 1.0, 2.0, 5.0)  # seconds a step

PACE = Key("_pace", 1.0)  # seconds a step


def _open() -> bool:
    return NAME in (state.PANELS.get() or ())


def pace(job: Job) -> float | None:
    """Seconds between two steps; None if they do not follow each other."""
    return PACE.get() if state.SLOW.get() and _open() and not job.over else None


def status(job: Job, view: JobView) -> str:
    """The job's status; single steps that follow each other count as a rest."""
    return "paused" if pace(job) and view.status in ("ready", "running") else view.status


def go_on(job: Job) -> None:
    """Take the step that is shown, if they follow each other."""
    if pace(job) and not job.running:
        job.run(1)


def last_step(moment: Moment) -> None:
    """The step that comes next, and how to let steps follow each other."""
    job = moment.job
    with st.container(border=True):
        _controls(job)
        if not moment.live:
            st.caption("This shows the present. You look back: go on from there first, or return.")
            return
        step = _rehearse(job)
        if step is None:
            over = "The run is over: there is no next step." if job.over else ""
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
            help="A step looks at one batch, asks in which direction the loss falls, and moves "
            "all weights a little that way. Press Step for the next one.",
        )
        st.toggle(
            "Step by step",
            key=state.SLOW.name,
            disabled=job.over,
            help="Let single steps follow each other at this pace.",
        )
        st.segmented_control(
            "Seconds a step",
            PACES,
            default=PACE.default,
            required=True,
            format_func="{:g} s".format,
            key=PACE.name,
            label_visibility="collapsed",
            help="How long each step stays to be looked at.",
        )


def _rehearse(job: Job):
    """(number of the next step, its images, labels, `anatomy.Step`); None while the job runs."""
    trainer = job.dry_run_trainer()
    if trainer is None or trainer.progress >= 1:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return diagnostics.rehearse(trainer)


def _outcome(number: int, step: diagnostics.Step) -> None:
    with st.container(horizontal=True, gap="large"):
        st.metric("Step", f"{number:,}", width="content", help="Its number in the run.")
        st.metric(
            "Loss of this batch",
            f"{step.loss_after:.3g}",
            f"{step.loss_after - step.loss_before:+.2g}",
            delta_color="inverse",
            width="content",
            help="After the step; below, how it changed. A good step lets it fall.",
        )
        st.metric(
            "Weights move by",
            f"{step.moved / max(step.length, 1e-12):.3%}",
            width="content",
            help=f"The step is {step.moved:.4g} long, and all weights together {step.length:.4g}.",
        )


def _batch(moment: Moment, images, labels, step) -> None:
    """Some images of the batch: what they are, what is read, and how sure before and after."""
    names = moment.job.classes or [str(k) for k in range(10)]
    captions = [
        f"{names[label]}, read {names[before.argmax()]}  \n"
        f"{100 * before[label]:.0f} → {after[label]:.0%}"
        for label, before, after in zip(labels[:SHOWN], step.before, step.after, strict=False)
    ]
    st.caption(
        f"{len(captions)} of the batch's {len(labels):,} images: what each is, what was read, and "
        "how sure of the right digit before → after the step."
    )
    images = images[:SHOWN]
    if images.dtype != np.uint8:  # changed on the way
        images = (255 * images).astype(np.uint8)
    thumbnails.row(images, captions, ROWS, WIDTH)


def _movement(moment: Moment, step) -> None:
    st.caption("How strongly each layer is told to change: the length of its gradient")
    st.echarts_chart(
        lines.bars(step.gradients),
        height=24 + 26 * len(step.gradients),
        key="step_gradients",
        alt="Length of the gradient in each layer",
    )
    shape = moment.model.input_shape
    for place, values, text in zip(
        st.columns(2, gap="medium"),
        (-step.gradient, step.update),
        ("Downhill, in the first layer", "The step it takes there"),
        strict=True,
    ):
        with place:
            st.caption(text)
            picture = pixels.diverging(diagnostics.pictures(values, shape, most=10), columns=5)
            st.image(picture, width="stretch", alt=text)
