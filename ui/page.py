"""The frame of every page: page configuration, menu, title and a short introduction.

The menu is made of page links, because Streamlit's own navigation cannot open a page other than
the first on a server that has just started.
"""

import streamlit as st

from ui.parts import layout, menu
from ui.session import old_links, runs, state, visit

# Drawn here, since Streamlit fetches Material icons for the browser tab from the internet.
FAVICON = """<svg viewBox="0 0 28 28"><rect width="28" height="28" rx="6" fill="#0b6299"/>
<path d="M8 8h12l-7 13" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"
stroke-linejoin="round"/></svg>"""

HEARTBEAT = 20  # seconds between two signs of life of a visitor with a run


def start(page: menu.Page, intro: str, title: str = "", icon: str = "") -> None:
    """Open a page: the first call of every page file. Its title is its label and icon in the menu,
    unless it has a `title` and an `icon` of its own.
    """
    title, icon = title or page.label, icon or page.icon
    st.set_page_config(page_title=f"{title} · MNIST playground", page_icon=FAVICON, layout="wide")
    old_links.update()
    with st.sidebar:
        st.markdown("### MNIST playground")
        for entry in menu.PAGES:
            entry.link(help=entry.help)
        visit.keep()
    if job := state.JOB.get():  # a run goes on whatever page its visitor is on
        st.fragment(job.seen, run_every=HEARTBEAT if job.running else None)()
    runs.collect()
    if series := state.SERIES.get():
        st.fragment(series.seen, run_every=HEARTBEAT if series.running else None)()
    for sweep in (state.SWEEP_JOB.get(), state.SWEEP_CHECK.get()):
        if sweep:
            st.fragment(sweep.seen, run_every=HEARTBEAT if sweep.running else None)()
    st.title(f"{icon} {title}", anchor=False)
    st.markdown(intro, width=layout.READING_WIDTH)
