"""All available models read the same drawing, in several views as on the canvas."""

import time
from collections import Counter

import numpy as np
import streamlit as st

from netcore import Model, ModelError
from ui.inside.subject import Subject
from ui.parts.wording import article
from ui.session import answer, models, state

UPDATE_EVERY = 1.0  # seconds, while a network is in training
INTRO = (
    "The same drawing, read by every model you have: those that come with the app, those you saved "
    "or uploaded, and the one in training."
)


def answers(subject: Subject) -> None:
    job = state.JOB.get()
    learning = job is not None and job.running
    st.fragment(_table, run_every=UPDATE_EVERY if learning else None)(subject)


def _table(subject: Subject) -> None:
    views = subject.digit.views[None]
    rows = [_row(name, model, views) for name, model in models.models().items()]
    st.dataframe(
        {key: [row[key] for row in rows] for key in rows[0]},
        hide_index=True,
        key="all_models",
        column_config={
            "Answer": st.column_config.TextColumn(width=60),
            "A digit?": st.column_config.TextColumn(
                width=60, help="Whether the drawing looks like a digit to this model."
            ),
            "Confidence": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%d%%", width="small"
            ),
            "Digits 0 to 9": st.column_config.BarChartColumn(
                y_min=0, y_max=1, help="The probability of each digit, from 0 to 9."
            ),
            "Second choice": st.column_config.TextColumn(width="small"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Time": st.column_config.NumberColumn(
                format="%.1f ms", help="How long the model took to read this drawing."
            ),
        },
    )
    st.markdown(verdict(Counter(row["Answer"] for row in rows if row["Answer"] != "–")))


def _row(name: str, model: Model, views: np.ndarray) -> dict:
    """How one model reads views (1, V, 28, 28). If its numbers overflow, it has no answer."""
    row = {"Model": name, "Parameters": len(model.theta)}
    try:
        models.check(model)
        own = answer.new_reader(model)
        answer.read(own, views)  # allocates memory
        began = time.perf_counter()
        reading = answer.read(own, views)
        took = 1000 * (time.perf_counter() - began)
    except ModelError:
        empty = {"Confidence": None, "Digits 0 to 9": [], "Second choice": "–", "Time": None}
        return _ordered(row | {"Answer": "–", "A digit?": "–"} | empty)
    likely = reading.probabilities[0]
    second, first = likely.argsort()[-2:]
    found = {
        "Answer": str(first),
        "A digit?": ("yes" if reading.accepted[0] else "no") if own.calibrated else "–",
        "Confidence": min(99, int(100 * likely[first])),  # no answer is certain
        "Digits 0 to 9": likely.tolist(),
        "Second choice": f"{second} ({likely[second]:.1%})",
        "Time": took,
    }
    return _ordered(row | found)


def _ordered(row: dict) -> dict:
    names = (
        "Model",
        "Answer",
        "A digit?",
        "Confidence",
        "Digits 0 to 9",
        "Second choice",
        "Parameters",
        "Time",
    )
    return {name: row[name] for name in names}


def verdict(votes: Counter) -> str:
    """Whether the models agree, and how many read which digit."""
    if not votes:
        return "No model has an answer."
    (first, most), *others = votes.most_common()
    if not others:
        return f"All models read {article(first)} **{first}**."
    rest = ", ".join(f"{count} {article(digit)} **{digit}**" for digit, count in others)
    return f"The models disagree: {most} read {article(first)} **{first}**, {rest}."
