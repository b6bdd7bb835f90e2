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
LABEL = {"font_color": "#fff", "bgcolor": "rgba(16,20,28,0.6)", "borderpad": 2}  # over points
COLOURS = 10  # of categories in the theme
NAME = 22  # screen pixels for the name below an image
CELL = 28  # screen pixels across a pixel whose number is written on it
CHANNELS = {"Red": "#e0433b", "Green": "#2f9e55", "Blue": "#3b7de0"}  # on light and on dark

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
    """One image (H, W), or (3, H, W) uint8 in colour, whose pixels tell their row, column and value
    under the pointer.

    `top` is the value of the last colour (None: the largest there is); `scale=None` takes the
    theme's colours; `side` is the longer one, in screen pixels.
    """
    rows, columns = shape = image.shape[-2:]
    size = side * columns // max(shape), side * rows // max(shape)
    if image.ndim == 2:
        return _picture([_ink(image, top, scale)], shape, *size)
    label = "row %{y}, column %{x}: <b>red %{z[0]}, green %{z[1]}, blue %{z[2]}</b><extra></extra>"
    return _picture([go.Image(z=pictures.channels_last(image), hovertemplate=label)], shape, *size)


def numbers(values: np.ndarray, top: float = 255):
    """An image (H, W) with its value written on every pixel, each `CELL` screen pixels wide."""
    y, x = np.indices(values.shape).reshape(2, -1)
    shade = values.ravel() / top
    tint = np.select([shade == 0, shade < 0.5], ["#66707f", "#ffffff"], "#0b0e14")
    written = [f"{v:.2f}".lstrip("0") if 0 < v < 1 else f"{v:.0f}" for v in values.ravel()]
    font = {"size": 11, "color": tint, "family": "Source Code Pro, monospace"}
    text = go.Scatter(x=x, y=y, text=written, mode="text", textfont=font, hoverinfo="skip")
    rows, columns = values.shape
    figure = _picture([_ink(values, top), text], values.shape, columns * CELL, rows * 20)
    return figure.update_yaxes(scaleanchor=None)


