"""Links whose values have another name today, read as what they mean.

Streamlit keeps the label of a choice in the address, and passes over one it does not know. So a
choice whose label has changed, and one that is named as recipes name it, get today's label first.
"""

import streamlit as st

from ui.parts.settings import INITIALIZERS, OPTIMIZERS, SCHEDULES
from ui.session import state
from ui.session.state import Key

_OPTIMIZERS = {**OPTIMIZERS, "Steepest descent": OPTIMIZERS["sgd"]}
TODAY = {  # key: {another name of a value: its label}
    state.OPTIMIZER: _OPTIMIZERS,
    state.SCHEDULE: SCHEDULES,
    state.INITIALIZER: INITIALIZERS,
    state.sweep_values("optimizer"): _OPTIMIZERS,
    state.sweep_values("schedule"): SCHEDULES,
    state.PANELS: {"Silent units": "Inactive units", "Misread": "Mistakes"},
    state.RUNS_SECTION: {"A against B": "Compare two", "Keep and share": "Save and share"},
}

DONE = Key("_old_links", False)


def update() -> None:
    """Give the values in the address of a new session their names of today, and start again."""
    if DONE.get():  # from now on widgets write the address
        return
    DONE.set(True)
    updated = False
    for key, labels in TODAY.items():
        given = st.query_params.get_all(key.name)
        today = [labels.get(value, value) for value in given]
        if today != given:
            st.query_params[key.name] = today
            updated = True
    if updated:
        st.rerun()
