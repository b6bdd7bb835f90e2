"""All models within reach read the same drawing, over several looks as the page does."""

import time
from collections import Counter

import numpy as np
import streamlit as st

from dataset.variants.views import of_drawings, of_images
from netcore import Model, ModelError
from ui.inside.subject import Subject
from ui.parts.wording import article
from ui.session import answer, models, state

TICK = 1.0  # seconds between two looks at the network in training
INTRO = (
    "The same picture, read by every model you have: those that came with the app, those you saved "
    "or opened, and the one you are training."
)


def answers(subject: Subject) -> None:
    job = state.JOB.get()
    learning = job is not None and job.running
    st.fragment(_table, run_every=TICK if learning else None)(subject)


def _table(subject: Subject) -> None:
    views = of_drawings([subject.strokes]) if subject.strokes else of_images(subject.image[None])
    rows = [_row(name, model, views) for name, model in models.models().items()]
    st.dataframe(
        {key: [row[key] for row in rows] for key in rows[0]},
        hide_index=True,
        key="side_by_side",
        column_config={
            "Reads": st.column_config.TextColumn(width=60),
            "A digit": st.column_config.TextColumn(
                width=60, help="Whether it finds that this looks like a digit at all."
            ),
            "Sure": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%d%%", width="small"
            ),
            "Digits 0 to 9": st.column_config.BarChartColumn(
                y_min=0, y_max=1, help="The probability of each digit."
            ),
            "Second guess": st.column_config.TextColumn(width="small"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Time": st.column_config.NumberColumn(
                format="%.1f ms", help="How long this reading took, once set up."
            ),
        },
    )
    st.markdown(verdict(Counter(row["Reads"] for row in rows if row["Reads"] != "–")))


def _row(name: str, model: Model, views: np.ndarray) -> dict:
    """What one model makes of (1, V, 28, 28); a model whose numbers ran away has no answer."""
    row = {"Model": name, "Parameters": len(model.theta)}
    try:
        models.check(model)
        own = answer.new_reader(model)
        answer.read(own, views)  # sets the memory up
        began = time.perf_counter()
        reading = answer.read(own, views)
        took = 1000 * (time.perf_counter() - began)
    except ModelError:
        empty = {"Sure": None, "Digits 0 to 9": [], "Second guess": "–", "Time": None}
        return _ordered(row | {"Reads": "–", "A digit": "–"} | empty)
    likely = reading.probabilities[0]
    second, first = likely.argsort()[-2:]
    found = {
        "Reads": str(first),
        "A digit": ("yes" if reading.known[0] else "no") if own.calibrated else "–",
        "Sure": min(99, int(100 * likely[first])),  # nobody is ever wholly sure
        "Digits 0 to 9": likely.tolist(),
        "Second guess": f"{second} ({likely[second]:.1%})",
        "Time": took,
    }
    return _ordered(row | found)


def _ordered(row: dict) -> dict:
    names = (
        "Model",
        "Reads",
        "A digit",
        "Sure",
        "Digits 0 to 9",
        "Second guess",
        "Parameters",
        "Time",
    )
    return {name: row[name] for name in names}


def verdict(votes: Counter) -> str:
    """How far they agree, in words; how many read which digit."""
    if not votes:
        return "None of them has an answer."
    (first, most), *others = votes.most_common()
    if not others:
        return f"All of them read {article(first)} **{first}**."
    rest = ", ".join(f"{count} {article(digit)} **{digit}**" for digit, count in others)
    return f"They disagree: {most} read {article(first)} **{first}**, {rest}."
