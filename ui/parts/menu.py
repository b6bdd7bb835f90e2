"""The pages of the app: the one place in which a page is registered."""

from typing import NamedTuple


class Page(NamedTuple):
    file: str
    label: str
    icon: str
    help: str  # in the menu
    invitation: str = ""  # on Home


PAGES = (
    Page("streamlit_app.py", "Home", ":material/home:", "What this is, and where to begin"),
    Page(
        "pages/explore.py",
        "Explore",
        ":material/search:",
        "Look at the data",
        "Look at 70,000 handwritten digits, the way a network sees them.",
    ),
    Page(
        "pages/train.py",
        "Train",
        ":material/model_training:",
        "Teach a network, live",
        "Build a network, watch it learn in seconds, and steer it while it does.",
    ),
    Page(
        "pages/draw.py",
        "Draw",
        ":material/draw:",
        "Draw a digit and have it read",
        "Choose a model to read your writing, and see what it really sees.",
    ),
    Page(
        "pages/runs.py",
        "Runs",
        ":material/stacked_line_chart:",
        "Compare and share your runs",
        "Compare runs side by side, share them, and find out what was luck.",
    ),
    Page(
        "pages/sweep.py",
        "Sweep",
        ":material/grid_on:",
        "Try many settings at once",
        "Try many settings at once, and see which of them matter.",
    ),
)
