"""What a sweep tries: presets and widgets → a netcore Sweep."""

from typing import NamedTuple

import streamlit as st

from netcore import Recipe
from netcore.layers import ACTIVATIONS
from netcore.recipe import dense_shape
from netcore.search.sweep import LOG_SCALED, Range, Sweep
from ui.parts import adapt
from ui.parts.settings import (
    BATCHES,
    DECAYS,
    OPTIMIZERS,
    RATES,
    SCHEDULES,
    WIDTHS,
    label,
    value_text,
)
from ui.session import shared, state
from ui.session.datasets import choose_dataset, notes
from ui.session.state import Key

MOST_AXES = 3
IMAGES, EPOCHS, TRIALS = 5000, 1.0, 32

SWEEP_OPEN = Key("_sweep_open", False)


class Axis(NamedTuple):
    """A setting that can vary: its possible values, those of a new grid, a range to draw from."""

    stops: tuple
    values: tuple
    range: tuple | None = None


AXES = {
    "lr": Axis(RATES, (0.01, 0.03, 0.1, 0.3, 1.0), (0.001, 1.0)),
    "hidden": Axis(WIDTHS, (16, 32, 64, 128), (8, 256)),
    "batch_size": Axis(BATCHES, (16, 32, 64, 128, 256), (16, 512)),
    "momentum": Axis((0.0, 0.5, 0.8, 0.9, 0.95, 0.98), (0.0, 0.5, 0.8, 0.9, 0.95), (0.0, 0.95)),
    "weight_decay": Axis(DECAYS, (0.0, 1e-4, 1e-3, 0.01), (1e-5, 0.1)),
    "dropout": Axis((0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0.0, 0.2, 0.4), (0.0, 0.6)),
    "optimizer": Axis(tuple(OPTIMIZERS), ("sgd", "momentum", "rmsprop", "adam")),
    "activation": Axis(ACTIVATIONS, ACTIVATIONS),
    "schedule": Axis(tuple(SCHEDULES), tuple(SCHEDULES)),
    "seed": Axis(tuple(range(10)), (0, 1, 2, 3, 4)),
}


class Preset(NamedTuple):
    """A sweep that shows something at one click."""

    lesson: str
    kind: str
    axes: tuple
    values: dict = {}  # instead of the axis's own


PRESETS = {
    "Learning rate × units": Preset(
        "How long should a step be, and how wide the network? One of them matters far more.",
        "Grid",
        ("lr", "hidden"),
    ),
    "Learning rate × momentum": Preset(
        "Momentum makes steps longer. Look for the best results along a diagonal.",
        "Grid",
        ("lr", "momentum"),
    ),
    "Learning rate × batch size": Preset(
        "A larger batch is less noisy and allows longer steps, but an epoch has fewer of them.",
        "Grid",
        ("lr", "batch_size"),
    ),
    "Optimizer × learning rate": Preset(
        "Which optimizer is best? Each has its own best learning rate, so compare them there.",
        "Grid",
        ("lr", "optimizer"),
        {"lr": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)},
    ),
    "Three at random": Preset(
        "With three settings, a grid becomes large. A random search tries a new value of each "
        "setting in every trial.",
        "Random",
        ("lr", "momentum", "hidden"),
    ),
}


def choose() -> Sweep:
    """All choices: the preset first, the rest in an expander. RecipeError as `Sweep`."""
    name = st.selectbox(
        "Sweep",
        list(PRESETS),
        on_change=_preset_chosen,
        width=320,
        help="A sweep that is ready to start. You can change it below.",
        **state.SWEEP.bound,
    )
    preset = PRESETS[name]
    st.caption(preset.lesson)
    box = st.expander("Settings of the sweep", icon=":material/tune:", key=SWEEP_OPEN.name)
    with box:
        first, second = st.columns(2, gap="large")
        with first:
            recipe = _recipe()
        with second:
            kind, trials = _kind(preset)
            names = _names(preset, recipe)
        axes = {
            name: _range(name) if kind == "Random" and AXES[name].range else _values(name, preset)
            for name in names
        }
    return Sweep(recipe, axes, trials)


