"""The settings of a recipe in words: labels, help texts, values and choices."""

import streamlit as st

from netcore import Recipe
from netcore.recipe import FIELDS, dense_shape
from ui.parts.wording import plain

RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2, 3, 5))
DECAYS = (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
BATCHES = (1, 4, 16, 32, 64, 100, 128, 256, 512, 1024)
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
OPTIMIZERS = {
    "sgd": "SGD",
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
OTHER_LABELS = {
    "hidden": "Units",
    "augment": "Augmentation",
    "kernel": "Kernel size",
    "depth": "Hidden layers",
    "initializer": "Initial weights",
    "length": "Length in",
    "warmup": "Warm-up",
    "train_images": "Training images",
    "clip_norm": "Gradient clipping",
    "averaging": "Weight averaging",
    "patience": "Patience",
}
AUGMENTATIONS = {"elastic": "bend", "shear": "slant", "habits": "writing habits"}  # as on Train
ZERO = {"train_images": "all", "clip_norm": "off", "averaging": "off", "patience": "off"}
HELP = {
    "convolutions": "Small windows that look for strokes and corners all over the image. After "
    "each, the image is halved in size. They are the most accurate and the slowest to train. 0 "
    "gives a plain dense network.",
    "channels": "How many different windows the first convolution has. Each further one has twice "
    "as many.",
    "kernel": "Side of the window in pixels: 3 looks at 3 × 3 pixels at a time.",
    "depth": "0 gives a linear classifier. Each further layer can build on the one before.",
    "hidden": "How many features this layer can learn.",
    "activation": "The non-linear function after each hidden layer. Without it, more layers would "
    "add nothing.",
    "initializer": "How large the random initial weights are. He suits ReLU; Glorot suits tanh and "
    "sigmoid.",
    "optimizer": "How a gradient becomes a step. Adam adapts the step size of each weight, and is "
    "forgiving.",
    "lr": "How far each step goes, on a log scale. If it is too small, training is slow; if it is "
    "too large, training diverges. Papers write η.",
    "momentum": "How much of the previous steps' direction is kept: 0 keeps nothing, 0.9 keeps "
    "most of it. Adam calls it β₁.",
    "weight_decay": "Pulls all weights towards zero, which keeps the network simple (L2 "
    "regularisation).",
    "dropout": "The share of hidden units that is switched off at random in each step, so that the "
    "network does not rely on any single one.",
    "batch_size": "How many images each step looks at. Small batches give many noisy steps, large "
    "batches few steady ones.",
    "schedule": "How the learning rate changes during training: large steps first, small ones at "
    "the end.",
    "warmup": "The share of the run in which the learning rate rises to its full value.",
    "length": "An epoch is one pass over all training images. An iteration is one step on one "
    "batch.",
    "epochs": "How many passes over the training images.",
    "steps": "How many steps, each on one batch.",
    "train_images": "How many images the network learns from. With fewer than all, you can watch "
    "it learn them by heart.",
    "seed": "Where the random numbers of a run start. The same recipe with the same seed gives the "
    "same weights, to the bit.",
    "label_smoothing": "Part of each right answer is spread over all classes, so that the network "
    "never becomes completely certain.",
    "clip_norm": "A gradient longer than this is shortened to it, which prevents sudden jumps.",
    "averaging": "Use a running average of the weights: 0.99 averages over about 100 steps. That "
    "smooths out the noise of the last steps.",
    "patience": "Stop early after this many validations without a new best, and keep the best "
    "weights.",
}


def about_momentum(optimizer: str) -> str:
    """The help text of momentum, which not every optimizer has."""
    has_none = " This optimizer has no momentum." if optimizer in WITHOUT_MOMENTUM else ""
    return HELP["momentum"] + has_none


def title(name: str) -> str:
    """The label of a setting's widget, which says what 0 means where that is special."""
    return f"{label(name)} (0: {ZERO[name]})" if name in ZERO else label(name)


def label(name: str) -> str:
    """The name of a setting, as in a heading; within a sentence it is in lower case."""
    return (LABELS | OTHER_LABELS).get(name, name.replace("_", " ").capitalize())


def value_text(value) -> str:
    """The value of a setting, in words."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return CHOICES.get(value, value)
    if isinstance(value, dict):
        return ", ".join(f"{AUGMENTATIONS.get(n, n)} {strength:g}" for n, strength in value.items())
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
            parts += [
                f"{AUGMENTATIONS.get(way, way)} {old.get(way, 0):g} → {new.get(way, 0):g}"
                for way in ways
            ]
        else:
            parts.append(f"{label(name).lower()} {value_text(old)} → {value_text(new)}")
    return ", ".join(parts)


def changes_text(changes) -> str:
    """The changes of a run, [[step, {setting: value}], …]: "learning rate 0.05 at step 300, …"."""
    parts = (
        (step, "stopped" if name == "steps" else sentence({name: value}))
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
