"""A shared run from a file or a link: shown, and ready to start."""

import streamlit as st

from netcore import Recipe, RecipeError
from netcore.network import plan
from ui.jobs import launch
from ui.parts import wording
from ui.parts.settings import OPTIMIZERS, changes_text, network
from ui.parts.upload import Upload
from ui.session import datasets, link, runs, shared, state
from ui.session.state import Key
from ui.train import live, reopen

RUN_OFFERED = Key("_run_offered")  # (recipe, changes) of a file that waits for Start
UNPACKED = Key("_unpacked")  # the last link: ((token, open datasets), the run or a refusal)
FILE = Upload(
    "_run_file",
    "A run, a recipe or a model, as JSON",
    ("json",),
    "From Runs, from Save, or from the command line. A model says how it was trained, and is "
    "trained again.",
    RecipeError,
    64,  # megabytes: a model can be large
)


def open_file() -> None:
    """A box for a run as a file. It then waits for Start, like one from a link."""
    about = "Repeat a run that you or somebody else downloaded on Runs."
    FILE.show(st.popover, "Open a run", _read, help=about)


def _read(file) -> None:
    """Offer the uploaded run. RecipeError, a sentence, if it cannot be run here."""
    try:
        recipe, changes = Recipe.from_run(file.getvalue())
        link.check(recipe, changes)
    except RecipeError as error:
        raise RecipeError(f"This file cannot be run: {_plain(error)}.") from error
    RUN_OFFERED.set((recipe, changes))


def _plain(error: RecipeError) -> str:
    return wording.plain(str(error)[:300].rstrip("."))


def shown() -> bool:
    """Show the run of a file or of the address, if one waits for Start; else return False."""
    if (offered := RUN_OFFERED.get()) and offered[0].dataset in datasets.dataset_names():
        _invite(link.pack(*offered), *offered)
        return True
    token = st.query_params.get(link.PARAMETER)
    if not token or token == state.STARTED_LINK.get():
        return False
    found = _unpacked(token)
    if isinstance(found, str):
        st.error(f"The shared run cannot be opened: {found}.", icon=":material/link_off:")
        return False
    _invite(token, *found)
    return True


def _unpacked(token: str) -> tuple[Recipe, list] | str:
    """The run of a link, or why it is refused. Unpacked once, not at every rerun of the page.

    It is checked again when another dataset has been opened: the run may need that one.
    """
    asked = token, datasets.dataset_names()
    known = UNPACKED.get()
    if known is None or known[0] != asked:
        try:
            known = asked, link.unpack(token)
        except RecipeError as error:
            known = asked, _plain(error)
        UNPACKED.set(known)
    return known[1]


def _invite(token: str, recipe: Recipe, changes: list) -> None:
    st.subheader(f"Shared run: {wording.plain(recipe.name)}", anchor=False)
    st.markdown(
        f"This run is ready to start: **{network(recipe.layers)}** on "
        f"{wording.plain(recipe.dataset)}, {OPTIMIZERS[recipe.optimizer]} with learning rate "
        f"{recipe.lr:g}, batch size {recipe.batch_size}, {length(recipe)}, seed {recipe.seed}."
    )
    if changes:
        st.markdown(
            "These changes were made during training, and will be made again: "
            f"{wording.plain(changes_text(changes))}."
        )
    if state.JOB.get():
        st.info("Your own run is closed when this one starts. You can still find it on Runs.")
    with st.container(horizontal=True):
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_start,
            args=(token, recipe, changes),
            help="Repeat the run. With the same versions, it gives the same weights.",
        )
        if base := reopen.base_of(recipe):
            st.button(
                "Change it first",
                icon=":material/tune:",
                on_click=reopen.change,
                args=(recipe, base),
                help="Open these settings in the form, without the changes during training, and "
                "edit them.",
            )
        st.button(
            "Cancel",
            icon=":material/close:",
            on_click=_cancel,
            help="Go back to your own run, or set up a new one.",
        )
    live.network_table(plan(recipe.layers, datasets.dataset(recipe.dataset).image_shape))


def length(recipe: Recipe) -> str:
    if recipe.steps is not None:
        return f"{recipe.steps:,} iterations"
    return f"{recipe.epochs:g} epochs" if recipe.epochs != 1 else "1 epoch"


def _start(token: str, recipe: Recipe, changes: list) -> None:
    runs.close_run()
    job = launch.job(recipe, datasets.dataset(recipe.dataset), shared.pool(), changes)
    state.JOB.set(job)
    state.STARTED_LINK.set(token)
    RUN_OFFERED.clear()
    job.run()


def _cancel() -> None:
    RUN_OFFERED.clear()
    st.query_params.pop(link.PARAMETER, None)
