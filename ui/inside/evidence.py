"""Evidence: the scores, and which pixels they hang on."""

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import signed
from ui.session.state import Key

SIDE = 250  # pixels of a picture; three fit beside each other
LEAST = 0.01  # a smaller loss of probability is not worth a colour
INTRO = (
    "Before the probabilities come ten scores, one a digit, and the largest wins. "
    "Two ways to ask which pixels a score hangs on: how would it move if a pixel changed a "
    "little, and what is lost if a piece of the drawing is covered?"
)

EVIDENCE = Key("_evidence")  # the digit whose score is explained; None: the answer


def pixel_evidence(subject: Subject) -> None:
    chosen = st.pills(
        "Evidence for",
        range(len(subject.logits)),
        help="The digit whose score is explained. With none chosen, it is the answer.",
        **EVIDENCE.lasting,
    )
    k = subject.answer if chosen is None else chosen
    with st.container(horizontal=True, gap="small"):
        with _panel():
            st.markdown("**Scores**", help="Also called logits: what the last layer puts out.")
            st.echarts_chart(
                scores(subject.logits, k), height=SIDE, key="scores", alt="The score of each digit"
            )
            st.caption(_lead(subject.logits, subject.probabilities))
        with _panel():
            st.markdown(
                f"**What would move the score of {k}**",
                help="Saliency: the gradient of the score by each pixel. Simonyan et al. 2014.",
            )
            slopes = explain.saliency(subject.network, subject.image, k)
            _overlay(subject, slopes, f"Saliency for {k}")
            st.caption(
                f"More ink on :orange[orange] would speak for {k}, on :blue[blue] against it."
            )
        with _panel():
            st.markdown(
                f"**What {k} would miss**",
                help="Occlusion: a patch of 5 × 5 pixels of paper is laid on every place, and the "
                "probability is read again. Zeiler & Fergus 2014.",
            )
            lost = explain.occlusion(subject.network, subject.image, k)
            _overlay(subject, lost, f"Occlusion for {k}", least=LEAST)
            st.caption(missed(k, lost))


def _panel():
    return st.container(width=SIDE)


def _overlay(subject: Subject, values: np.ndarray, alt: str, least: float = 0) -> None:
    pixels = signed.signed(subject.image, values, max(np.abs(values).max(), least))
    st.image(signed.address(pixels, SIDE), width=SIDE, alt=alt)


def missed(k: int, lost: np.ndarray) -> str:
    """What `explain.occlusion` found, in words."""
    parts = []
    if (most := lost.max()) >= LEAST:
        points = f"{100 * most:.0f} points"
        parts.append(f"Cover the :orange[orange], and {k} becomes less likely, by up to {points}.")
    if lost.min() <= -LEAST:
        parts.append(f"Cover the :blue[blue], and {k} becomes likelier.")
    return " ".join(parts) or f"No single patch makes a difference to {k}."


def _lead(logits: np.ndarray, likely: np.ndarray) -> str:
    second, first = np.argsort(logits)[-2:]
    lead = logits[first] - logits[second]
    times = likely[first] / max(likely[second], 1e-30)
    many = f"{times:,.0f}" if times < 1e6 else "over a million"
    return (
        f"**{first}** leads **{second}** by {lead:.1f}. Probabilities grow as e to the score: that "
        f"makes it {many} times as likely."
    )


def scores(logits: np.ndarray, k: int) -> dict:
    """Logits (K,) → ECharts options: bars up and down, that of `k` in full colour."""
    data = [
        {"value": round(float(value), 2), "itemStyle": {"opacity": 1 if j == k else 0.4}}
        for j, value in enumerate(logits)
    ]
    return {
        "animationDuration": 0,
        "animationDurationUpdate": 200,
        "grid": {"left": 4, "right": 4, "top": 12, "bottom": 4, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [str(j) for j in range(len(logits))],
            "axisTick": {"show": False},
            "axisLine": {"onZero": False},
        },
        "yAxis": {"type": "value", "splitNumber": 4},
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}"},
        "series": [{"type": "bar", "data": data, "barWidth": "70%"}],
    }
