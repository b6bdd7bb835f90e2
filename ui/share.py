"""A run in a link, its recipe and changes packed into one parameter of the address, or in a file.

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
from netcore.network import plan
from netcore.recipe import build_augmentation
from netcore.trainer import CHANGEABLE
from ui import cache, live, reopen, runs, state
from ui.jobs import launch
from ui.parts import wording
from ui.parts.settings import changes_text, network

PARAMETER = "run"
LONGEST = 4_000  # letters; some programs cut longer addresses
MOST_BYTES = 64_000  # unpacked
MOST_CHANGES = 1_000
LARGEST_FILE = 64  # megabytes; a model may be the run's file too
INPUT_SHAPE, DIGITS = (28, 28), 10


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
    limits = cache.pool().limits
    if len(recipe.layers) > MAX_LAYERS:
        raise RecipeError(f"its network has more than {MAX_LAYERS} layers")
    recipe.check_fit(INPUT_SHAPE, DIGITS)
    limits.check(recipe, INPUT_SHAPE)
    if recipe.dataset not in cache.dataset_names():
        raise RecipeError(
            f"it learns from the dataset {recipe.dataset[:60]!r}, which is not open here: open "
            "that file on Explore, then use the link again"
        )
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
        limits.check(recipe, INPUT_SHAPE)


def address(token: str) -> str:
    """The link to Train that opens this run, on this server."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/train?{PARAMETER}={token}".removeprefix("://")


def link(recipe: Recipe, changes) -> None:
    """The link, to be copied."""
    token = pack(recipe, changes)
    if len(token) > LONGEST:
        st.info("This run has too many changes for a link. Download it instead.")
        return
    st.code(address(token), language=None)
    st.caption(
        "Whoever opens this link finds the same set-up on Train. Running it gives the same "
        "weights, to the bit, with the same versions on the same type of machine."
    )


def open_file() -> None:
    """A box for a run as a file, which then waits for Start as one from a link does."""
    with st.popover(
        "Open a run",
        icon=":material/upload_file:",
        key=state.RUN_OPEN.name,
        on_change="rerun",
        help="Run again what you or somebody else has downloaded on Runs.",
    ) as box:
        if box.open:
            st.file_uploader(
                "A run, a recipe or a model, as JSON",
                type="json",
                max_upload_size=LARGEST_FILE,
                key=state.RUN_FILE.name,
                on_change=_read,
                help="From Runs, from Save, or from the command line. A model tells how it was "
                "trained, and is trained again.",
            )
            if refusal := state.RUN_ERROR.get():
                st.error(refusal)


def _read() -> None:
    """Offer the uploaded run; a refusal is kept in `state.RUN_ERROR`."""
    state.RUN_ERROR.clear()
    file = st.session_state[state.RUN_FILE.name]
    if file is None:  # taken away again
        return
    try:
        recipe, changes = Recipe.from_run(file.getvalue())
        check(recipe, changes)
    except RecipeError as error:
        state.RUN_ERROR.set(f"This file cannot be run: {_plain(error)}.")
    else:
        state.RUN_OFFERED.set((recipe, changes))


def _plain(error: RecipeError) -> str:
    return wording.plain(str(error)[:300].rstrip("."))


def shown() -> bool:
    """Show the run of a file or of the address, if one waits for Start; else say False."""
    if offered := state.RUN_OFFERED.get():
        _invite(pack(*offered), *offered)
        return True
    token = st.query_params.get(PARAMETER)
    if not token or token == state.TAKEN.get():
        return False
    try:
        recipe, changes = unpack(token)
    except RecipeError as error:
        st.error(f"The shared run cannot be opened: {_plain(error)}.", icon=":material/link_off:")
        return False
    _invite(token, recipe, changes)
    return True


def _invite(token: str, recipe: Recipe, changes: list) -> None:
    st.subheader(f"Shared run: {wording.plain(recipe.name)}", anchor=False)
    st.markdown(
        f"This set-up is ready to run: **{network(recipe.layers)}** on "
        f"{wording.plain(recipe.dataset)}, {recipe.optimizer} with learning rate "
        f"{recipe.lr:g}, batches of {recipe.batch_size}, {length(recipe)}, seed {recipe.seed}."
    )
    if changes:
        st.markdown(
            "It was changed during training, and will be again: "
            f"{wording.plain(changes_text(changes))}."
        )
    if state.JOB.get():
        st.info("Your own run is put away when this one starts. It stays on Runs.")
    with st.container(horizontal=True):
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_start,
            args=(token, recipe, changes),
            help="Run it just as it was run: the same weights come out, on the same versions.",
        )
        if base := reopen.base_of(recipe):
            st.button(
                "Change it first",
                icon=":material/tune:",
                on_click=reopen.change,
                args=(recipe, base),
                help="Set the knobs to this run, without its changes on the way, and turn them.",
            )
        st.button(
            "Leave it",
            icon=":material/close:",
            on_click=_leave,
            help="Go back to your own run, or set up one.",
        )
    live.outlook(plan(recipe.layers, INPUT_SHAPE))


def length(recipe: Recipe) -> str:
    if recipe.steps is not None:
        return f"{recipe.steps:,} iterations"
    return f"{recipe.epochs:g} epochs" if recipe.epochs != 1 else "1 epoch"


def _start(token: str, recipe: Recipe, changes: list) -> None:
    runs.put_away()
    job = launch.job(recipe, cache.dataset(recipe.dataset), cache.pool(), changes)
    state.JOB.set(job)
    state.TAKEN.set(token)
    state.RUN_OFFERED.clear()
    job.run()


def _leave() -> None:
    state.RUN_OFFERED.clear()
    st.query_params.pop(PARAMETER, None)