def sheet(images: np.ndarray, captions: Sequence[str], ids: Sequence[int], columns: int = 8):
    """A sheet of images (N, H, W) or (N, 3, H, W) uint8; a clicked image comes back as its id in
    `customdata`.
    """
    height, width = images.shape[-2:]
    gap = _gap(width)
    row, column = np.divmod(np.arange(len(images)), columns)
    pixels = pictures.tiles(_rgba(images), columns, gap)
    points = go.Scatter(
        x=column * (width + gap) + width / 2,
        y=row * (height + gap) + height / 2,
        customdata=ids,
        text=captions,
        mode="markers",
        marker={"size": 38, "symbol": "square-open", "opacity": 0, "line": {"width": 3}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{text}<extra></extra>",
    )
    picture = go.Image(source=pictures.data_url(pixels), hoverinfo="skip")
    size = FRAME, FRAME * pixels.shape[0] // pixels.shape[1]
    figure = _picture([picture, points], pixels.shape[:2], *size)
    return figure.update_layout(hovermode="closest", hoverdistance=-1)


def classes(images: np.ndarray, names: Sequence[str], top=None, scale=None, columns: int = 5):
    """One image (K, H, W) for each class, its name below it; NaN leaves its place empty.

    Images in colour (K, 3, H, W), 0 … 255, are shown in their colours.
    """
    height, width = images.shape[-2:]
    gap = _gap(width)
    name = round(NAME * columns * (width + gap) / FRAME)  # image pixels
    across, down = width + gap, height + name
    row, column = np.divmod(np.arange(len(images)), columns)
    if images.ndim == 3:
        z = pictures.tiles(images.astype(np.float32), columns, (name, gap), np.nan)
        z = np.pad(z, ((0, name), (0, 0)), constant_values=np.nan)
        trace = _ink(z, top, scale).update(hovertemplate="%{z:.0f}<extra></extra>")
    else:
        shown = np.isfinite(images).all(axis=(1, 2, 3))
        whole = _rgba(np.nan_to_num(images).round().astype(np.uint8))
        whole[~shown] = 0
        z = np.pad(pictures.tiles(whole, columns, (name, gap)), ((0, name), (0, 0), (0, 0)))
        trace = go.Image(source=pictures.data_url(z), hoverinfo="skip")
    figure = _picture([trace], z.shape[:2], FRAME, FRAME * z.shape[0] // z.shape[1])
    letters = max(3, FRAME // columns // 7)  # that fit below an image
    for text, y, x in zip(names, row * down, column * across, strict=True):
        middle = {"x": x + width / 2, "y": y + height + name / 2}
        short = text if len(text) <= letters else f"{text[: letters - 1]}…"
        figure.add_annotation(text=short, hovertext=text, showarrow=False, **middle)
    return figure


def counts(by_split: Mapping[str, np.ndarray], names: Sequence[str], what: str = "Digit"):
    """How many images of each class there are, one colour a split; `what` is what they show."""
    label = "%{y:,} × %{x}"
    bars = [go.Bar(name=k, x=list(names), y=v, hovertemplate=label) for k, v in by_split.items()]
    figure = plot(bars, what, "Images")
    return figure.update_xaxes(type="category").update_yaxes(tickformat=",")


def histogram(values: np.ndarray):
    """Share of the pixels at each of the 256 values, on a log axis, from their counts (256,).

    Counts (3, 256) give a line for each of red, green and blue.
    """
    share = values / np.maximum(values.sum(axis=-1, keepdims=True), 1)
    label = "value %{x}: %{y:.3~%} of all pixels<extra></extra>"
    if values.ndim == 1:
        traces = [go.Bar(x=np.arange(256), y=share, marker_line_width=0, hovertemplate=label)]
    else:
        traces = [
            go.Scatter(x=np.arange(256), y=y, name=name, line={"width": 1.5, "color": colour})
            for y, (name, colour) in zip(share, CHANNELS.items(), strict=True)
        ]
    figure = plot(traces, "Pixel value", "Share of all pixels", FRAME).update_layout(bargap=0)
    return figure.update_yaxes(type="log", tickformat="~%", dtick=1)


def flat(image: np.ndarray):
    """An image (…, H, W) in [0, 1] as a dense layer gets it: a line of values, and a strip."""
    vector = image.ravel()
    at = ("row %{customdata[0]}", "column %{customdata[1]}")
    if image.ndim == 3:
        at = ("channel %{customdata[0]}", "row %{customdata[1]}", "column %{customdata[2]}")
    line = go.Scatter(
        y=vector,
        customdata=np.indices(image.shape).reshape(image.ndim, -1).T,
        line={"width": 1, "shape": "hvh"},
        fill="tozeroy",
        hovertemplate=f"input %{{x}} = {', '.join(at)}: <b>%{{y:.2f}}</b><extra></extra>",
    )
    strip = _ink(vector[None], 1).update(yaxis="y2", hoverinfo="skip", hovertemplate=None)
    figure = plot([line, strip], "Input of the network", "Value", 220)
    rows = -(-vector.size // image.shape[-1] // 7)  # between two labels
    ticks = list(range(0, vector.size, max(rows, 1) * image.shape[-1]))
    figure.update_xaxes(tickvals=ticks, anchor="y2")
    return figure.update_layout(
        yaxis={"domain": [0.32, 1], "range": [0, 1.03], "tickvals": [0, 0.5, 1]},
        yaxis2={"domain": [0, 0.2], "visible": False, "fixedrange": True},
    )


def plane(points: np.ndarray, labels: np.ndarray, ids: np.ndarray, names: Sequence[str]):
    """Images as points (N, 2), one colour for each class; `customdata` holds their ids.

    More classes than there are colours have their names on the map instead of in a legend.
    """
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
        if len(names) > COLOURS:
            x, y = np.median(points[mine], axis=0)
            figure.add_annotation(text=f"<b>{names[k]}</b>", x=x, y=y, showarrow=False, **LABEL)
    figure.update_layout(showlegend=len(names) <= COLOURS)
    buttons = {"bgcolor": "rgba(0,0,0,0)", "color": "#8b929d", "activecolor": "#4a90c2"}
    figure.update_layout(hovermode="closest", margin_t=72, modebar=buttons)  # buttons over legend
    figure.update_xaxes(fixedrange=False, zeroline=False, showgrid=False)
    return figure.update_yaxes(fixedrange=False, zeroline=False, showgrid=False)


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
    if len(names) > COLOURS:  # then cells are small
        figure.update_layout(height=max(FRAME, 14 * len(names))).update_traces(textfont_size=9)
        figure.update_yaxes(dtick=1, tickfont_size=9).update_xaxes(tickfont_size=9)
    figure.update_xaxes(type="category", showgrid=False)
    return figure.update_yaxes(type="category", autorange="reversed", showgrid=False)


def _ink(values: np.ndarray, top: float | None, scale: list | None = INK) -> go.Heatmap:
    label = "row %{y}, column %{x}: <b>%{z:.4~g}</b><extra></extra>"
    colours = {"zmin": 0, "zmax": top, "colorscale": scale, "showscale": False}
    return go.Heatmap(z=values, hoverongaps=False, hovertemplate=label, **colours)


def _rgba(images: np.ndarray) -> np.ndarray:
    """Images (N, H, W) uint8, in the colours of INK, or (N, 3, H, W) → opaque (N, H, W, 4)."""
    if images.ndim == 3:
        paper, pen = (np.array(ImageColor.getrgb(colour)) for _, colour in INK)
        colours = paper + (pen - paper) * np.linspace(0, 1, 256)[:, None]  # (256, 3)
        pixels = colours.round().astype(np.uint8)[images]
    else:
        pixels = pictures.channels_last(images)
    return np.pad(pixels, [*[(0, 0)] * 3, (0, 1)], constant_values=255)


def _gap(width: int) -> int:
    """Image pixels between two images of this width: about 2 of MNIST's."""
    return max(1, round(width / 14))


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
