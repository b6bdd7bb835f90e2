"""Fragility maps: the drawing moved, turned, scaled, slanted and inked in many ways, and read."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from dataset.ink.render import BOX, PEN_RADIUS
from dataset.variants import variations
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts.wording import article, confidence_text

INTRO = (
    "The same drawing in some five hundred ways, all read at once. A colour is a digit, and the "
    "paler a field, the less sure the answer. Where colours meet, the reading flips."
)
WIDTH, HEIGHT = 350, 340  # pixels of a map
MARGINS = {"left": 54, "right": 4, "top": 4, "bottom": 46}
WRITING = {"fontSize": 11, "color": "#fff", "textBorderColor": "#0008", "textBorderWidth": 2}
REACH = 7  # pixels of shift
DEGREES = np.linspace(-60, 60, 13)
SIZES = np.linspace(8, 26, 13)[::-1]
SLANTS = 0.15 * np.arange(-6, 7)
PENS = PEN_RADIUS + 0.2 * np.arange(8, -5, -1)  # radii


class Map(NamedTuple):
    """One picture for each pair of values; the first row is the top one."""

    key: str
    title: str
    help: str
    x: str  # what an axis is called
    y: str
    xs: list[str]  # its values in words
    ys: list[str]
    images: np.ndarray  # (len(ys), len(xs), 28, 28)


def maps(strokes, image) -> list[Map]:
    """All maps that a drawing allows; without strokes its pixels are moved and turned instead."""
    places = [f"{n:+d}" if n else "0" for n in range(-REACH, REACH + 1)]
    found = [
        Map(
            "shift", "Moved",
            "Pixels right and down, after it was centred as MNIST has it.",
            "pixels right", "pixels down", places, places, variations.shifted(image, REACH),
        )
    ]  # fmt: skip
    drawn = len(strokes) > 0
    found.append(
        Map(
            "turn", "Turned and scaled",
            "The strokes are turned and drawn anew, so many pixels long; MNIST has 20."
            if drawn else "The pixels are turned and scaled; as it is, it has 20 of them.",
            "degrees", "pixels long", [f"{v:+.0f}" for v in DEGREES], [f"{v:.3g}" for v in SIZES],
            variations.turned(strokes, DEGREES, SIZES) if drawn
            else variations.turned_picture(image, DEGREES, SIZES),
        )
    )  # fmt: skip
    if drawn:
        found.append(
            Map(
                "slant", "Slanted and thickened",
                "The strokes lean to the right or left and are drawn with pens of many widths; "
                f"MNIST's is {2 * PEN_RADIUS:.3g} pixels wide.",
                "pixels to the right a pixel of height", "pen width",
                [f"{v:+.2f}" for v in SLANTS], [f"{2 * v:.2g}" for v in PENS],
                variations.slanted(strokes, SLANTS, PENS),
            )
        )  # fmt: skip
    return found


def answer_map(subject: Subject) -> None:
    drawn = maps(subject.strokes, subject.image)
    images = np.concatenate([m.images.reshape(-1, *subject.image.shape) for m in drawn])
    likely = explain.probabilities(subject.read(images))
    summary = st.container()
    with st.container(horizontal=True, gap="medium"):
        start = 0
        for m in drawn:
            rows, columns = m.images.shape[:2]
            part = likely[start : start + rows * columns].reshape(rows, columns, -1)
            start += rows * columns
            with st.container(width=WIDTH):
                st.markdown(f"**{m.title}**", help=m.help)
                st.echarts_chart(
                    chart(m, part), height=HEIGHT, key=f"fragility_{m.key}", alt=m.title
                )
            answers = part.argmax(axis=-1)
            if m.key == "shift":
                summary.markdown(moving(answers, subject.answer))
            elif m.key == "turn":
                row = int(np.abs(SIZES - BOX).argmin())
                summary.markdown(turning(answers[row], subject.answer))
    steady = float(np.mean(likely.argmax(axis=1) == subject.answer))
    digit = f"{article(subject.answer)} {subject.answer}"
    summary.markdown(f"In **{steady:.0%}** of all {len(likely)} ways it stays {digit}.")


def moving(answers: np.ndarray, answer: int) -> str:
    """How far it may be moved, in words; answers (15, 15), the first row moved up the most."""
    across, down = answers[REACH], answers[:, REACH]
    left, right, up, lower = (
        bears(way, answer)
        for way in (across[REACH::-1], across[REACH:], down[REACH::-1], down[REACH:])
    )
    return (
        f"Moved, it stays {article(answer)} **{answer}** for {up} pixels up, {lower} down, "
        f"{left} to the left and {right} to the right."
    )


def turning(answers: np.ndarray, answer: int) -> str:
    """How far it may be turned, in words; answers (13,) at DEGREES, at the usual size."""
    middle, step = len(DEGREES) // 2, DEGREES[1] - DEGREES[0]

    def limit(way: np.ndarray, side: str) -> str:
        steps = bears(way, answer)
        if steps == len(way) - 1:
            return f"all the {DEGREES[-1]:.0f}° {side}"
        return f"up to {steps * step:.0f}° {side} (then {article(way[steps + 1])} {way[steps + 1]})"

    left, right = limit(answers[middle::-1], "to the left"), limit(answers[middle:], "to the right")
    return f"Turned, it stays {article(answer)} **{answer}** {left} and {right}."


def bears(way: np.ndarray, answer: int) -> int:
    """How many steps the answer stays the same on a way that begins at the drawing as it is."""
    flips = np.flatnonzero(way != answer)
    return max(int(flips[0]) - 1, 0) if len(flips) else len(way) - 1


def chart(m: Map, likely: np.ndarray) -> dict:
    """ECharts options of a map, from probabilities (rows, columns, K): a series a digit, so that
    digits take the theme's colours in order.
    """
    answers, certain = likely.argmax(axis=-1), likely.max(axis=-1)
    rows, columns = answers.shape
    inside = WIDTH - MARGINS["left"] - MARGINS["right"], HEIGHT - MARGINS["top"] - MARGINS["bottom"]
    cell = [inside[0] / columns, inside[1] / rows]
    series = []
    for digit in range(likely.shape[-1]):
        data = [
            {
                "value": [int(x), int(y)],
                "name": f"{m.xs[x]} {m.x}, {m.ys[y]} {m.y}<br/>"
                f"reads <b>{digit}</b>, {confidence_text(certain[y, x])} sure",
                "itemStyle": {"opacity": round(0.25 + 0.75 * float(certain[y, x]) ** 2, 2)},
            }
            for y, x in np.argwhere(answers == digit)
        ]
        series.append(
            {
                "type": "scatter",
                "name": str(digit),
                "symbol": "rect",
                "symbolSize": cell,
                "data": data,
                "label": {"show": True, "formatter": "{a}", **WRITING},
            }
        )
    axis = {"type": "category", "boundaryGap": True, "axisTick": {"show": False}}
    middle = {"nameLocation": "middle", "splitLine": {"show": False}}
    return {
        "animation": False,
        "grid": {**MARGINS, "containLabel": False, "outerBoundsMode": "none"},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": {**axis, **middle, "data": m.xs, "name": m.x, "nameGap": 28},
        "yAxis": {**axis, **middle, "data": m.ys, "name": m.y, "nameGap": 36, "inverse": True},
        "series": series,
    }
