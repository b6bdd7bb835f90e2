"""Train: choose a recipe or build one, and change its hyperparameters while it learns."""

import streamlit as st

from netcore import RecipeError
from netcore.network import plan
from ui import page
from ui.parts import menu, settings, wording
from ui.session import datasets, state
from ui.train import knobs, live, offered, setup, slow_motion, test_score, transport

page.start(
    menu.TRAIN,
    "Start the recipe as it is, or change it first. While the network learns, you can change its "
    "hyperparameters, open more panels, and go back in time. You see the effect at once.",
)


def new_run() -> None:
    """Before a run: the recipe, its network, and all settings."""
    base = setup.choose_recipe(beside=offered.open_file)
    row = st.container()
    stage, side = st.columns([2, 1], gap="large")
    with side:
        recipe = setup.recipe(base)
    data = datasets.dataset(recipe.dataset)
    try:
        recipe.check_fit(data.image_shape, len(data.classes))
    except RecipeError as error:
        st.error(f"This network cannot be trained: {error}")
        return
    with row:
        datasets.notes(data)
        transport.buttons(None, recipe)
    with stage:
        live.network_table(plan(recipe.layers, data.image_shape))


def run(job) -> None:
    """The run of this session: its panels and its hyperparameters."""
    status = slow_motion.status(job, job.view())
    transport.buttons(job, job.recipe)
    stage, side = st.columns([5, 2], gap="large")
    with stage:
        live.watch(job, status)
    with side:
        st.markdown(
            "**Hyperparameters**",
            help="Change them at any time, even while the network learns. A change counts from the "
            "next step.",
        )
        knobs.sliders(job)
        with st.expander(f"Recipe: {wording.plain(job.recipe.name)}"):
            if (
                state.STARTED_LINK.get()
            ):  # it came by a link, so the form does not have its settings
                settings.sheet(job.recipe)
            else:
                setup.recipe(setup.choose_recipe(fixed=True), fixed=True)
    if status == "finished":
        test_score.report(job)


if offered.shown():
    pass  # a run from a link waits for Start
elif job := state.JOB.get():
    run(job)
else:
    new_run()
