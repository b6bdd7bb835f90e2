"""Counterfactuals: the smallest change found that turns the answer into another class."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dataset.splits import CLASSES, noun
from netcore.analysis import explain
from ui.inside import features
from ui.inside.subject import Subject
from ui.parts import pictures, signed
from ui.parts.wording import class_word, confident, plain
from ui.session.state import Key

SIDE = 250  # pixels of a picture
WIDE = 516  # pixels of what lies below two of them
SMOOTH = {"Single pixels": 0.0, "Small smudges": 1.0, "Pen strokes": 2.0}

TARGET = Key("_target")  # the class to turn the picture into; None: the second most likely one
SMOOTHNESS = Key("_smoothness", "Small smudges")  # of the change
PERCENT = Key("_percent", 100)  # of the change that is shown


def intro(names: Sequence[str]) -> str:
    return (
        "How small a change is enough for another answer? The gradient tells for each pixel "
        f"whether more or less ink brings the other {class_word(noun(names))} closer. Many small "
        "steps find a change that is as small as possible, also called a counterfactual."
    )


def smallest_change(subject: Subject) -> None:
    target, smoothness = _choose(subject)
    with np.errstate(over="ignore", invalid="ignore"):
        change = features.counterfactual(subject.model, subject.image, target, smoothness)
    if change is None:
        st.info(
            f"No change was found that turns it into {subject.a(target)}: try another "
            f"{subject.what} or another kind of change."
        )
        return
    last, names = len(change.images) - 1, subject.names
    start, end = plain(names[subject.answer]), plain(names[target])
    percent = st.slider(
        f"From {start} to {end}",
        min_value=0,
        max_value=100,
        value=PERCENT.default,
        step=100 // last,
        format="%d%%",
        width=WIDE,
        help=f"From your picture to the first image that is read as the other {subject.what}.",
        **PERCENT.lasting,
    )
    _pictures(change, percent * last // 100, names)
    with st.container(width=WIDE):
        alt = f"Probabilities from {start} to {end}"
        options = curves(change.probabilities, subject.answer, target, percent, names)
        st.echarts_chart(options, height=200, key="change", alt=alt)
    whole = np.abs(change.images[-1] - change.images[0])
    amount = whole.sum() / max(change.images[0].sum(), 1e-9)
    ink = "ink" if whole.ndim == 2 else "light"
    st.markdown(
        f"To have it read as **{end}**, it is enough to add or remove **{amount:.0%}** of the "
        f"picture's {ink}. No pixel changes by more than {whole.max():.0%} of full {ink}."
    )


def _choose(subject: Subject) -> tuple[int, float]:
    """The class it should become, and how smooth the change should be."""
    classes = [k for k in range(len(subject.logits)) if k != subject.answer]
    if TARGET.get() not in classes:  # the answer is now this class
        TARGET.set(None)
    with st.container(horizontal=True, gap="medium"):
        target = st.pills(
            f"Turn the {plain(subject.names[subject.answer])} into",
            classes,
            format_func=subject.names.__getitem__,
            wrap=True,
            help=f"The {subject.what} it should be read as. If none is chosen, the second most "
            "likely one.",
            **TARGET.lasting,
        )
        smooth = st.segmented_control(
            "By changing",
            list(SMOOTH),
            default=SMOOTHNESS.default,
            required=True,
            help="Single pixels that nobody would draw can be enough to change an answer. The "
            "smoother the change has to be, the larger it gets, and the more it looks like ink.",
            **SMOOTHNESS.lasting,
        )
    guess = max(classes, key=lambda k: subject.logits[k])
    return guess if target is None else target, SMOOTH[smooth]


def _pictures(change: explain.Counterfactual, step: int, names: Sequence[str]) -> None:
    """The image after so many steps, and what has changed by then."""
    picture, likely = change.images[step], change.probabilities[step]
    most = float(np.abs(change.images[-1] - change.images[0]).max())
    ink = np.rint(255 * picture).astype(np.uint8)
    moved = picture - change.images[0]
    moved = moved if moved.ndim == 2 else moved.mean(axis=0)  # of all channels together
    overlaid = signed.overlay(np.zeros(moved.shape, np.uint8), moved, most)
    answer = plain(names[likely.argmax()])
    with st.container(horizontal=True, gap="small"):
        with st.container(width=SIDE):
            st.image(
                pictures.data_url(pictures.upright(ink), SIDE), width=SIDE, alt=f"Read as {answer}"
            )
            st.caption(f"Read as **{answer}**, {confident(likely.max())}.")
        with st.container(width=SIDE):
            st.image(pictures.data_url(overlaid, SIDE), width=SIDE, alt="What has changed")
            what = "Ink" if picture.ndim == 2 else "Light"
            st.caption(f"{what} :orange[added] and :blue[removed].")


def curves(
    likely: np.ndarray, answer: int, target: int, percent: int, names: Sequence[str] = CLASSES
) -> dict:
    """Probabilities (S, K) of all steps → ECharts options: a line for each of the two classes, and
    for others that become likely in between; a mark at the position of the slider.
    """
    others = [k for k in np.flatnonzero(likely.max(axis=0) > 0.2) if k not in (answer, target)]
    way = np.linspace(0, 100, len(likely)).round(1).tolist()
    lines = [
        {
            "name": names[k],
            "type": "line",
            "showSymbol": False,
            "lineStyle": {"width": 1.5 if k in others else 2.5},
            "data": list(zip(way, (100 * likely[:, k]).round(1).tolist(), strict=True)),
        }
        for k in (answer, target, *others)
    ]
    lines[0]["markLine"] = {
        "data": [{"xAxis": percent}],
        "symbol": "none",
        "animation": False,
        "label": {"show": False},
    }
    return {
        "animation": False,
        "grid": {"left": 4, "right": 12, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "icon": "roundRect", "itemHeight": 4},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "value", "min": 0, "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": {"type": "value", "min": 0, "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "series": lines,
    }
