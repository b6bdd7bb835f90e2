"""Train: take a recipe or build one, and steer the network while it learns."""

import streamlit as st

from netcore import RecipeError
from netcore.network import plan
from ui import page
from ui.parts import settings, wording
from ui.session import state
from ui.train import knobs, live, offered, setup, slow_motion, test_score, transport

page.start(
    "Train",
    ":material/model_training:",
    "Start the recipe as it is, or change what you like. While the network learns, move its knobs, "
    "open the panels, go back in time, and see at once what that does.",
)


def new_run() -> None:
    """Set up: the recipe, its network, and all that can be chosen."""
    base = setup.choose_recipe(beside=offered.open_file)
    row = st.container()
    stage, side = st.columns([2, 1], gap="large")
    with side:
        recipe = setup.recipe(base)
    try:
        recipe.check_fit((28, 28), 10)
    except RecipeError as error:
        st.error(f"This network cannot be trained: {error}")
        return
    with row:
        transport.buttons(None, recipe)
    with stage:
        live.outlook(plan(recipe.layers, (28, 28)))


def run(job) -> None:
    """The run of this session: its panels, and the knobs that can be moved meanwhile."""
    status = slow_motion.status(job, job.view())
    transport.buttons(job, job.recipe)
    stage, side = st.columns([5, 2], gap="large")
    with stage:
        live.watch(job, status)
    with side:
        knobs.sliders(job)
        with st.expander(f"Recipe: {wording.plain(job.recipe.name)}"):
            if state.TAKEN.get():  # it came by a link, so the form knows nothing of it
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
