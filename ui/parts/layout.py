"""Boxes that open, panels side by side where there is room, and the width of text."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from ui.parts import charts

READING_WIDTH = 720  # pixels; longer lines are hard to read


def lazy(title: str, icon: str, key: str, box: Callable = st.expander, **options):
    """A box, `st.expander` or `st.popover`, to be filled only if it is `open`."""
    return box(title, icon=icon, key=key, on_change="rerun", **options)


def panels():
    return st.container(horizontal=True, gap="medium")


def panel():
    return st.container(width=charts.FRAME)


def figure(title: str, drawing: go.Figure, caption: str) -> None:
    """A panel with a figure that fits it."""
    with panel():
        st.markdown(f"**{title}**")
        charts.show(drawing, title)
        st.caption(caption)
