"""Results of a sweep → Plotly figures. Colour shows the accuracy, on the log scale of the errors.

On that scale 99 % is as far from 90 % as 90 % is from 0 %, so the best can be told apart. A clicked
trial comes back as its `customdata`, the key of its result.
"""

import math

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import ImageColor

from netcore.search.sweep import Range, Result, Sweep, ranked
from ui.parts import charts
from ui.parts.settings import label, sentence, value_text

HEIGHT = 380
LEAST = 1e-4  # the smallest error with a colour of its own
GREY = "#8b929d"  # on light and dark
PALE = 3  # of the ten sequential colours, the first few are too close to the page for a line


def nines(accuracy: float) -> float:
    """How many nines an accuracy has: 0 for 0 %, 1 for 90 %, 2 for 99 %."""
    return -math.log10(max(1 - accuracy, LEAST))


def grid(sweep: Sweep, results: list[Result], x: str, y: str, chosen: str | None):
    """A heat map over two settings of a grid. With more settings, a cell shows the best result."""
    across, up = list(dict.fromkeys(sweep.axes[x])), list(dict.fromkeys(sweep.axes[y]))
    cells: dict = {}
    for result in ranked(results):
        cells.setdefault((result.settings[x], result.settings[y]), result)
    z = np.full((len(up), len(across)), np.nan)
    for (value_x, value_y), result in cells.items():
        if result.status == "done":
            z[up.index(value_y), across.index(value_x)] = nines(result.validation_accuracy)
    columns, rows = ([value_text(value) for value in values] for values in (across, up))
    spaced = {"xgap": 3, "ygap": 3, "showscale": False, "hoverinfo": "skip"}
    heatmap = go.Heatmap(z=z, x=columns, y=rows, **spaced)
    targets = go.Scatter(
        x=[value_text(place[0]) for place in cells],
        y=[value_text(place[1]) for place in cells],
        marker={"size": 44, "symbol": "square", "opacity": 0},
        **_clickable(cells.values()),
    )
    figure = charts.plot([heatmap, targets], label(x), label(y), HEIGHT)
    for place, result in cells.items():
        column, row = across.index(place[0]), up.index(place[1])
        font = {"size": 13, "color": _readable_on(_share(z, row, column))}
        text = score(result)  # not a trace: those are dimmed when a cell is chosen
        figure.add_annotation(x=column, y=row, text=text, font=font, showarrow=False)
        if result.key == chosen:
            _frame(figure, column, row)
    figure.update_layout(showlegend=False, margin_t=8, hovermode="closest", hoverdistance=-1)
    figure.update_xaxes(type="category", showgrid=False, categoryarray=columns)
    return figure.update_yaxes(type="category", showgrid=False, categoryarray=rows)


def points(sweep: Sweep, results: list[Result], x: str, y: str, chosen: str | None):
    """The trials of a random search as points over two settings."""
    done = ranked(results)[::-1]  # the best on top
    colours = [nines(r.validation_accuracy) if r.status == "done" else None for r in done]
    shown = go.Scatter(
        x=[r.settings[x] for r in done],
        y=[r.settings[y] for r in done],
        marker={
            "size": [26 if r.key == chosen else 17 for r in done],
            "symbol": ["circle" if r.status == "done" else "x-thin-open" for r in done],
            "color": colours,
            "line": {"width": 1, "color": GREY},
            "opacity": 1,
        },
        unselected={"marker": {"opacity": 1}},
        **_clickable(done),
    )
    figure = charts.plot([shown], label(x), label(y), HEIGHT)
    figure.update_layout(showlegend=False, margin_t=8, hovermode="closest")
    for name, update in ((x, figure.update_xaxes), (y, figure.update_yaxes)):
        axis = sweep.axes[name]
        if isinstance(axis, Range) and axis.log:
            update(type="log", range=[math.log10(axis.low / 1.2), math.log10(axis.high * 1.2)])
            update(dtick=1 if axis.high > 50 * axis.low else "D1")
        elif not isinstance(axis, Range):
            update(type="category", categoryarray=[value_text(value) for value in axis])
    return figure


