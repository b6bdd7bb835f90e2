"""What a run is set up with: widgets → a Recipe.

Every widget of the form starts at the value of the chosen recipe and is written to the address
where it differs, so that a copied link sets up the same run.
"""

from collections.abc import Callable

import streamlit as st

from dataset import Dataset
from dataset.variants import augment
from netcore import Recipe
from netcore.layers import ACTIVATIONS
from netcore.recipe import canonical
from ui.parts import adapt
from ui.parts.blueprint import MOST_BLOCKS, Blueprint
from ui.parts.settings import HELP, INITIALIZERS, OPTIMIZERS, SCHEDULES, about_momentum
from ui.session import datasets, link, shared, state
from ui.train import augmentation
from ui.train.form import STOPS, Form

VALIDATIONS = 40  # points of the validation curve, where the recipe gives none or less than …
FEWEST_VALIDATIONS = 5


def choose_recipe(fixed: bool = False, beside: Callable[[], None] | None = None) -> Recipe:
    """The box of all recipes, and the comment of the chosen one; `beside()` adds to its row."""
    recipes = shared.recipes()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Recipe",
            list(recipes),
            index=list(recipes).index(state.RECIPE.default),
            on_change=_recipe_chosen,
            width=320,
            disabled=fixed,
            help="Settings that work. Train them as they are, or change them below.",
            **state.RECIPE.bound,
        )
        if beside:
            beside()
    st.caption(recipes[name].comment, width=720)
    return recipes[name]


def _recipe_chosen() -> None:
    """A recipe was chosen: all other widgets go to its values."""
    for key, value in link.form_values(shared.recipes()[state.RECIPE.get()]).items():
        key.set(value)


def recipe(base: Recipe, fixed: bool = False) -> Recipe:
    """All settings of a run, starting from `base`; `fixed` shows them disabled."""
    network, learning, data_tab, more = st.tabs(["Network", "Learning", "Data", "More"])
    with data_tab:  # comes first, since the other settings depend on the data
        data = _choose_dataset(fixed)
        original, base = base, adapt.to_data(base, data)
        form = Form(link.form_values(base), fixed)
        data_settings = _data(form, base, data)
    with network:
        layers = _layers(form, data) if Blueprint.of(base.layers) else _own_layers(form, base)
    with learning:
        settings = _learning(form) | _length(form) | data_settings
    with more:
        settings |= _more(form)
    built = base.replace(layers=layers, **settings)
    same_network = canonical(layers) == canonical(base.layers)
    if not same_network or built.replace(layers=()) != original.replace(layers=()):
        built = built.replace(name=f"my {base.name}"[:60])
    steps = built.total_steps(built.train_images or len(data.train))
    return built.replace(eval_every=_eval_every(built, steps))


def _eval_every(recipe: Recipe, steps: int) -> int:
    """The recipe's own, unless it asks for none or the run has become too short for a curve."""
    own = recipe.eval_every
    if own and (recipe.patience is not None or steps >= FEWEST_VALIDATIONS * own):
        return own
    return max(1, steps // VALIDATIONS)


def _layers(form: Form, data: Dataset) -> tuple:
    convolutions = form.segments("convolutions", range(MOST_BLOCKS + 1))
    channels, kernel = form.values[state.CHANNELS], form.values[state.KERNEL]
    if convolutions:
        channels = form.scale("channels")
        kernel = form.segments("kernel", sorted({*STOPS["kernel"], kernel}))
    depth = form.segments("depth", range(len(state.WIDTHS) + 1))
    hidden = [
        form.scale(f"width{n}", f"Units in layer {n}", HELP["hidden"]) for n in range(1, depth + 1)
    ]
    activation = form.choice("activation", {name: name for name in ACTIVATIONS})
    initializer = form.choice("initializer", INITIALIZERS)
    dropout = form.slider("dropout")
    shape = (convolutions, channels, kernel, tuple(hidden), activation, initializer, dropout)
    return Blueprint(*shape, len(data.classes)).layers()


def _own_layers(form: Form, base: Recipe) -> tuple:
    """Layers that only a recipe can have: only their dropout can be chosen."""
    st.caption(
        "These layers are part of the recipe and cannot be changed. Choose another recipe to set "
        "the layers yourself."
    )
    if base.dropout is None:
        return base.layers
    return base.replace(dropout=form.slider("dropout")).layers


def _learning(form: Form) -> dict:
    optimizer = form.choice("optimizer", OPTIMIZERS)
    return {
        "optimizer": optimizer,
        "lr": form.scale("lr"),
        "momentum": form.slider("momentum", about_momentum(optimizer)),
        "weight_decay": form.scale("weight_decay"),
        "schedule": form.choice("schedule", SCHEDULES),
        "warmup": form.slider("warmup"),
        "batch_size": form.scale("batch_size"),
    }


def _length(form: Form) -> dict:
    if form.segments("length", ["Epochs", "Iterations"]) == "Epochs":
        return {"epochs": form.number("epochs"), "steps": None}
    return {"steps": form.number("steps")}


def _choose_dataset(fixed: bool) -> Dataset:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return datasets.choose_dataset(disabled=fixed)


def _data(form: Form, base: Recipe, data: Dataset) -> dict:
    images = form.number("train_images", len(data.train))
    seed = form.number("seed")
    strengths = augmentation.choose(
        base.augment,
        lambda name: form.options(state.AUGMENT[name]),
        data.train.images,
        data.train.labels,
        augment.unfit(data),
    )
    return {"train_images": images or None, "seed": seed, "augment": strengths}


def _more(form: Form) -> dict:
    """Settings that a first run does not need."""
    return {
        "label_smoothing": form.slider("label_smoothing"),
        "clip_norm": form.scale("clip_norm") or None,
        "averaging": form.scale("averaging"),
        "patience": form.number("patience") or None,
    }
