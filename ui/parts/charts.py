"""Plain arrays → Plotly figures, all in one style.

Streamlit's theme colours them, so they fit light and dark: backgrounds stay transparent,
categories take `chartCategoricalColors` in order, magnitudes take `chartSequentialColors`. Only ink
has colours of its own: light on dark in both themes, as MNIST is nearly always shown, 0 is black.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import ImageColor

from ui.parts import pictures

FRAME = 360  # pixels: width of a figure that two fit beside each other, and one on a phone
INK = [[0, "#0b0e14"], [1, "#ffffff"]]
TILE, GAP, NAME = 28, 2, 9  # image pixels: an image, the space after it, the name below it

# A tap arrives twice, as a touch and as a click, and must not count as a double click.
STILL = {"displayModeBar": False, "doubleClickDelay": 1}
MOVABLE = {
    "displaylogo": False,
    "doubleClickDelay": 1,
    "modeBarButtons": [["pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
}


class Clickable(go.Figure):
    """A figure that leaves dragging to the page although its points can be selected.

    Streamlit turns "no drag mode" of such a figure into "pan", and Plotly then swallows every
    touch: a thumb could neither choose a point nor scroll past. A mode that Plotly does not know
    passes Streamlit, and falls back to the template's mode, which is none.
    """

    def to_dict(self) -> dict:
        figure = super().to_dict()
        figure["layout"]["dragmode"] = "none"
        figure["layout"]["template"]["layout"]["dragmode"] = False
        return figure


def show(figure: go.Figure, alt: str, config: Mapping = STILL, **options):
    """`st.plotly_chart` with the settings all figures share; `alt` says in words what is drawn."""
    options.setdefault("width", figure.layout.width or "stretch")
    if "on_select" in options:
        figure = Clickable(figure)
    return st.plotly_chart(figure, alt=alt, config=dict(config), **options)


def digit(image: np.ndarray, top: float | None = 255, scale: list | None = INK, side: int = FRAME):
    """One image (28, 28) whose pixels tell their row, column and value under the pointer.

    `top` is the value of the last colour (None: the largest there is); `scale=None` takes the
    theme's colours; `side` is in screen pixels.
    """
    return _picture([_ink(image, top, scale)], image.shape, side, side)


def numbers(values: np.ndarray, top: float = 255):
    """An image (28, 28) with its value written on every pixel. Needs 784 screen pixels."""
    y, x = np.indices(values.shape).reshape(2, -1)
    shade = values.ravel() / top
    tint = np.select([shade == 0, shade < 0.5], ["#66707f", "#ffffff"], "#0b0e14")
    written = [f"{v:.2f}".lstrip("0") if 0 < v < 1 else f"{v:.0f}" for v in values.ravel()]
    font = {"size": 11, "color": tint, "family": "Source Code Pro, monospace"}
    text = go.Scatter(x=x, y=y, text=written, mode="text", textfont=font, hoverinfo="skip")
    rows, columns = values.shape
    figure = _picture([_ink(values, top), text], values.shape, columns * 28, rows * 20)
    return figure.update_yaxes(scaleanchor=None)


def sheet(images: np.ndarray, captions: Sequence[str], ids: Sequence[int], columns: int = 8):
    """A sheet of images (N, 28, 28); a clicked image comes back as its id in `customdata`."""
    step = TILE + GAP
    row, column = np.divmod(np.arange(len(images)), columns)
    ink = pictures.tiles(images, columns, GAP)
    opacity = pictures.tiles(np.full_like(images, 255), columns, GAP)
    points = go.Scatter(
        x=column * step + TILE / 2,
        y=row * step + TILE / 2,
        customdata=ids,
        text=captions,
        mode="markers",
        marker={"size": 38, "symbol": "square-open", "opacity": 0, "line": {"width": 3}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{text}<extra></extra>",
    )
    picture = go.Image(source=_source(ink, opacity), hoverinfo="skip")
    height = FRAME * ink.shape[0] // ink.shape[1]
    figure = _picture([picture, points], ink.shape, FRAME, height)
    return figure.update_layout(hovermode="closest", hoverdistance=-1)


def classes(images: np.ndarray, names: Sequence[str], top=None, scale=None, columns: int = 5):
    """One image (K, 28, 28) for each class, its name below it; NaN leaves its place empty."""
    across, down = TILE + GAP, TILE + NAME
    row, column = np.divmod(np.arange(len(images)), columns)
    z = pictures.tiles(images.astype(np.float32), columns, (NAME, GAP), np.nan)
    z = np.pad(z, ((0, NAME), (0, 0)), constant_values=np.nan)
    heatmap = _ink(z, top, scale).update(hovertemplate="%{z:.0f}<extra></extra>")
    figure = _picture([heatmap], z.shape, FRAME, FRAME * z.shape[0] // z.shape[1])
    for name, y, x in zip(names, row * down, column * across, strict=True):
        middle = {"x": x + TILE / 2, "y": y + TILE + NAME / 2}
        figure.add_annotation(text=name, showarrow=False, **middle)
    return figure


def counts(by_split: Mapping[str, np.ndarray], names: Sequence[str]):
    """How many images of each class there are, one colour a split."""
    label = "%{y:,} × %{x}"
    bars = [go.Bar(name=k, x=list(names), y=v, hovertemplate=label) for k, v in by_split.items()]
    figure = plot(bars, "Digit", "Images")
    return figure.update_xaxes(type="category").update_yaxes(tickformat=",")


def histogram(values: np.ndarray):
    """Share of the pixels at each of the 256 values, on a log axis, from their counts (256,)."""
    share = values / max(values.sum(), 1)
    label = "value %{x}: %{y:.3~%} of all pixels<extra></extra>"
    bars = go.Bar(x=np.arange(256), y=share, marker_line_width=0, hovertemplate=label)
    figure = plot([bars], "Pixel value", "Share of all pixels", FRAME).update_layout(bargap=0)
    return figure.update_yaxes(type="log", tickformat="~%", dtick=1)


def flat(image: np.ndarray):
    """An image (28, 28) in [0, 1] as a dense layer gets it: a line of 784 values, and a strip."""
    vector = image.ravel()
    line = go.Scatter(
        y=vector,
        customdata=np.indices(image.shape).reshape(2, -1).T,
        line={"width": 1, "shape": "hvh"},
        fill="tozeroy",
        hovertemplate="input %{x} = row %{customdata[0]}, column %{customdata[1]}"
        ": <b>%{y:.2f}</b><extra></extra>",
    )
    strip = _ink(vector[None], 1).update(yaxis="y2", hoverinfo="skip", hovertemplate=None)
    figure = plot([line, strip], "Input of the network", "Value", 220)
    figure.update_xaxes(tickvals=list(range(0, vector.size, 4 * TILE)), anchor="y2")
    return figure.update_layout(
        yaxis={"domain": [0.32, 1], "range": [0, 1.03], "tickvals": [0, 0.5, 1]},
        yaxis2={"domain": [0, 0.2], "visible": False, "fixedrange": True},
    )


def plane(points: np.ndarray, labels: np.ndarray, ids: np.ndarray, names: Sequence[str]):
    """Images as points (N, 2), one colour for each class; `customdata` holds their ids."""
    figure = plot([], "First principal component", "Second principal component", 520)
    for k in np.unique(labels):
        mine = labels == k
        figure.add_scatter(
            x=points[mine, 0],
            y=points[mine, 1],
            customdata=ids[mine],
            name=names[k],
            mode="markers",
            marker={"size": 7, "opacity": 0.75},
            selected={"marker": {"size": 16, "opacity": 1}},
            unselected={"marker": {"opacity": 0.4}},
            hovertemplate=f"<b>{names[k]}</b>, image %{{customdata}}<extra></extra>",
        )
    buttons = {"bgcolor": "rgba(0,0,0,0)", "color": "#8b929d", "activecolor": "#4a90c2"}
    figure.update_layout(hovermode="closest", margin_t=72, modebar=buttons)  # buttons over legend
    figure.update_xaxes(fixedrange=False, zeroline=False, showgrid=False)
    return figure.update_yaxes(fixedrange=False, zeroline=False, showgrid=False)


def probabilities(values: np.ndarray, names: Sequence[str]):
    """Probabilities of an image: a bar for each class (K,), the largest in full colour."""
    strength = np.where(values == values.max(), 1, 0.45)
    bars = go.Bar(
        x=list(names),
        y=values,
        text=[f"{v:.0%}" for v in values],
        textposition="outside",
        cliponaxis=False,
        marker={"opacity": strength},
        hovertemplate="%{x}: %{y:.2%}<extra></extra>",
    )
    figure = plot([bars], "", "", 220).update_xaxes(type="category")
    return figure.update_yaxes(range=[0, 1.1], visible=False)


def confusion(table: np.ndarray, names: Sequence[str]):
    """Answers (columns) for each label (rows), counts (K, K); colour shows the mistakes only."""
    names, right = list(names[: len(table)]), np.diag(table)
    mistakes = np.where(np.eye(len(table), dtype=bool), np.nan, table)
    heatmap = go.Heatmap(
        z=mistakes,
        x=names,
        y=names,
        text=np.where((table > 0) & ~np.isnan(mistakes), table, "").astype(str),
        texttemplate="%{text}",
        showscale=False,
        zmin=0,
        zmax=max(1, np.nanmax(mistakes)),  # without mistakes all cells are pale
        hoverongaps=False,
        hovertemplate="%{z} × %{y} read as %{x}<extra></extra>",
    )
    diagonal = go.Scatter(x=names, y=names, text=right, mode="text", hoverinfo="skip")
    figure = plot([heatmap, diagonal], "Answer", "Label", FRAME).update_layout(showlegend=False)
    figure.update_xaxes(type="category", showgrid=False)
    return figure.update_yaxes(type="category", autorange="reversed", showgrid=False)


def _ink(values: np.ndarray, top: float | None, scale: list | None = INK) -> go.Heatmap:
    label = "row %{y}, column %{x}: <b>%{z:.4~g}</b><extra></extra>"
    colours = {"zmin": 0, "zmax": top, "colorscale": scale, "showscale": False}
    return go.Heatmap(z=values, hoverongaps=False, hovertemplate=label, **colours)


def _source(ink: np.ndarray, opacity: np.ndarray) -> str:
    """Two arrays (H, W) uint8 → a picture in the colours of INK, as a data URL."""
    paper, pen = (np.array(ImageColor.getrgb(colour)) for _, colour in INK)
    colours = paper + (pen - paper) * np.linspace(0, 1, 256)[:, None]  # (256, 3)
    pixels = np.dstack([colours.round().astype(np.uint8)[ink], opacity])  # (H, W, 4)
    return pictures.data_url(pixels)


def _figure(traces: Sequence, **layout) -> go.Figure:
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    # Without a drag mode a touch goes to the page, which must scroll under a thumb.
    return go.Figure(list(traces)).update_layout(dragmode=False, **clear, **layout)


def _picture(traces: Sequence, shape: tuple[int, int], width: int, height: int) -> go.Figure:
    """Square pixels (rows, columns), the first row on top, nothing around them."""
    rows, columns = shape
    bare = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure = _figure(traces, width=width, height=height, showlegend=False)
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_xaxes(range=[-0.5, columns - 0.5], **bare)
    return figure.update_yaxes(
        range=[rows - 0.5, -0.5], scaleanchor="x", constraintoward="top", **bare
    )


def plot(traces: Sequence, x: str, y: str, height: int = 340) -> go.Figure:
    """Axes, legend and margins of every figure that has them."""
    figure = _figure(traces, height=height, margin={"l": 0, "r": 0, "t": 30, "b": 0})
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title_text=x, fixedrange=True, automargin=True)
    return figure.update_yaxes(title_text=y, fixedrange=True, automargin=True)


def colours() -> list[str]:
    """The theme's ten categories, for figures that use one colour several times."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.chartCategoricalColors")
