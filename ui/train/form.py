"""Widgets of the set-up form: tied to the address, and first at the chosen recipe's values.

Each is named by its setting, whose label and help are those of `ui.parts.settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from ui.parts.settings import BATCHES, DECAYS, HELP, RATES, WIDTHS, title
from ui.session import state

KEYS = {
    "convolutions": state.CONVOLUTIONS,
    "channels": state.CHANNELS,
    "kernel": state.KERNEL,
    "depth": state.DEPTH,
    **{f"width{n}": key for n, key in enumerate(state.WIDTHS, start=1)},
    "activation": state.ACTIVATION,
    "initializer": state.INITIALIZER,
    "dropout": state.DROPOUT,
    "optimizer": state.OPTIMIZER,
    "lr": state.LR,
    "momentum": state.MOMENTUM,
    "weight_decay": state.WEIGHT_DECAY,
    "schedule": state.SCHEDULE,
    "warmup": state.WARMUP,
    "batch_size": state.BATCH_SIZE,
    "length": state.LENGTH,
    "epochs": state.EPOCHS,
    "steps": state.STEPS,
    "train_images": state.TRAIN_IMAGES,
    "seed": state.RUN_SEED,
    "label_smoothing": state.LABEL_SMOOTHING,
    "clip_norm": state.CLIP_NORM,
    "averaging": state.AVERAGING,
    "patience": state.PATIENCE,
}
STOPS = {  # of sliders whose values grow by factors
    "channels": (4, 8, 16, 32, 64),
    "kernel": (3, 5),
    **dict.fromkeys((f"width{n}" for n in range(1, len(state.WIDTHS) + 1)), WIDTHS),
    "lr": RATES,
    "weight_decay": DECAYS,
    "batch_size": BATCHES,
    "clip_norm": (0.0, 0.1, 0.3, 1.0, 3.0, 10.0),
    "averaging": (0.0, 0.9, 0.98, 0.99, 0.995, 0.998, 0.999),
}
SLIDERS = {  # the largest value, and the step; the least is 0
    "dropout": (0.9, 0.05),
    "momentum": (0.99, 0.01),
    "warmup": (0.5, 0.05),
    "label_smoothing": (0.3, 0.01),
}
NUMBERS = {  # the least, the largest, and the step of their buttons
    "epochs": (0.1, 200.0, 1.0),
    "steps": (1, 1_000_000, 1000),
    "train_images": (0, 1_000_000, 1000),
    "seed": (0, 9999, 1),
    "patience": (0, 1000, 1),
}


@dataclass(frozen=True)
class Form:
    """Widgets tied to the keys of `ui.session.state`, which start at `values`."""

    values: Mapping[state.Key, object]
    fixed: bool

    def options(self, key):
        return {"disabled": self.fixed, **key.bound}

    def scale(self, name, label=None, help=None):
        key = KEYS[name]
        return scale(name, self.values[key], self.options(key), label, help)

    def slider(self, name, help=None):
        key = KEYS[name]
        return slider(name, self.values[key], self.options(key), help)

    def choice(self, name, labels):
        key, options = KEYS[name], list(labels)
        return st.selectbox(
            title(name),
            options,
            index=options.index(self.values[key]),
            format_func=labels.__getitem__,
            help=HELP[name],
            **self.options(key),
        )

    def segments(self, name, options):
        key = KEYS[name]
        return st.segmented_control(
            title(name),
            options,
            default=self.values[key],
            required=True,
            help=HELP[name],
            **self.options(key),
        )

    def number(self, name, most=None):
        key, (least, largest, step) = KEYS[name], NUMBERS[name]
        most = most or largest
        value = min(self.values[key], most)
        return st.number_input(
            title(name),
            least,
            most,
            value,
            step,
            format="%g" if isinstance(value, float) else "%d",
            help=HELP[name],
            **self.options(key),
        )


def can_show(name: str, value, images: int) -> bool:
    """Whether the widget of this setting can be moved to a value; `images` are those to learn from.

    Choices can show all that a recipe may have.
    """
    if name in STOPS:
        return value in STOPS[name]
    if name in SLIDERS:
        return 0 <= value <= SLIDERS[name][0]
    if name in NUMBERS:
        least, most, _ = NUMBERS[name]
        return least <= value <= (min(most, images) if name == "train_images" else most)
    return True


def scale(name, value, options, label=None, help=None):
    """A slider over stops that grow by factors; a value between them becomes a stop too.

    So does one that a link or another page asks for.
    """
    stops = STOPS[name]
    stops = {*stops, value, *_asked_for(options["key"], min(stops), max(stops))}
    return st.select_slider(
        label or title(name),
        sorted(stops),
        value,
        format_func="{:g}".format,
        help=help or HELP[name],
        **options,
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


def slider(name, value, options, help=None):
    most, step = SLIDERS[name]
    value = float(value)
    about = help or HELP[name]
    return st.slider(title(name), 0.0, max(most, value), value, step, help=about, **options)
