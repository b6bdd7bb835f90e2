"""Runs: what was trained in this session, side by side, to compare, repeat, share and keep."""

import streamlit as st

from ui import page
from ui.parts import wording
from ui.runs import compare, curves, one_run, seeds
from ui.session import runs, state
from ui.session.runs import MADE_ROOM

page.start(
    "Runs",
    ":material/stacked_line_chart:",
    "Every run of this session is kept here. Lay their curves over each other, set one against "
    "another, and find out how much of a score is luck.",
)

SECTIONS = {
    "Curves": curves.chosen_curves,
    "A against B": compare.two_runs,
    "Seeds": seeds.many_seeds,
    "Keep and share": one_run.details,
}

if runs.kept():
    curves.pulse()
    if gone := MADE_ROOM.get():
        st.info(
            f"Memory is short: the weights of {', '.join(map(wording.plain, gone))} made room for "
            "newer ones. Curves and recipes stay, so you can run them again."
        )
        MADE_ROOM.clear()
    section = st.segmented_control(
        "Look at",
        list(SECTIONS),
        default=state.RUNS_SECTION.default,
        required=True,
        width="stretch",
        help="Curves and settings, two networks on the same images, many seeds, or one run.",
        **state.RUNS_SECTION.bound,
    )
    SECTIONS[section]()
else:
    st.info("No run yet. Start one on Train: it appears here, with its curves and its weights.")
    st.page_link("pages/train.py", label="Train a network", icon=":material/model_training:")