def parallel(sweep: Sweep, results: list[Result], chosen: str | None):
    """A line for each trial, through its settings to its accuracy; the best are on top."""
    done = [result for result in ranked(results)[::-1] if result.status == "done"]
    scales = [_scale(sweep.axes[name], [r.settings[name] for r in results]) for name in sweep.axes]
    goods = [nines(result.validation_accuracy) for result in done]
    low, high = min(goods, default=0.0), max(goods, default=1.0)
    span = high - low or 1.0
    colours = _colours()
    paper = ",".join(map(str, ImageColor.getrgb(_theme("backgroundColor"))))
    figure = charts.plot([], "", "", HEIGHT)
    for result, good in zip(done, goods, strict=True):
        heights = [
            place(result.settings[name])
            for name, (place, _) in zip(sweep.axes, scales, strict=True)
        ]
        share = (good - low) / span
        mine = result.key == chosen
        figure.add_scatter(
            x=list(range(len(heights) + 1)),
            y=[*heights, share],
            mode="lines+markers",
            line={
                "color": colours[PALE + round(share * (len(colours) - 1 - PALE))],
                "width": 5 if mine else 2,
                "shape": "spline",
                "smoothing": 0.6,
            },
            marker={"size": 11 if mine else 8},
            opacity=1 if mine else 0.8,
            unselected={"marker": {"opacity": 1}},
            customdata=[result.key] * (len(heights) + 1),
            hovertemplate=f"{score(result)}%<br>{sentence(result.settings)}<extra></extra>",
        )
    accuracies = [result.validation_accuracy for result in done]
    ends = {min(accuracies, default=0): 0.0, max(accuracies, default=1): 1.0} if done else {}
    ticks = [ticks for _, ticks in scales] + [{f"{a:.1%}": y for a, y in ends.items()}]
    for x, (name, marks) in enumerate(zip([*sweep.axes, "accuracy"], ticks, strict=True)):
        figure.add_vline(x, line={"width": 1, "color": GREY}, layer="below")
        last = x == len(sweep.axes)
        side, away = ("right", -9) if last else ("left", 9)
        beside = {"x": x, "showarrow": False, "xanchor": side}
        figure.add_annotation(y=1.16, text=f"<b>{label(name)}</b>", **beside)
        for text, y in marks.items():
            figure.add_annotation(
                y=y, xshift=away, text=text, bgcolor=f"rgba({paper},0.6)", borderpad=0, **beside
            )
    figure.update_layout(showlegend=False, margin_t=8, hovermode="closest")
    figure.update_xaxes(visible=False, range=[-0.06, len(sweep.axes) + 0.06])
    return figure.update_yaxes(visible=False, range=[-0.08, 1.22])


def curve(result: Result):
    """The trial's accuracy on validation over its steps."""
    steps = [row[0] for row in result.curve]
    line = go.Scatter(
        x=steps,
        y=[row[2] for row in result.curve],
        mode="lines+markers",
        hovertemplate="step %{x}: %{y:.2%}<extra></extra>",
    )
    figure = charts.plot([line], "Step", "Validation accuracy", 260)
    figure.update_layout(margin_t=8).update_xaxes(rangemode="tozero")
    return figure.update_yaxes(tickformat=".0%")


def score(result: Result) -> str:
    """The accuracy in percent; a cross for a trial that diverged."""
    if result.status != "done":
        return "✕"
    return f"{100 * result.validation_accuracy:.1f}"


def _colours() -> list[str]:
    """The theme's ten sequential colours, from low to high."""
    return _theme("chartSequentialColors")


def _theme(option: str):
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.{option}")


def _share(z, row, column):
    """Where a cell is between the lowest and the highest (0 … 1); None if it is empty."""
    if np.isnan(z[row, column]):
        return None
    return (z[row, column] - np.nanmin(z)) / (np.ptp(z[~np.isnan(z)]) or 1.0)


def _readable_on(share: float | None) -> str:
    """A colour for text on a cell of the heat map."""
    if share is None:
        return GREY
    colours = _colours()
    red, green, blue = ImageColor.getrgb(colours[round(share * (len(colours) - 1))])
    bright = (0.299 * red + 0.587 * green + 0.114 * blue) / 255
    return "#0b0e14" if bright > 0.5 else "#ffffff"


def _clickable(results) -> dict:
    done = [score(r) + ("%" if r.status == "done" else f" {r.status}") for r in results]
    return {
        "mode": "markers",
        "customdata": [result.key for result in results],
        "text": [
            f"<b>{text}</b><br>{sentence(result.settings)}"
            for text, result in zip(done, results, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _frame(figure, column, row):
    """A frame around one cell."""
    figure.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"width": 3, "color": "#eaa904"},
    )


def _scale(axis, values):
    """The place of a value on this axis in [0, 1], as a function, and the ticks to write there."""
    if not isinstance(axis, Range):
        options = list(dict.fromkeys(axis))
        last = max(len(options) - 1, 1)
        marks = {value_text(option): n / last for n, option in enumerate(options)}
        return lambda value: marks[value_text(value)], marks
    bend = math.log if axis.log else float

    def place(value):
        return (bend(value) - bend(axis.low)) / (bend(axis.high) - bend(axis.low))

    middle = [10.0**power for power in range(-9, 9)] if axis.log else []
    marks = [n for n in middle if 0.1 < place(n) < 0.9]  # the ends need room for their own ticks
    return place, {value_text(value): place(value) for value in (axis.low, *marks, axis.high)}
