"""The frame of every page: page config, menu, title and two sentences of introduction.

The menu is ours, made of page links, because Streamlit's own navigation cannot open a page other
than the first on a server that has just started.
"""

from typing import NamedTuple

import streamlit as st

from ui import runs, state, visit


class Page(NamedTuple):
    file: str
    label: str
    icon: str
    help: str


PAGES = (
    Page("streamlit_app.py", "Home", ":material/home:", "What this is, and where to begin"),
    Page("pages/explore.py", "Explore", ":material/search:", "Look at the data"),
    Page("pages/train.py", "Train", ":material/model_training:", "Teach a network, live"),
    Page("pages/draw.py", "Draw", ":material/draw:", "Draw a digit and have it read"),
    Page("pages/runs.py", "Runs", ":material/stacked_line_chart:", "Compare and share your runs"),
)

# Drawn here, since Streamlit fetches Material icons for the browser tab from the internet.
FAVICON = """<svg viewBox="0 0 28 28"><rect width="28" height="28" rx="6" fill="#0b6299"/>
<path d="M8 8h12l-7 13" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"
stroke-linejoin="round"/></svg>"""

HEARTBEAT = 20  # seconds between two signs of life of a visitor with a run
READING_WIDTH = 720  # pixels; longer lines are hard to follow


def start(title: str, icon: str, intro: str) -> None:
    """Open a page: the first call of every page file. `icon` is a `:material/…:` name."""
    st.set_page_config(page_title=f"{title} · MNIST playground", page_icon=FAVICON, layout="wide")
    with st.sidebar:
        st.markdown("### MNIST playground")
        for page in PAGES:
            st.page_link(page.file, label=page.label, icon=page.icon, help=page.help)
        visit.keep()
    if job := state.JOB.get():  # wherever its visitor looks, a run goes on
        st.fragment(job.seen, run_every=HEARTBEAT if job.running else None)()
    runs.collect()
    if series := state.SERIES.get():
        st.fragment(series.seen, run_every=HEARTBEAT if series.running else None)()
    st.title(f"{icon} {title}", anchor=False)
    st.markdown(intro, width=READING_WIDTH)