def _preset_chosen() -> None:
    """A preset was chosen: all other widgets go to its values."""
    for key in (state.SWEEP_KIND, state.SWEEP_AXES, state.SWEEP_TRIALS):
        key.clear()
    for name in AXES:
        state.sweep_values(name).clear()
        state.sweep_range(name).clear()
    preset = PRESETS[state.SWEEP.get()]
    state.SWEEP_KIND.set(preset.kind)
    state.SWEEP_AXES.set(list(preset.axes))
    for name in preset.axes:
        state.sweep_values(name).set(list(preset.values.get(name, AXES[name].values)))


def _recipe() -> Recipe:
    recipes = shared.recipes()
    name = st.selectbox(
        "Recipe",
        list(recipes),
        index=list(recipes).index(state.SWEEP_RECIPE.default),
        help="Every trial uses this recipe. Only the settings that the sweep varies are different.",
        **state.SWEEP_RECIPE.bound,
    )
    with st.container(horizontal=True):
        images = st.number_input(
            "Training images",
            500,
            50_000,
            IMAGES,
            500,
            width=150,
            help="Fewer images make the sweep faster. What works best with few images often "
            "works well with many.",
            **state.SWEEP_IMAGES.bound,
        )
        epochs = st.number_input(
            "Epochs",
            0.5,
            20.0,
            EPOCHS,
            0.5,
            format="%g",
            width=150,
            help="How many passes each trial makes over these images.",
            **state.SWEEP_EPOCHS.bound,
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        data = choose_dataset()
    notes(data)
    recipe = adapt.to_data(recipes[name], data)
    recipe.check_fit(data.image_shape, len(data.classes))
    return recipe.replace(train_images=images, epochs=epochs, steps=None, patience=None)


def _kind(preset: Preset) -> tuple[str, int | None]:
    """Grid or random search, and how many trials the latter has."""
    kind = st.segmented_control(
        "Search",
        ["Grid", "Random"],
        default=preset.kind,
        required=True,
        help="A grid tries every combination of the values you choose. A random search draws "
        "each trial from ranges, and so tries more values of the setting that matters.",
        **state.SWEEP_KIND.bound,
    )
    if kind == "Grid":
        return kind, None
    most = shared.sweep_queue().bounds.trials
    trials = st.slider(
        "Trials",
        min(4, most),
        max(most, 5),
        min(TRIALS, most),
        help=f"How many trials are drawn. This server allows {most}.",
        **state.SWEEP_TRIALS.bound,
    )
    return kind, trials


def _names(preset: Preset, recipe: Recipe) -> list[str]:
    """The settings that vary."""
    possible = [name for name in AXES if _can_vary(name, recipe)]
    return st.multiselect(
        "Settings to vary",
        possible,
        default=[name for name in preset.axes if name in possible],
        format_func=label,
        max_selections=MOST_AXES,
        help="Two settings give a map, three give lines. All others stay as in the recipe.",
        **state.SWEEP_AXES.bound,
    )


def _can_vary(name: str, recipe: Recipe) -> bool:
    if name in ("hidden", "activation"):
        return dense_shape(recipe.layers) is not None
    return name != "dropout" or recipe.dropout is not None


def _values(name: str, preset: Preset) -> tuple:
    axis = AXES[name]
    values = st.multiselect(
        label(name),
        axis.stops,
        default=list(preset.values.get(name, axis.values)),
        format_func=value_text,
        help="The values to try, in every combination with the values of the other settings.",
        **state.sweep_values(name).bound,
    )
    return tuple(sorted(values, key=axis.stops.index))


def _range(name: str) -> Range:
    axis = AXES[name]
    log = name in LOG_SCALED
    stops = [stop for stop in sorted({*axis.stops, *axis.range}) if stop > 0 or not log]
    low, high = st.select_slider(
        label(name),
        stops,
        axis.range,
        format_func="{:g}".format,
        help="Trials draw values from this range, "
        + ("evenly on a log scale." if log else "evenly."),
        **state.sweep_range(name).bound,
    )
    return Range(low, high, log)
