"""The settings of a recipe in words: their names and values, what each does, and its choices."""

import streamlit as st

from netcore import Recipe
from netcore.recipe import FIELDS, dense_shape
from ui.parts.wording import plain

RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2, 3, 5))
DECAYS = (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
BATCHES = (1, 4, 16, 32, 64, 100, 128, 256, 512, 1024)
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
OPTIMIZERS = {
    "sgd": "Steepest descent",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
WITHOUT_MOMENTUM = ("sgd", "rmsprop")
SCHEDULES = {"constant": "Constant", "step": "Steps", "cosine": "Cosine", "one_cycle": "One cycle"}
INITIALIZERS = {"he": "He", "glorot": "Glorot", "lecun": "LeCun"}
CHOICES = OPTIMIZERS | SCHEDULES | INITIALIZERS

LABELS = {  # in the order in which a table shows them
    "network": "Network",
    "optimizer": "Optimizer",
    "lr": "Learning rate",
    "momentum": "Momentum",
    "weight_decay": "Weight decay",
    "dropout": "Dropout",
    "batch_size": "Batch size",
    "epochs": "Epochs",
    "steps": "Iterations",
    "seed": "Seed",
}
OTHER_LABELS = {"hidden": "Units", "augment": "Augmentation"}
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


def about_momentum(optimizer: str) -> str:
    """The help text of momentum, which some optimizers do not have."""
    has_none = " This optimizer has none." if optimizer in WITHOUT_MOMENTUM else ""
    return HELP["momentum"] + has_none


def label(name: str) -> str:
    """The name of a setting, as a heading has it; within a sentence it is in lower case."""
    return (LABELS | OTHER_LABELS).get(name, name.replace("_", " ").capitalize())


def value_text(value) -> str:
    """The value of a setting."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return CHOICES.get(value, value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {strength:g}" for name, strength in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def sentence(settings: dict) -> str:
    """{setting: value}: "learning rate 0.1, units 32"."""
    return ", ".join(f"{label(name).lower()} {value_text(v)}" for name, v in settings.items())


def difference(changed: dict) -> str:
    """{setting: (old, new)}: "learning rate 0.1 → 0.05, …"."""
    parts = []
    for name, (old, new) in changed.items():
        if isinstance(old, dict) or isinstance(new, dict):  # only what differs
            old, new = old or {}, new or {}
            ways = sorted(name for name in old | new if old.get(name) != new.get(name))
            parts += [f"{way} {old.get(way, 0):g} → {new.get(way, 0):g}" for way in ways]
        else:
            parts.append(f"{label(name).lower()} {value_text(old)} → {value_text(new)}")
    return ", ".join(parts)


def changes_text(changes) -> str:
    """The changes of a run, [[step, {setting: value}], …]: "learning rate 0.05 at step 300, …"."""
    parts = (
        (step, "end" if name == "steps" else sentence({name: value}))
        for step, settings in changes
        for name, value in settings.items()
    )
    return ", ".join(f"{part} at step {step:,}" for step, part in parts)


def network(spec) -> str:
    """The layers in a few words: "dense 128, 64 · Tanh"."""
    if shape := dense_shape(spec):
        hidden = ", ".join(map(str, shape["hidden"]))
        return f"dense {hidden} · {shape['activation']}" if hidden else "linear"
    entries = [{"layer": entry} if isinstance(entry, str) else entry for entry in spec]
    size = {"Conv2d": "out_channels", "Dense": "out_features"}
    named = {"Conv2d": "conv", "Dense": "dense", "BatchNorm": "norm"}
    shown = [entry for entry in entries if entry["layer"] in named or "Pool" in entry["layer"]]
    words = [
        f"{named.get(entry['layer'], 'pool')} {entry.get(size.get(entry['layer']), '')}".strip()
        for entry in shown
    ]
    return " · ".join(words)


def table(recipe: Recipe) -> dict[str, str]:
    """All settings of a recipe by label."""
    values = {name: getattr(recipe, name) for name in FIELDS}
    values |= {"network": network(recipe.layers), "dropout": recipe.dropout or 0.0}
    left_out = {"name", "comment", "layers", "eval_every"}
    rest = [name for name in values if name not in LABELS and name not in left_out]
    return {label(name): value_text(values[name]) for name in [*LABELS, *rest]}


def sheet(recipe: Recipe) -> None:
    """Show all settings of a recipe."""
    lines = (f"{name} **{plain(value)}**" for name, value in table(recipe).items())
    st.markdown("  \n".join(lines))
