"""The hyperparameters that can be changed while a network learns."""

import streamlit as st

from netcore import RecipeError
from ui.jobs.job import Job
from ui.parts.settings import HELP, OPTIMIZERS, WITHOUT_MOMENTUM, about_momentum, title
from ui.train import augmentation
from ui.train.form import scale, slider


def sliders(job: Job) -> None:
    """What can be changed while the network learns: each change counts from the next step."""
    now, over = job.settings, job.over

    def options(name):  # new keys after going back, so that widgets show the values of then
        key = f"_{name} {job.id} {job.settings_version}"
        return {"key": key, "on_change": _changed, "args": (job, name, key), "disabled": over}

    scale("lr", now.lr, options("lr"))
    names = list(OPTIMIZERS)
    st.selectbox(
        title("optimizer"),
        names,
        names.index(now.optimizer),
        format_func=OPTIMIZERS.__getitem__,
        help=f"{HELP['optimizer']} A new optimizer starts without memory of earlier steps.",
        **options("optimizer"),
    )
    momentum = options("momentum")
    momentum["disabled"] |= now.optimizer in WITHOUT_MOMENTUM
    slider("momentum", now.momentum, momentum, about_momentum(now.optimizer))
    scale("weight_decay", now.weight_decay, options("weight_decay"))
    if now.dropout is not None:
        slider("dropout", now.dropout, options("dropout"))
    scale("batch_size", now.batch_size, options("batch_size"))
    augmentation.choose(
        now.augment, lambda name: _augment_options(job, name), *job.validation, job.unfit
    )
    st.button(
        "Undo",
        icon=":material/undo:",
        on_click=job.undo,
        disabled=not job.undoable,
        width="stretch",
        help="Go back to just before the last change, with the weights of that moment. What came "
        "after it stays as a thin line.",
    )


def _changed(job: Job, name: str, key: str) -> None:
    _change(job, **{name: st.session_state[key]})


def _augment_options(job: Job, way: str) -> dict:
    """The arguments of one slider of the augmentation."""
    key = f"_{way} {job.id} {job.settings_version}"
    return {"key": key, "on_change": _augmented, "args": (job, way, key), "disabled": job.over}


def _augmented(job: Job, way: str, key: str) -> None:
    strengths = {**(job.settings.augment or {}), way: st.session_state[key]}
    _change(job, augment={name: value for name, value in strengths.items() if value} or None)


def _change(job: Job, **changes) -> None:
    try:
        job.change(**changes)
    except RecipeError as error:
        st.toast(str(error), icon=":material/error:")
