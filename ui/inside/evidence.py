"""Evidence: the scores, and which pixels they depend on."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dataset.splits import noun
from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import pictures, signed
from ui.parts.wording import class_word, plain
from ui.session.state import Key

SIDE = 250  # pixels of a picture; three fit beside each other
PATCH = 5 / 28  # side of the patch that covers a place, as a share of the image's
LEAST = 0.01  # smaller losses of probability are not coloured
EVIDENCE = Key("_evidence")  # the class whose score is explained; None: the answer


def intro(names: Sequence[str]) -> str:
    count, what = "ten" if len(names) == 10 else len(names), class_word(noun(names))
    return (
        f"The network computes {count} scores, one per {what}; the largest wins, and together they "
        "give the probabilities. Which pixels does a score depend on? There are two ways to ask: "
        f"how would the score change if a pixel changed a little, and how much less likely is the "
        f"{what} if a part of the picture is covered?"
    )


def pixel_evidence(subject: Subject) -> None:
    if (EVIDENCE.get() or 0) >= len(subject.names):  # left from a model with more classes
        EVIDENCE.set(None)
    chosen = st.pills(
        "Evidence for",
        range(len(subject.names)),
        format_func=subject.names.__getitem__,
        wrap=True,
        help=f"The {subject.what} whose score is explained. If none is chosen, it is the answer.",
        **EVIDENCE.lasting,
    )
    k = subject.answer if chosen is None else chosen
    name = plain(subject.names[k])
    patch = max(2, round(PATCH * min(subject.grey.shape)))
    with st.container(horizontal=True, gap="small"):
        with _panel():
            st.markdown("**Scores**", help="Also called logits: the output of the last layer.")
            options, alt = scores(subject.logits, k, subject.names), f"Score of each {subject.what}"
            st.echarts_chart(options, height=SIDE, key="scores", alt=alt)
            st.caption(_lead(subject.logits, subject.probabilities, subject.names))
        with _panel():
            st.markdown(
                f"**What raises the score of {name}**",
                help="Saliency: the gradient of the score with respect to each pixel (Simonyan et "
                "al. 2014).",
            )
            slopes = explain.saliency(subject.network, subject.image, k)
            ink = "ink" if slopes.ndim == 2 else "light"
            slopes = slopes if slopes.ndim == 2 else slopes.sum(axis=0)  # of all channels together
            _overlay(subject, slopes, f"Saliency for {name}")
            st.caption(
                f"More {ink} on :orange[orange] would raise the score, on :blue[blue] lower it."
            )
        with _panel():
            st.markdown(
                f"**What {name} depends on**",
                help=f"Occlusion: an empty patch of {patch} × {patch} pixels covers one place "
                "after the other, and the network reads each result (Zeiler & Fergus 2014).",
            )
            lost = explain.occlusion(subject.network, subject.image, k, patch)
            _overlay(subject, lost, f"Occlusion for {name}", least=LEAST)
            st.caption(occlusion_text(name, lost))


def _panel():
    return st.container(width=SIDE)


def _overlay(subject: Subject, values: np.ndarray, alt: str, least: float = 0) -> None:
    pixels = signed.overlay(subject.grey, values, max(np.abs(values).max(), least))
    st.image(pictures.data_url(pixels, SIDE), width=SIDE, alt=alt)


def occlusion_text(name: int | str, lost: np.ndarray) -> str:
    """What `explain.occlusion` found."""
    parts = []
    if (most := lost.max()) >= LEAST:
        points = f"{100 * most:.0f} percentage points"
        parts.append(
            f"Covering :orange[orange pixels] makes {name} less likely, by up to {points}."
        )
    if lost.min() <= -LEAST:
        parts.append(f"Covering :blue[blue pixels] makes {name} more likely.")
    return " ".join(parts) or f"No single patch makes a difference to {name}."


def _lead(logits: np.ndarray, likely: np.ndarray, names: Sequence[str]) -> str:
    behind, ahead = np.argsort(logits)[-2:]
    lead = logits[ahead] - logits[behind]
    times = likely[ahead] / max(likely[behind], 1e-30)
    first, second = plain(names[ahead]), plain(names[behind])
    many = f"{times:,.0f}" if times < 1e6 else "more than a million"
    return (
        f"**{first}** leads **{second}** by {lead:.1f}. Probabilities are proportional to e to the "
        f"power of the score, so **{first}** is {many} times as likely."
    )


def scores(logits: np.ndarray, k: int, names: Sequence[str]) -> dict:
    """Logits (K,) → ECharts options: a bar per class, all of them pale but that of `k`."""
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
            "data": list(names),
            "axisTick": {"show": False},
            "axisLine": {"onZero": False},
        },
        "yAxis": {"type": "value", "splitNumber": 4},
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}"},
        "series": [{"type": "bar", "data": data, "barWidth": "70%"}],
    }
