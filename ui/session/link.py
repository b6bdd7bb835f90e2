"""Links that open Train: with a run, packed into one parameter of the address, or with its form.

What comes in may come from anybody: it is bounded before it is unpacked, checked before it is
believed, and refused in a sentence. Running it gives the same weights, to the bit, with the
same versions on the same type of machine.
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
from ui.session import datasets, shared, state

PARAMETER = "run"
LONGEST = 4_000  # letters; some programs cut longer addresses
MOST_BYTES = 64_000  # unpacked
MOST_CHANGES = 1_000


def pack(recipe: Recipe, changes) -> str:
    """Recipe and changes → letters that an address may hold. The comment stays behind."""
    run = {"recipe": recipe.replace(comment="").to_json(), "changes": changes}
    text = json.dumps(run, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).rstrip(b"=").decode()


def unpack(token: str) -> tuple[Recipe, list]:
    """The inverse of `pack`; RecipeError, a sentence, if it is not what `pack` makes."""
    if len(token) > 2 * LONGEST:
        raise RecipeError("the link is too long: ask for the run as a file instead")
    damaged = RecipeError("the link is damaged or cut off: copy it again, from end to end")
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise damaged from error
    if unpacker.unconsumed_tail:
        raise RecipeError("the link holds too much: ask for the run as a file instead")
    if not unpacker.eof:
        raise damaged
    recipe, changes = Recipe.from_run(text)
    check(recipe, changes)
    return recipe, changes


def check(recipe: Recipe, changes: list) -> None:
    """RecipeError unless this can be run here, and each change made when its step comes."""
    limits = shared.pool().limits
    if len(recipe.layers) > MAX_LAYERS:
        raise RecipeError(f"its network has more than {MAX_LAYERS} layers")
    if recipe.dataset not in datasets.dataset_names():
        raise RecipeError(
            f"it learns from the dataset {recipe.dataset[:60]!r}, which is not open here: open "
            "that file on Explore, then use the link again"
        )
    input_shape, classes = datasets.shape(recipe.dataset)
    recipe.check_fit(input_shape, classes)
    limits.check(recipe, input_shape)
    build_augmentation(augment.build, recipe.augment)
    if len(changes) > MOST_CHANGES:
        raise RecipeError(f"it has more than {MOST_CHANGES:,} changes")
    before = 0
    for step, settings in changes:
        if not before <= step <= 100_000_000:
            raise RecipeError("its changes are not in the order of their steps")
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)[:60]!r} cannot be changed in mid-run")
        recipe, before = recipe.replace(**settings), step
        build_augmentation(augment.build, recipe.augment)
        limits.check(recipe, input_shape)


def address(token: str) -> str:
    """The link to Train that opens this run, on this server."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/train?{PARAMETER}={token}".removeprefix("://")


def run_link(recipe: Recipe, changes) -> None:
    """The link to a run, to be copied."""
    token = pack(recipe, changes)
    if len(token) > LONGEST:
        st.info("This run has too many changes for a link. Download it instead.")
        return
    st.code(address(token), language=None)
    st.caption(
        "Whoever opens this link finds the same set-up on Train. Running it gives the same "
        "weights, to the bit, with the same versions on the same type of machine."
    )


def form_values(base: Recipe) -> dict[state.Key, object]:
    """Where each widget of the set-up form on Train stands for a recipe."""
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
    """The address of Train with its form at a recipe that was made from the one of this name.

    All of them stand in it, so that none is left over from before.
    """
    own = {key.name: str(value) for key, value in form_values(recipe).items() if value is not None}
    return {state.RECIPE.name: name, **own, state.DATASET.name: recipe.dataset}
