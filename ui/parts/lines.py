"""Curves that are updated: numbers → ECharts options, which the browser redraws without a flicker.

Series of one name share a colour. Options set no colours but a grey that is readable on light and
on dark, so the theme's colours are used.
"""

from collections.abc import Iterable, Mapping, Sequence

from scipy.ndimage import gaussian_filter1d

GREY = "#8b929d"
FLOOR = 1e-4  # in place of 0, which a log axis cannot show
FEW = 12  # points of a line that are shown as dots: one alone would be invisible
SMOOTH = 3  # points: standard deviation of the Gaussian filter
LOG, SHARE = {"type": "log"}, {"type": "value", "min": 0, "max": 100}

Rows = Sequence[Sequence[float]]  # each begins with its step


def points(rows: Rows, column: int = 1, factor: float = 1.0) -> list:
    """[[step, value], …], rounded to what a screen can show; gaps where a value is not finite."""
    return [[round(row[0]), _short(row[column] * factor)] for row in rows]


def _short(value: float) -> float | None:
    if not abs(value) < 1e30:  # NaN and the infinities too
        return None
    return max(float(f"{value:.4g}"), FLOOR) if value >= 0 else float(f"{value:.4g}")


def smoothed(rows: Rows, column: int) -> list[tuple[float, float]]:
    """A column without its noise, [(step, value), …]: smoothed to both sides, so without a lag."""
    values = gaussian_filter1d([float(row[column]) for row in rows], SMOOTH, mode="nearest")
    return [(row[0], value) for row, value in zip(rows, values.tolist(), strict=True)]


def line(name: str, data: list, **style) -> dict:
    """One series; `style` goes into its `lineStyle`."""
    style = {"width": 2, **style}
    dots = {"showSymbol": len(data) <= FEW, "symbolSize": 5}
    return {"name": name, "type": "line", "data": data, **dots, "lineStyle": style}


def quiet(series: dict, **changes) -> dict:
    """The series in the background: grey, and without a tooltip."""
    return {**series, "silent": True, "color": GREY, "tooltip": {"show": False}, **changes}


def marks(changes: Iterable, here: int | None = None) -> dict:
    """A dashed, numbered line at each change, and a solid one at the step that is shown."""
    numbered = [{"xAxis": step, "name": str(n)} for n, (step, _) in enumerate(changes, start=1)]
    if here is not None:
        now = {"type": "solid", "width": 2, "color": GREY}
        numbered.append({"xAxis": here, "name": "here", "lineStyle": now})
    return {
        "data": numbered,
        "symbol": "none",
        "animation": False,
        "silent": True,
        "lineStyle": {"type": "dashed", "color": GREY},
        "label": {"formatter": "{b}", "color": GREY},
    }


def chart(series: list[dict], axis: Mapping, mark: Mapping | None = None, legend=True) -> dict:
    """Options of a chart over steps. `mark`, from `marks`, is drawn with the last series."""
    if mark and series:
        series = [*series[:-1], {**series[-1], "markLine": mark}]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 16, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {"show": legend, "top": 0, "left": 0, "icon": "roundRect", "itemHeight": 4},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "value", "min": 0, "max": "dataMax", "minInterval": 1,
                  "axisLabel": {"showMaxLabel": False}},
        "yAxis": dict(axis),
        "series": series,
    }  # fmt: skip


def spreads(layers: Mapping[str, Sequence]) -> dict:
    """The distribution of each layer's weights, one below the other.

    found: `diagnostics.Histograms` by name of the layer.
    """
    tall = 100 / len(layers)
    series, titles, grids, across, up = [], [], [], [], []
    for n, (name, (middles, now, start)) in enumerate(layers.items()):
        place = {"xAxisIndex": n, "yAxisIndex": n}
        rows = list(zip(middles.tolist(), now.tolist(), start.tolist(), strict=True))
        before = [[float(f"{x:.3g}"), round(100 * y, 2)] for x, _, y in rows]
        after = [[float(f"{x:.3g}"), round(100 * y, 2)] for x, y, _ in rows]
        series.append({**quiet(line("at the start", before, width=1.5, type="dashed")), **place})
        series.append({**line("now", after), "areaStyle": {"opacity": 0.15}, **place})
        titles.append({"text": name, "top": f"{n * tall + 1}%", "right": 8,
                       "textStyle": {"fontSize": 12, "fontWeight": "normal"}})  # fmt: skip
        grids.append({"left": 8, "right": 8, "top": f"{n * tall + 3}%",
                      "height": f"{tall - 3 - 60 / len(layers) / 3}%"})  # fmt: skip
        edge = float(f"{2 * middles[-1] - middles[-2]:.3g}")
        across.append({"type": "value", "gridIndex": n, "min": -edge, "max": edge,
                       "axisLabel": {"showMinLabel": False, "showMaxLabel": False},
                       "splitNumber": 4, "splitLine": {"show": False}})  # fmt: skip
        up.append({"type": "value", "gridIndex": n, "show": False})
    return {
        "animation": False,
        "title": titles,
        "grid": grids,
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": across,
        "yAxis": up,
        "series": series,
    }


def bars(values: Mapping[str, float]) -> dict:
    """A bar for each name, the first on top, its value written beside it."""
    return {
        "animation": False,
        "grid": {"left": 4, "right": 56, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {"type": "category", "data": list(values), "inverse": True,
                  "axisTick": {"show": False}, "axisLine": {"show": False}},
        "series": [
            {
                "type": "bar",
                "barWidth": 14,
                "data": [float(f"{value:.3g}") for value in values.values()],
                "label": {"show": True, "position": "right"},
            }
        ],
    }  # fmt: skip
