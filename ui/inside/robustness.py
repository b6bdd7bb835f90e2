"""Robustness: how the answer changes if the drawing is shifted, rotated, scaled or slanted."""

import html
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from dataset.ink.render import BOX, PEN_RADIUS
from dataset.splits import CLASSES
from dataset.variants import variations
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts.wording import a, article, confident, plain
from ui.session import models

INTRO = (
    "More than five hundred variations of the drawing, all read at once. The colour of a cell is "
    "the answer; the paler it is, the lower the confidence. Where colours meet, the answer changes."
)
WIDTH, HEIGHT = 350, 340  # pixels of a map
MARGINS = {"left": 54, "right": 4, "top": 4, "bottom": 46}
WRITING = {"fontSize": 11, "color": "#fff", "textBorderColor": "#0008", "textBorderWidth": 2}
MAX_SHIFT = 7  # pixels
DEGREES = np.linspace(-60, 60, 13)
SIZES = np.linspace(8, 26, 13)[::-1]
SLANTS = 0.15 * np.arange(-6, 7)
PENS = PEN_RADIUS + 0.2 * np.arange(8, -5, -1)  # radii


class Map(NamedTuple):
    """One image for each pair of values; the first row is the top one."""

    key: str
    title: str
    help: str
    x: str  # names of the axes
    y: str
    xs: list[str]  # labels of their values
    ys: list[str]
    images: np.ndarray  # (len(ys), len(xs), *input_shape)


def maps(strokes, image, fit: Callable[[np.ndarray], np.ndarray] = lambda images: images):
    """All maps of a drawing, a list of `Map`. Without strokes, its pixels are moved and rotated.

    `fit` resamples images (…, 28, 28) to the size of `image`.
    """
    reach = reach_of(image)
    shifts = [f"{n:+d}" if n else "0" for n in range(-reach, reach + 1)]
    drawn = len(strokes) > 0
    found = [
        Map(
            "shift", "Shift",
            "Shifted to the right and down" + (", after it was centred as in MNIST." if drawn
                                               else "."),
            "pixels right", "pixels down", shifts, shifts, variations.shifted(image, reach),
        )
    ]  # fmt: skip
    found.append(
        Map(
            "rotation", "Rotation and size",
            "The strokes are rotated clockwise and redrawn in this size; MNIST's is 20 pixels."
            if drawn else "The image is rotated clockwise and scaled; its own size is 20 pixels.",
            "degrees", "pixels long", [f"{v:+.0f}" for v in DEGREES], [f"{v:.3g}" for v in SIZES],
            fit(variations.rotated(strokes, DEGREES, SIZES)) if drawn
            else variations.rotated_picture(image, DEGREES, SIZES),
        )
    )  # fmt: skip
    if drawn:
        found.append(
            Map(
                "slant", "Slant and pen width",
                "The strokes are slanted to the right or left and redrawn with this pen width; "
                f"MNIST's is {2 * PEN_RADIUS:.3g} pixels.",
                "slant, pixels right per pixel up", "pen width",
                [f"{v:+.2f}" for v in SLANTS], [f"{2 * v:.2g}" for v in PENS],
                fit(variations.sheared(strokes, SLANTS, PENS)),
            )
        )  # fmt: skip
    return found


def answer_map(subject: Subject) -> None:
    drawn = maps(subject.strokes, subject.image, lambda images: models.fit(subject.model, images))
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
                    chart(m, part, subject.names),
                    height=HEIGHT,
                    key=f"robustness_{m.key}",
                    alt=m.title,
                )
            answers = part.argmax(axis=-1)
            if m.key == "shift":
                summary.markdown(shift_text(answers, subject.answer, subject.names))
            elif m.key == "rotation":
                row = int(np.abs(SIZES - BOX).argmin())
                summary.markdown(rotation_text(answers[row], subject.answer, subject.names))
    same = float(np.mean(likely.argmax(axis=1) == subject.answer))
    name = subject.a(subject.answer)
    summary.markdown(f"Of all {len(likely)} variations, **{same:.0%}** are read as {name}.")


def reach_of(image: np.ndarray) -> int:
    """By how many pixels an image is shifted: MAX_SHIFT of MNIST's 28."""
    return max(1, MAX_SHIFT * min(image.shape[-2:]) // 28)


def shift_text(answers: np.ndarray, answer: int, names: Sequence[str] = CLASSES) -> str:
    """How far it may be shifted, from answers (2 R + 1, 2 R + 1); the first row is shifted up the
    most.
    """
    middle = len(answers) // 2
    row, column = answers[middle], answers[:, middle]
    left, right, up, down = (
        steps_unchanged(line, answer)
        for line in (
            row[middle::-1], row[middle:], column[middle::-1], column[middle:]
        )
    )  # fmt: skip
    return (
        f"It is still read as {a(names[answer])} if shifted by up to {up} pixels up, "
        f"{down} down, {left} to the left or {right} to the right."
    )


def rotation_text(answers: np.ndarray, answer: int, names: Sequence[str] = CLASSES) -> str:
    """How far it may be rotated, from answers (13,) at DEGREES, at the usual size."""
    middle, step = len(DEGREES) // 2, DEGREES[1] - DEGREES[0]

    def limit(line: np.ndarray, side: str) -> str:
        steps = steps_unchanged(line, answer)
        if steps == len(line) - 1:
            return f"{DEGREES[-1]:.0f}° {side} (the largest angle tried)"
        then = names[line[steps + 1]]
        then = f"{article(then)} {then}" if len(then) == 1 else then
        return f"{steps * step:.0f}° {side} (then {plain(then)})"

    left, right = limit(answers[middle::-1], "anticlockwise"), limit(answers[middle:], "clockwise")
    return f"It is still read as {a(names[answer])} if rotated by up to {left} or {right}."


def steps_unchanged(answers: np.ndarray, answer: int) -> int:
    """For how many steps from the drawing as it is, the first of `answers`, the answer is kept."""
    changed = np.flatnonzero(answers != answer)
    return max(int(changed[0]) - 1, 0) if len(changed) else len(answers) - 1


def chart(m: Map, likely: np.ndarray, names: Sequence[str] = CLASSES) -> dict:
    """ECharts options of a map, from probabilities (rows, columns, K).

    There is one series per class, so that classes get the theme's colours in order.
    """
    answers, certain = likely.argmax(axis=-1), likely.max(axis=-1)
    rows, columns = answers.shape
    inside = WIDTH - MARGINS["left"] - MARGINS["right"], HEIGHT - MARGINS["top"] - MARGINS["bottom"]
    cell = [inside[0] / columns, inside[1] / rows]
    series = []
    short = [name if len(name) < 3 else f"{name[:2]}…" for name in names]
    for k in range(likely.shape[-1]):
        data = [
            {
                "value": [int(x), int(y)],
                "name": f"{m.xs[x]} {m.x}, {m.ys[y]} {m.y}<br/>"
                f"read as <b>{html.escape(names[k])}</b>, {confident(certain[y, x])}",
                "itemStyle": {"opacity": round(0.25 + 0.75 * float(certain[y, x]) ** 2, 2)},
            }
            for y, x in np.argwhere(answers == k)
        ]
        series.append(
            {
                "type": "scatter",
                "name": short[k],
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
