"""What would have to change: the smallest change found that turns the answer into another."""

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside import features
from ui.inside.subject import Subject
from ui.parts import signed
from ui.parts.wording import article, confidence_text
from ui.session.state import Key

SIDE = 250  # pixels of a picture
WIDE = 516  # pixels of what lies below two of them
INTRO = (
    "How little would have to change for another answer? The gradient says for each pixel which "
    "way to go; many small steps find a change that is as small as possible."
)
SMOOTH = {"Single dots": 0.0, "Small smudges": 1.0, "As a pen could": 2.0}

TARGET = Key("_target")  # the digit that a drawing is to be turned into; None: the second guess
SMOOTHNESS = Key("_smoothness", "Small smudges")  # of the change that does it
MORPH = Key("_morph", 100)  # percent of the way to that digit


def smallest_change(subject: Subject) -> None:
    target, smoothness = _choose(subject)
    with np.errstate(over="ignore", invalid="ignore"):
        change = features.change(subject.model, subject.image, target, smoothness)
    if change is None:
        st.info(
            f"No way from here to {article(target)} {target} was found: try another digit or "
            "another kind."
        )
        return
    last = len(change.pictures) - 1
    percent = st.slider(
        f"From {subject.answer} to {target}",
        min_value=0,
        max_value=100,
        value=MORPH.default,
        step=100 // last,
        format="%d%%",
        width=WIDE,
        help="From your drawing to the first picture that is read as the other digit.",
        **MORPH.lasting,
    )
    _morph(change, percent * last // 100)
    with st.container(width=WIDE):
        alt = f"Probabilities on the way from {subject.answer} to {target}"
        options = curves(change.probabilities, subject.answer, target, percent)
        st.echarts_chart(options, height=200, key="morph", alt=alt)
    whole = np.abs(change.pictures[-1] - change.pictures[0])
    amount = whole.sum() / change.pictures[0].sum()
    st.markdown(
        f"Adding and taking away **{amount:.0%}** of the drawing's ink is enough to have it read "
        f"as **{target}**; no pixel changes by more than {whole.max():.0%} of full ink."
    )


def _choose(subject: Subject) -> tuple[int, float]:
    """The digit it shall become, and how smooth the change has to be."""
    digits = [k for k in range(len(subject.logits)) if k != subject.answer]
    if TARGET.get() not in digits:  # it has become the answer
        TARGET.set(None)
    with st.container(horizontal=True, gap="medium"):
        target = st.pills(
            f"Turn the {subject.answer} into",
            digits,
            help="The digit it shall be read as. With none chosen, it is the second guess.",
            **TARGET.lasting,
        )
        smooth = st.segmented_control(
            "By",
            list(SMOOTH),
            default=SMOOTHNESS.default,
            required=True,
            help="Networks can be turned by dots that nobody would write. The smoother the change "
            "has to be, the larger it gets, and the more it looks like ink.",
            **SMOOTHNESS.lasting,
        )
    guess = max(digits, key=lambda k: subject.logits[k])
    return guess if target is None else target, SMOOTH[smooth]


def _morph(change: explain.Change, step: int) -> None:
    """The picture after so many steps, and what has changed till then."""
    picture, likely = change.pictures[step], change.probabilities[step]
    most = float(np.abs(change.pictures[-1] - change.pictures[0]).max())
    ink = np.rint(255 * picture).astype(np.uint8)
    moved = signed.signed(np.zeros_like(ink), picture - change.pictures[0], most)
    answer = int(likely.argmax())
    with st.container(horizontal=True, gap="small"):
        with st.container(width=SIDE):
            st.image(signed.address(ink, SIDE), width=SIDE, alt=f"Read as {answer}")
            st.caption(f"Reads **{answer}**, {confidence_text(likely[answer])} sure.")
        with st.container(width=SIDE):
            st.image(signed.address(moved, SIDE), width=SIDE, alt="What has changed")
            st.caption("Ink :orange[added] and :blue[taken away].")


def curves(likely: np.ndarray, answer: int, target: int, percent: int) -> dict:
    """Probabilities (S, K) along the way → ECharts options: a line for each of the two digits, and
    for others that come up in between; a mark where the slider is.
    """
    others = [k for k in np.flatnonzero(likely.max(axis=0) > 0.2) if k not in (answer, target)]
    way = np.linspace(0, 100, len(likely)).round(1).tolist()
    lines = [
        {
            "name": str(k),
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
