"""Images of a dataset on the page, in panels that stand side by side where there is room."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ui.explore.view import View
from ui.parts import charts, layout
from ui.session import state
from ui.session.state import Key

CLICKED = Key("_clicked")  # what is selected on a sheet of images, one for each sheet


def picture(view: View, position: int, side: int = charts.FRAME) -> None:
    """One image and what it is."""
    name = view.name(position)
    charts.show(charts.digit(view.part.images[position], side=side), f"Image {position}, {name}")
    st.caption(f"Image {position} of the {view.split} set, labelled **{name}**.")


def sheet(view: View, positions: np.ndarray, title: str = "") -> None:
    """A panel with many images; the one that is clicked becomes `state.IMAGE`."""
    key = f"{CLICKED.name}{title}"

    def click() -> None:
        for point in st.session_state[key].selection.points:
            state.IMAGE.set(point["customdata"])

    captions = [f"{view.name(i)} · image {i}" for i in positions]
    drawing = charts.sheet(view.part.images[positions], captions, positions)
    with layout.panel():
        if title:
            st.markdown(f"**{title}**")
        charts.show(drawing, title or "Images", key=key, on_select=click, selection_mode="points")


def clicked(drawing: go.Figure, alt: str) -> int | None:
    """A figure whose points are images: the position of the one last clicked."""
    select = {"on_select": "rerun", "selection_mode": "points"}
    points = charts.show(drawing, alt, charts.MOVABLE, **select).selection.points
    return points[0]["customdata"] if points else None
