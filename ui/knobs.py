"""The knobs that move while a network learns, and the sliders they share with the set-up."""

import streamlit as st

from netcore import RecipeError
from ui import augmentation
from ui.jobs import Job

RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2, 3, 5))
DECAYS = (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
BATCHES = (1, 4, 16, 32, 64, 100, 128, 256, 512, 1024)
OPTIMIZERS = {
    "sgd": "Steepest descent",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
WITHOUT_MOMENTUM = ("sgd", "rmsprop")
NAMES = {
    "lr": "learning rate",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "dropout": "dropout",
    "batch_size": "batch size",
    "optimizer": "optimizer",
    "augment": "changed images",
    "epochs": "epochs",
    "steps": "iterations",
}
HELP = {
    "optimizer": "How a gradient becomes a step. Adam sizes each weight's step and is forgiving.",
    "lr": "How far each step goes, on a log scale. Too small crawls, too large explodes. Papers "
    "write η.",
    "momentum": "How much of the last steps' direction is kept: 0 forgets at once, 0.9 rolls on. "
    "Adam calls it β₁.",
    "weight_decay": "Pulls all weights towards zero, which keeps the network simple (L2).",
    "dropout": "The share of hidden units silenced at random in each step, so that none is relied "
    "on alone.",
    "batch_size": "How many images a step looks at. Small batches are noisy and many, large ones "
    "calm and few.",
}


def show(job: Job) -> None:
    """What can be moved while the network learns: each change counts from the next step."""
    now, over = job.settings, job.over

    def turning(name):  # who goes back in time or repeats a run sees its settings, on new widgets
        key = f"_{name} {job.id} {job.turned}"
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
    scale("Batch size", BATCHES, now.batch_size, HELP["batch_size"], turning("batch_size"))
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
    key = f"_{way} {job.id} {job.turned}"
    return {"key": key, "on_change": _augment, "args": (job, way, key), "disabled": job.over}


def _augment(job: Job, way: str, key: str) -> None:
    strengths = {**(job.settings.augment or {}), way: st.session_state[key]}
    _change(job, augment={name: value for name, value in strengths.items() if value} or None)


def _change(job: Job, **settings) -> None:
    try:
        job.change(**settings)
    except RecipeError as error:
        st.toast(str(error), icon=":material/error:")


def describe(changed: dict) -> str:
    """{setting: (old, new)} in words."""
    parts = []
    for name, (old, new) in changed.items():
        if isinstance(old, dict) or isinstance(new, dict):  # only what differs
            old, new = old or {}, new or {}
            ways = sorted(name for name in old | new if old.get(name) != new.get(name))
            parts += [f"{way} {old.get(way, 0):g} → {new.get(way, 0):g}" for way in ways]
        else:
            parts.append(f"{NAMES.get(name, name)} {_words(old)} → {_words(new)}")
    return ", ".join(parts)


def _words(value) -> str:
    if value is None:
        return "none"
    return OPTIMIZERS.get(value, value) if isinstance(value, str) else f"{value:g}"


def about_momentum(optimizer: str) -> str:
    has_none = " This optimizer has none." if optimizer in WITHOUT_MOMENTUM else ""
    return HELP["momentum"] + has_none


def scale(label, stops, value, help, options):
    """A slider over stops that grow by factors; a value between them becomes a stop too.

    So does one that a link or another page asks for.
    """
    stops = {*stops, value, *_asked_for(options["key"], min(stops), max(stops))}
    return st.select_slider(
        label, sorted(stops), value, format_func="{:g}".format, help=help, **options
    )


def _asked_for(key, low, high):
    """What the session or the address holds for a key, as far as it lies in the range."""
    for asked in (st.session_state.get(key), st.query_params.get(key)):
        try:
            number = float(asked)
        except (TypeError, ValueError):
            continue
        if low < number < high:  # not for NaN either
            yield int(number) if isinstance(low, int) and number == int(number) else number


def slider(label, top, step, value, help, options):
    return st.slider(label, 0.0, max(top, value), value, step, help=help, **options)
