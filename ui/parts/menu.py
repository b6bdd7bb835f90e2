"""The pages of the app. A new page is registered here."""

from typing import NamedTuple


class Page(NamedTuple):
    file: str
    label: str
    icon: str
    help: str  # in the menu
    invitation: str = ""  # on Home


PAGES = (
    Page("streamlit_app.py", "Home", ":material/home:", "What this app is, and where to start"),
    Page(
        "pages/explore.py",
        "Explore",
        ":material/search:",
        "Look at the data",
        "Look at 70,000 handwritten digits as a network sees them.",
    ),
    Page(
        "pages/train.py",
        "Train",
        ":material/model_training:",
        "Train a network and watch it learn",
        "Build a network, watch it learn in seconds, and change its settings while it learns.",
    ),
    Page(
        "pages/draw.py",
        "Draw",
        ":material/draw:",
        "Draw a digit for a network to read",
        "Let a network read your handwriting, and see how it decides.",
    ),
    Page(
        "pages/runs.py",
        "Runs",
        ":material/stacked_line_chart:",
        "Compare and share your runs",
        "Compare your runs, share them, and find out how much was luck.",
    ),
    Page(
        "pages/sweep.py",
        "Sweep",
        ":material/grid_on:",
        "Try many settings at once",
        "Train with many settings, and see which of them matter.",
    ),
)
