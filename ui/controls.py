"""What a run is set up with: widgets → a Recipe.

Every widget of the form starts at the value of the chosen recipe and is written to the address
where it differs, so that a copied link sets up the same run.
"""

from dataclasses import dataclass

import streamlit as st

from netcore import Recipe
from netcore.recipe import ACTIVATIONS, canonical, dense_layers, dense_shape
from ui import cache, choose, state
from ui.knobs import BATCHES, DECAYS, HELP, RATES, about_momentum, scale, slider

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
OPTIMIZERS = {
    "sgd": "Steepest descent",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
VALIDATIONS = 40  # points of the validation curve, where the recipe has no say
SCHEDULES = {"constant": "Constant", "step": "Steps", "cosine": "Cosine", "one_cycle": "One cycle"}
INITIALIZERS = {"he": "He", "glorot": "Glorot", "lecun": "LeCun"}


def choose_recipe(fixed: bool = False) -> Recipe:
    """The box of all recipes, with what the chosen one teaches."""
    recipes = cache.recipes()
    name = st.selectbox(
        "Recipe",
        list(recipes),
        index=list(recipes).index(state.RECIPE.default),
        on_change=_take_recipe,
        width=320,
        disabled=fixed,
        help="A set-up that works, to train as it is or to change below.",
        **state.RECIPE.bound,
    )
    st.caption(recipes[name].comment, width=720)
    return recipes[name]


def _take_recipe() -> None:
    """A recipe was chosen: all other knobs go to its values."""
    for key, value in _values(cache.recipes()[state.RECIPE.get()]).items():
        key.set(value)


def _values(base: Recipe) -> dict[state.Key, object]:
    """Where each knob stands for a recipe."""
    shape = dense_shape(base.layers) or {"hidden": [], "activation": "ReLU", "initializer": "he"}
    widths = [*shape["hidden"], 128, 64, 32, 16]
    return {
        state.DEPTH: len(shape["hidden"]),
        **dict(zip(state.WIDTHS, widths, strict=False)),
        state.ACTIVATION: shape["activation"],
        state.INITIALIZER: shape["initializer"],
        state.DROPOUT: float(base.dropout or 0),
        state.OPTIMIZER: base.optimizer,
        state.LR: base.lr,
        state.MOMENTUM: float(base.momentum),
        state.WEIGHT_DECAY: float(base.weight_decay),
        state.SCHEDULE: base.schedule,
        state.WARMUP: float(base.warmup),
        state.BATCH_SIZE: base.batch_size,
        state.LENGTH: "Epochs" if base.steps is None else "Iterations",
        state.EPOCHS: float(base.epochs),
        state.STEPS: base.steps or 1000,
        state.TRAIN_IMAGES: base.train_images or 0,
        state.RUN_SEED: base.seed,
    }


def link(name: str, recipe: Recipe) -> dict[str, str]:
    """The address of Train with its knobs at a recipe that was made from the one of this name.

    All of them stand in it, so that none is left over from before.
    """
    values = {key.name: str(value) for key, value in _values(recipe).items() if value is not None}
    return {state.RECIPE.name: name, **values, state.DATASET.name: recipe.dataset}


def recipe(base: Recipe, fixed: bool = False) -> Recipe:
    """All choices before a run, starting from `base`; `fixed` shows them without a say."""
    form = Form(_values(base), fixed)
    network, learning, material = st.tabs(["Network", "Learning", "Data"])
    with network:
        layers = _layers(form) if dense_shape(base.layers) else _own_layers(form, base)
    with learning:
        settings = _learning(form) | _length(form)
    with material:
        material_settings, most = _material(form)
        settings |= material_settings
    built = base.replace(layers=layers, **settings)
    same_network = canonical(layers) == canonical(base.layers)
    if not same_network or built != base.replace(layers=layers):
        built = built.replace(name=f"my {base.name}"[:60])
    steps = built.total_steps(built.train_images or most)
    return built.replace(eval_every=built.eval_every or max(1, steps // VALIDATIONS))


@dataclass(frozen=True)
class Form:
    """Widgets tied to the keys of `ui.state`, standing at `values` until they are moved."""

    values: dict
    fixed: bool

    def options(self, key):
        return {"disabled": self.fixed, **key.bound}

    def scale(self, label, key, stops, help):
        return scale(label, stops, self.values[key], help, self.options(key))

    def slider(self, label, key, top, step, help):
        return slider(label, top, step, self.values[key], help, self.options(key))

    def choice(self, label, key, labels, help):
        options = list(labels)
        return st.selectbox(
            label,
            options,
            index=options.index(self.values[key]),
            format_func=labels.__getitem__,
            help=help,
            **self.options(key),
        )

    def segments(self, label, key, options, help):
        return st.segmented_control(
            label,
            options,
            default=self.values[key],
            required=True,
            help=help,
            **self.options(key),
        )

    def number(self, label, key, least, most, step, help):
        value = min(self.values[key], most)
        shape = "%g" if isinstance(value, float) else "%d"
        return st.number_input(
            label, least, most, value, step, format=shape, help=help, **self.options(key)
        )


def _layers(form: Form) -> tuple:
    depth = form.segments(
        "Hidden layers",
        state.DEPTH,
        range(len(state.WIDTHS) + 1),
        "0 is a plain linear classifier; each layer more can build on the one before.",
    )
    hidden = [
        form.scale(
            f"Units in layer {number}", key, WIDTHS, "How many features this layer can learn."
        )
        for number, key in enumerate(state.WIDTHS[:depth], start=1)
    ]
    activation = form.choice(
        "Activation",
        state.ACTIVATION,
        {name: name for name in ACTIVATIONS},
        "The bend after each hidden layer. Without one, depth would buy nothing.",
    )
    initializer = form.choice(
        "Initial weights",
        state.INITIALIZER,
        INITIALIZERS,
        "How large the random start is. He suits ReLU, Glorot tanh and sigmoid.",
    )
    dropout = form.slider("Dropout", state.DROPOUT, 0.9, 0.05, HELP["dropout"])
    return dense_layers(hidden, activation, initializer, dropout)


def _own_layers(form: Form, base: Recipe) -> tuple:
    """Layers that only a recipe can name, such as convolutions: their dropout is open to choice."""
    st.caption("These layers are the recipe's own. Take a dense recipe to choose widths and depth.")
    if base.dropout is None:
        return base.layers
    dropout = form.slider("Dropout", state.DROPOUT, 0.9, 0.05, HELP["dropout"])
    return base.replace(dropout=dropout).layers


def _learning(form: Form) -> dict:
    return {
        "optimizer": (
            optimizer := form.choice(
                "Optimizer",
                state.OPTIMIZER,
                OPTIMIZERS,
                "How a gradient becomes a step. Adam sizes each weight's step and is forgiving.",
            )
        ),
        "lr": form.scale("Learning rate", state.LR, RATES, HELP["lr"]),
        "momentum": form.slider("Momentum", state.MOMENTUM, 0.99, 0.01, about_momentum(optimizer)),
        "weight_decay": form.scale(
            "Weight decay", state.WEIGHT_DECAY, DECAYS, HELP["weight_decay"]
        ),
        "schedule": form.choice(
            "Schedule",
            state.SCHEDULE,
            SCHEDULES,
            "How the learning rate moves over the run: large steps first, fine ones at the end.",
        ),
        "warmup": form.slider(
            "Warm-up",
            state.WARMUP,
            0.5,
            0.05,
            "The share of the run over which the learning rate climbs from zero.",
        ),
        "batch_size": form.scale("Batch size", state.BATCH_SIZE, BATCHES, HELP["batch_size"]),
    }


def _length(form: Form) -> dict:
    unit = form.segments(
        "Length in",
        state.LENGTH,
        ["Epochs", "Iterations"],
        "An epoch is one pass over all training images, an iteration is one step.",
    )
    if unit == "Epochs":
        text = "How many passes over the training images."
        epochs = form.number("Epochs", state.EPOCHS, 0.1, 200.0, 1.0, text)
        return {"epochs": epochs, "steps": None}
    text = "How many steps, each on one batch."
    return {"steps": form.number("Iterations", state.STEPS, 1, 1_000_000, 1000, text)}


def _material(form: Form) -> tuple[dict, int]:
    """The settings, and how many training images there are."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        data = choose.dataset(disabled=form.fixed)
    most = len(data.train)
    images = form.number(
        "Training images (0: all)",
        state.TRAIN_IMAGES,
        0,
        most,
        1000,
        f"With fewer than the {most:,} there are, see how a network learns by heart.",
    )
    seed = form.number(
        "Seed",
        state.RUN_SEED,
        0,
        9999,
        1,
        "Start of all chance in the run. The same recipe gives the same weights, to the bit.",
    )
    return {"dataset": data.name, "train_images": images or None, "seed": seed}, most
