"""Runs: compare, repeat, share and save what was trained in this session."""

import streamlit as st

from ui import page
from ui.parts import menu, wording
from ui.runs import compare, curves, one_run, seeds
from ui.session import runs, state
from ui.session.runs import MADE_ROOM

page.start(
    menu.RUNS,
    "Every run of this session is kept here. Compare their curves, compare two networks on the "
    "same images, and find out how much of a score is luck.",
)

SECTIONS = {
    "Curves": curves.chosen_curves,
    "Compare two": compare.two_runs,
    "Seeds": seeds.many_seeds,
    "Save and share": one_run.details,
}

if runs.kept():
    curves.running_now()
    if gone := MADE_ROOM.get():
        st.info(
            "To save memory, these runs no longer have their weights: "
            f"{', '.join(map(wording.plain, gone))}. Their curves and recipes are still here, so "
            "you can run them again."
        )
        MADE_ROOM.clear()
    section = st.segmented_control(
        "Show",
        list(SECTIONS),
        width="stretch",
        help="Curves and settings of several runs, two networks on the same images, one recipe "
        "with many seeds, or one run to save and share.",
        **state.RUNS_SECTION.chosen,
    )
    SECTIONS[section]()
else:
    st.info("There are no runs yet. Start one on Train, and it appears here.")
    menu.TRAIN.link("Train a network")
