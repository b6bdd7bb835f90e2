"""Evidence: the scores, and which pixels they depend on."""

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import pictures, signed
from ui.session.state import Key

SIDE = 250  # pixels of a picture; three fit beside each other
LEAST = 0.01  # smaller losses of probability are not coloured
INTRO = (
    "The network computes ten scores, one per digit; the largest wins, and together they give the "
    "probabilities. Which pixels does a score depend on? There are two ways to ask: how would the "
    "score change if a pixel changed a little, and how much less likely is the digit if a part of "
    "the drawing is covered?"
)

EVIDENCE = Key("_evidence")  # the digit whose score is explained; None: the answer


def pixel_evidence(subject: Subject) -> None:
    chosen = st.pills(
        "Evidence for",
        range(len(subject.logits)),
        help="The digit whose score is explained. If none is chosen, it is the answer.",
        **EVIDENCE.lasting,
    )
    k = subject.answer if chosen is None else chosen
    with st.container(horizontal=True, gap="small"):
        with _panel():
            st.markdown("**Scores**", help="Also called logits: the output of the last layer.")
            st.echarts_chart(
                scores(subject.logits, k), height=SIDE, key="scores", alt="The score of each digit"
            )
            st.caption(_lead(subject.logits, subject.probabilities))
        with _panel():
            st.markdown(
                f"**What raises the score of {k}**",
                help="Saliency: the gradient of the score with respect to each pixel (Simonyan et "
                "al. 2014).",
            )
            slopes = explain.saliency(subject.network, subject.image, k)
            _overlay(subject, slopes, f"Saliency for {k}")
            st.caption(
                "More ink on :orange[orange] would raise the score, on :blue[blue] lower it."
            )
        with _panel():
            st.markdown(
                f"**What {k} depends on**",
                help="Occlusion: an empty patch of 5 × 5 pixels covers one place after the other, "
                "and the network reads each result (Zeiler & Fergus 2014).",
            )
            lost = explain.occlusion(subject.network, subject.image, k)
            _overlay(subject, lost, f"Occlusion for {k}", least=LEAST)
            st.caption(occlusion_text(k, lost))


def _panel():
    return st.container(width=SIDE)


def _overlay(subject: Subject, values: np.ndarray, alt: str, least: float = 0) -> None:
    pixels = signed.overlay(subject.image, values, max(np.abs(values).max(), least))
    st.image(pictures.data_url(pixels, SIDE), width=SIDE, alt=alt)


def occlusion_text(k: int, lost: np.ndarray) -> str:
    """What `explain.occlusion` found."""
    parts = []
    if (most := lost.max()) >= LEAST:
        points = f"{100 * most:.0f} percentage points"
        parts.append(f"Covering :orange[orange pixels] makes {k} less likely, by up to {points}.")
    if lost.min() <= -LEAST:
        parts.append(f"Covering :blue[blue pixels] makes {k} more likely.")
    return " ".join(parts) or f"No single patch makes a difference to {k}."


def _lead(logits: np.ndarray, likely: np.ndarray) -> str:
    second, first = np.argsort(logits)[-2:]
    lead = logits[first] - logits[second]
    times = likely[first] / max(likely[second], 1e-30)
    many = f"{times:,.0f}" if times < 1e6 else "more than a million"
    return (
        f"**{first}** leads **{second}** by {lead:.1f}. Probabilities are proportional to e to the "
        f"power of the score, so **{first}** is {many} times as likely."
    )


def scores(logits: np.ndarray, k: int) -> dict:
    """Logits (K,) → ECharts options: a bar per digit, all of them pale but that of `k`."""
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
