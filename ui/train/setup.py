"""What a run is set up with: widgets → a Recipe.

Every widget of the form starts at the value of the chosen recipe and is written to the address
where it differs, so that a copied link sets up the same run.
"""

from collections.abc import Callable

import streamlit as st

from netcore import Recipe
from netcore.layers import ACTIVATIONS
from netcore.recipe import canonical
from ui.parts.blueprint import MOST_BLOCKS, Blueprint
from ui.parts.settings import (
    BATCHES,
    DECAYS,
    HELP,
    INITIALIZERS,
    OPTIMIZERS,
    RATES,
    SCHEDULES,
    WIDTHS,
    about_momentum,
)
from ui.session import datasets, link, shared, state
from ui.train import augmentation
from ui.train.form import Form

CHANNELS = (4, 8, 16, 32, 64)
KERNELS = (3, 5)
CLIPS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
AVERAGINGS = (0.0, 0.9, 0.98, 0.99, 0.995, 0.998, 0.999)
VALIDATIONS = 40  # points of the validation curve, where the recipe gives none or less than …
FEWEST_VALIDATIONS = 5


def choose_recipe(fixed: bool = False, beside: Callable[[], None] | None = None) -> Recipe:
    """The box of all recipes and what the chosen one teaches; `beside()` shows more beside it."""
    recipes = shared.recipes()
    with st.container(horizontal=True, vertical_alignment="bottom"):
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
        if beside:
            beside()
    st.caption(recipes[name].comment, width=720)
    return recipes[name]


def _take_recipe() -> None:
    """A recipe was chosen: all other knobs go to its values."""
    for key, value in link.form_values(shared.recipes()[state.RECIPE.get()]).items():
        key.set(value)


def recipe(base: Recipe, fixed: bool = False) -> Recipe:
    """All choices before a run, starting from `base`; `fixed` shows them without a say."""
    form = Form(link.form_values(base), fixed)
    network, learning, material, more = st.tabs(["Network", "Learning", "Data", "More"])
    with network:
        layers = _layers(form) if Blueprint.of(base.layers) else _own_layers(form, base)
    with learning:
        settings = _learning(form) | _length(form)
    with material:
        material_settings, most = _material(form, base)
        settings |= material_settings
    with more:
        settings |= _more(form)
    built = base.replace(layers=layers, **settings)
    same_network = canonical(layers) == canonical(base.layers)
    if not same_network or built != base.replace(layers=layers):
        built = built.replace(name=f"my {base.name}"[:60])
    steps = built.total_steps(built.train_images or most)
    return built.replace(eval_every=_eval_every(built, steps))


def _eval_every(recipe: Recipe, steps: int) -> int:
    """The recipe's own, unless it asks for none or the run has become too short for a curve."""
    own = recipe.eval_every
    if own and (recipe.patience is not None or steps >= FEWEST_VALIDATIONS * own):
        return own
    return max(1, steps // VALIDATIONS)


def _layers(form: Form) -> tuple:
    convolutions = form.segments(
        "Convolutions",
        state.CONVOLUTIONS,
        range(MOST_BLOCKS + 1),
        "Small windows that look for strokes and corners all over the image; after each the image "
        "is halved. They read best and take the longest. 0 leaves a plain dense network.",
    )
    channels, kernel = form.values[state.CHANNELS], form.values[state.KERNEL]
    if convolutions:
        channels = form.scale(
            "Channels",
            state.CHANNELS,
            CHANNELS,
            "How many different windows the first convolution has; each later one has twice as "
            "many.",
        )
        kernel = form.segments(
            "Window",
            state.KERNEL,
            sorted({*KERNELS, kernel}),
            "Its side in pixels: 3 sees 3 × 3 at a time.",
        )
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
    shape = (convolutions, channels, kernel, tuple(hidden), activation, initializer, dropout)
    return Blueprint(*shape).layers()


def _own_layers(form: Form, base: Recipe) -> tuple:
    """Layers that only a recipe can name: their dropout is open to choice."""
    st.caption("These layers are the recipe's own. Take another recipe to choose them yourself.")
    if base.dropout is None:
        return base.layers
    dropout = form.slider("Dropout", state.DROPOUT, 0.9, 0.05, HELP["dropout"])
    return base.replace(dropout=dropout).layers


def _learning(form: Form) -> dict:
    return {
        "optimizer": (
            optimizer := form.choice("Optimizer", state.OPTIMIZER, OPTIMIZERS, HELP["optimizer"])
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


def _material(form: Form, base: Recipe) -> tuple[dict, int]:
    """The settings, and how many training images there are."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        data = datasets.choose_dataset(disabled=form.fixed)
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
    strengths = augmentation.choose(
        base.augment,
        lambda name: form.options(state.AUGMENT[name]),
        data.train.images,
        data.train.labels,
    )
    settings = {"dataset": data.name, "train_images": images or None, "seed": seed}
    return settings | {"augment": strengths}, most


def _more(form: Form) -> dict:
    """What a first run can do without."""
    smoothing = form.slider(
        "Label smoothing",
        state.LABEL_SMOOTHING,
        0.3,
        0.01,
        "Part of each right answer is spread over all digits, so that the network never grows "
        "quite sure of itself.",
    )
    clip = form.scale(
        "Longest gradient (0: any)",
        state.CLIP_NORM,
        CLIPS,
        "A longer one is shortened to this, which tames sudden jumps.",
    )
    averaging = form.scale(
        "Averaging (0: none)",
        state.AVERAGING,
        AVERAGINGS,
        "Use a running mean of the weights: 0.99 looks back over about 100 steps. The noise of "
        "the last steps averages out.",
    )
    patience = form.number(
        "Stop early after (0: never)",
        state.PATIENCE,
        0,
        1000,
        1,
        "Looks at validation without a new best before the run ends; it then takes its best "
        "weights.",
    )
    return {
        "label_smoothing": smoothing,
        "clip_norm": clip or None,
        "averaging": averaging,
        "patience": patience or None,
    }
