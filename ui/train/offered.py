"""A run that somebody shared, from a file or a link: shown, and ready to start."""

import streamlit as st

from netcore import Recipe, RecipeError
from netcore.network import plan
from ui.jobs import launch
from ui.parts import wording
from ui.parts.settings import changes_text, network
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
    """A box for a run as a file, which then waits for Start as one from a link does."""
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
    """Show the run of a file or of the address, if one waits for Start; else say False."""
    if offered := RUN_OFFERED.get():
        _invite(link.pack(*offered), *offered)
        return True
    token = st.query_params.get(link.PARAMETER)
    if not token or token == state.TAKEN.get():
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
    live.outlook(plan(recipe.layers, datasets.shape(recipe.dataset)[0]))


def length(recipe: Recipe) -> str:
    if recipe.steps is not None:
        return f"{recipe.steps:,} iterations"
    return f"{recipe.epochs:g} epochs" if recipe.epochs != 1 else "1 epoch"


def _start(token: str, recipe: Recipe, changes: list) -> None:
    runs.put_away()
    job = launch.job(recipe, datasets.dataset(recipe.dataset), shared.pool(), changes)
    state.JOB.set(job)
    state.TAKEN.set(token)
    RUN_OFFERED.clear()
    job.run()


def _leave() -> None:
    RUN_OFFERED.clear()
    st.query_params.pop(link.PARAMETER, None)
