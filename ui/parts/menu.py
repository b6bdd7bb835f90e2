"""The pages of the app, and links to them. A new page is registered here."""

from typing import NamedTuple

import streamlit as st


class Page(NamedTuple):
    file: str
    label: str
    icon: str
    help: str  # in the menu
    invitation: str = ""  # on Home

    def link(self, label: str = "", **options) -> None:
        """A link with the page's icon, and its label if no other is given."""
        st.page_link(self.file, label=label or self.label, **{"icon": self.icon, **options})


HOME = Page("streamlit_app.py", "Home", ":material/home:", "What this app is, and where to start")
EXPLORE = Page(
    "pages/explore.py",
    "Explore",
    ":material/search:",
    "Look at the data",
    "Look at 70,000 handwritten digits as a network sees them.",
)
TRAIN = Page(
    "pages/train.py",
    "Train",
    ":material/model_training:",
    "Train a network and watch it learn",
    "Build a network, watch it learn in seconds, and change its settings while it learns.",
)
DRAW = Page(
    "pages/draw.py",
    "Draw",
    ":material/draw:",
    "Draw something for a network to read",
    "Let a network read your handwriting, and see how it decides.",
)
RUNS = Page(
    "pages/runs.py",
    "Runs",
    ":material/stacked_line_chart:",
    "Compare and share your runs",
    "Compare your runs, share them, and find out how much was luck.",
)
SWEEP = Page(
    "pages/sweep.py",
    "Sweep",
    ":material/grid_on:",
    "Try many settings at once",
    "Train with many settings, and see which of them matter.",
)

PAGES = (HOME, EXPLORE, TRAIN, DRAW, RUNS, SWEEP)  # in the order of the menu
