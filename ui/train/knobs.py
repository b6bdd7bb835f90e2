"""The knobs that move while a network learns, and the sliders they share with the set-up."""

import streamlit as st

from netcore import RecipeError
from ui.jobs.job import Job
from ui.parts.settings import (
    BATCHES,
    DECAYS,
    HELP,
    OPTIMIZERS,
    RATES,
    WITHOUT_MOMENTUM,
    about_momentum,
)
from ui.train import augmentation
from ui.train.form import scale, slider


def sliders(job: Job) -> None:
    """What can be moved while the network learns: each change counts from the next step."""
    now, over = job.settings, job.over

    def turning(name):  # who goes back in time or repeats a run sees its settings, on new widgets
        key = f"_{name} {job.id} {job.settings_version}"
        return {"key": key, "on_change": _turn, "args": (job, name, key), "disabled": over}

    scale("Learning rate", RATES, now.lr, HELP["lr"], turning("lr"))
    names = list(OPTIMIZERS)
    st.selectbox(
        "Optimizer",
        names,
        names.index(now.optimizer),
        format_func=OPTIMIZERS.__getitem__,
        help=f"{HELP['optimizer']} A new one begins without memory.",
        **turning("optimizer"),
    )
    about = about_momentum(now.optimizer)
    momentum = turning("momentum")
    momentum["disabled"] |= now.optimizer in WITHOUT_MOMENTUM
    slider("Momentum", 0.99, 0.01, float(now.momentum), about, momentum)
    decay = turning("weight_decay")
    scale("Weight decay", DECAYS, now.weight_decay, HELP["weight_decay"], decay)
    if now.dropout is not None:
        slider("Dropout", 0.9, 0.05, float(now.dropout), HELP["dropout"], turning("dropout"))
    scale(
        "Batch size",
        BATCHES,
        now.batch_size,
        HELP["batch_size"],
        turning("batch_size"),
    )
    augmentation.choose(now.augment, lambda name: _changing(job, name), *job.validation)
    st.button(
        "Undo",
        icon=":material/undo:",
        on_click=job.undo,
        disabled=not job.undoable,
        width="stretch",
        help="Be back at the moment before the last change, with the weights of that moment. What "
        "came after stays as a thin line.",
    )


def _turn(job: Job, name: str, key: str) -> None:
    _change(job, **{name: st.session_state[key]})


def _changing(job: Job, way: str) -> dict:
    """The arguments of one slider of the augmentation."""
    key = f"_{way} {job.id} {job.settings_version}"
    return {"key": key, "on_change": _augment, "args": (job, way, key), "disabled": job.over}


def _augment(job: Job, way: str, key: str) -> None:
    strengths = {**(job.settings.augment or {}), way: st.session_state[key]}
    _change(job, augment={name: value for name, value in strengths.items() if value} or None)


def _change(job: Job, **changes) -> None:
    try:
        job.change(**changes)
    except RecipeError as error:
        st.toast(str(error), icon=":material/error:")
