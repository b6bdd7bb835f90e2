"""Links that open Train: with a run, packed into one parameter of the address, or with its form.

A link may come from anybody. Its size is limited before it is unpacked, and its run is checked
before it is shown; what is wrong is said in a sentence. Running it gives the same weights, to the
bit, with the same versions on the same type of machine.
"""

import base64
import binascii
import json
import zlib
from urllib.parse import urlsplit

import streamlit as st

from dataset.variants import augment
from netcore import Recipe, RecipeError
from netcore.model import MAX_LAYERS
from netcore.recipe import build_augmentation
from netcore.trainer import CHANGEABLE
from ui.parts.blueprint import Blueprint
from ui.parts.settings import value_text
from ui.session import datasets, shared, state

PARAMETER = "run"
LONGEST = 4_000  # characters; some programs cut longer addresses
MOST_BYTES = 64_000  # unpacked
MOST_CHANGES = 1_000


def pack(recipe: Recipe, changes) -> str:
    """Recipe and changes → characters that an address may have. The comment is left out."""
    run = {"recipe": recipe.replace(comment="").to_json(), "changes": changes}
    text = json.dumps(run, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).rstrip(b"=").decode()


def unpack(token: str) -> tuple[Recipe, list]:
    """The inverse of `pack`; RecipeError, a sentence, if it is not what `pack` makes."""
    if len(token) > 2 * LONGEST:
        raise RecipeError("the link is too long. Ask for the run as a file instead")
    damaged = RecipeError("the link is damaged or cut off. Copy it again, from start to end")
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise damaged from error
    if unpacker.unconsumed_tail:
        raise RecipeError("the link contains too much data. Ask for the run as a file instead")
    if not unpacker.eof:
        raise damaged
    recipe, changes = Recipe.from_run(text)
    check(recipe, changes)
    return recipe, changes


def check(recipe: Recipe, changes: list) -> None:
    """RecipeError unless this can be run here, with each of its changes."""
    limits = shared.pool().limits
    if len(recipe.layers) > MAX_LAYERS:
        raise RecipeError(f"its network has more than {MAX_LAYERS} layers")
    if recipe.dataset not in datasets.dataset_names():
        raise RecipeError(
            f"it uses the dataset {recipe.dataset[:60]!r}, which is not open here. Open that file "
            "on Explore, then use the link again"
        )
    data = datasets.dataset(recipe.dataset)
    recipe.check_fit(data.image_shape, len(data.classes))
    limits.check(recipe, data.image_shape)
    make_augment = augment.builder(data)
    build_augmentation(make_augment, recipe.augment)
    if len(changes) > MOST_CHANGES:
        raise RecipeError(f"it has more than {MOST_CHANGES:,} changes")
    before = 0
    for step, settings in changes:
        if not before <= step <= 100_000_000:
            raise RecipeError("its changes are not in the order of their steps")
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)[:60]!r} cannot be changed during training")
        recipe, before = recipe.replace(**settings), step
        build_augmentation(make_augment, recipe.augment)
        limits.check(recipe, data.image_shape)


def address(token: str) -> str:
    """The link to Train that opens this run, on this server."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/train?{PARAMETER}={token}".removeprefix("://")


def run_link(recipe: Recipe, changes) -> None:
    """The link to a run, to be copied."""
    token = pack(recipe, changes)
    if len(token) > LONGEST:
        st.info("This run has too many changes for a link. Download it as a file instead.")
        return
    st.code(address(token), language=None)
    st.caption(
        "This link opens Train with the same settings. Starting the run gives the same weights, to "
        "the bit, with the same versions on the same type of machine."
    )


def form_values(base: Recipe) -> dict[state.Key, object]:
    """The value of each widget of the set-up form on Train for a recipe."""
    shape = Blueprint.of(base.layers) or Blueprint(hidden=())
    widths = [*shape.hidden, 128, 64, 32, 16]
    strengths = base.augment or {}
    return {
        state.CONVOLUTIONS: shape.convolutions,
        state.CHANNELS: shape.channels,
        state.KERNEL: shape.kernel,
        state.DEPTH: len(shape.hidden),
        **dict(zip(state.WIDTHS, widths, strict=False)),
        state.ACTIVATION: shape.activation,
        state.INITIALIZER: shape.initializer,
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
        state.LABEL_SMOOTHING: float(base.label_smoothing),
        state.CLIP_NORM: float(base.clip_norm or 0),
        state.AVERAGING: float(base.averaging),
        state.PATIENCE: base.patience or 0,
        **{key: float(strengths.get(name, 0)) for name, key in state.AUGMENT.items()},
        state.TRAIN_IMAGES: base.train_images or 0,
        state.RUN_SEED: base.seed,
    }


def form_link(name: str, recipe: Recipe) -> dict[str, str]:
    """The address of Train with its form set to a recipe that was made from the one of this name.

    All values are in it, so that none is left over from before. They are written as the widgets
    write them, with the label of a choice: Streamlit passes over any other.
    """
    own = {key.name: value_text(value) for key, value in form_values(recipe).items()}
    return {state.RECIPE.name: name, **own, state.DATASET.name: recipe.dataset}
