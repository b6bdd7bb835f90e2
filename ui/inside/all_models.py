"""All available models read the same drawing, in several views as on the canvas."""

import time
from collections import Counter

import numpy as np
import streamlit as st

from dataset.variants.views import of_drawings
from netcore import Model, ModelError
from ui.inside.subject import Subject
from ui.parts.wording import a
from ui.session import answer, models, state

UPDATE_EVERY = 1.0  # seconds, while a network is in training
ALIKE, LIKELY = "A digit?", "Digits 0 to 9"  # columns
INTRO = (
    "The same drawing, read by every model you have: those that come with the app, those you saved "
    "or uploaded, and the one in training."
)


def answers(subject: Subject) -> None:
    job = state.JOB.get()
    learning = job is not None and job.running
    st.fragment(_table, run_every=UPDATE_EVERY if learning else None)(subject)


def _table(subject: Subject) -> None:
    known = {
        name: model
        for name, model in models.models().items()
        if models.drawable(model) == models.drawable(subject.model)
    }
    rows = [_row(name, model, views_for(model, subject)) for name, model in known.items()]
    if all(map(models.reads_digits, known.values())):
        alike, each, help = ALIKE, LIKELY, "The probability of each digit, from 0 to 9."
    else:
        alike, each, help = "Alike?", "Probabilities", "The probability of each class, in order."
    rows = [
        {{ALIKE: alike, LIKELY: each}.get(key, key): v for key, v in row.items()} for row in rows
    ]
    st.dataframe(
        {key: [row[key] for row in rows] for key in rows[0]},
        hide_index=True,
        key="all_models",
        column_config={
            "Answer": st.column_config.TextColumn(width=60),
            alike: st.column_config.TextColumn(
                width=60,
                help="Whether the drawing looks like a digit to this model."
                if alike == ALIKE
                else "Whether the picture looks like those that this model knows.",
            ),
            "Confidence": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%d%%", width="small"
            ),
            each: st.column_config.BarChartColumn(y_min=0, y_max=1, help=help),
            "Second choice": st.column_config.TextColumn(width="small"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Time": st.column_config.NumberColumn(
                format="%.1f ms", help="How long the model took to read this drawing."
            ),
        },
    )
    st.markdown(verdict(Counter(row["Answer"] for row in rows if row["Answer"] != "–")))


def views_for(model: Model, subject: Subject) -> np.ndarray | None:
    """Views (1, V, *input_shape) of the same picture for another model; None if it has none."""
    if model.input_shape == subject.model.input_shape and models.names(model) == subject.names:
        return subject.digit.views[None]
    if not subject.strokes:
        fits = model.input_shape == subject.model.input_shape
        return subject.digit.views[None] if fits else None
    drawn = of_drawings([subject.strokes], as_drawn=not models.reads_digits(model))
    return models.fit(model, drawn)


def _row(name: str, model: Model, views: np.ndarray | None) -> dict:
    """How one model reads views (1, V, *input_shape). Without any, or if its numbers overflow, it
    has no answer.
    """
    row = {"Model": name, "Parameters": len(model.theta)}
    try:
        if views is None:
            raise ModelError("a test image of another size")
        own = answer.Reader(model)
        answer.read(own, views)  # allocates memory
        began = time.perf_counter()
        reading = answer.read(own, views)
        took = 1000 * (time.perf_counter() - began)
    except ModelError:
        empty = {"Confidence": None, LIKELY: [], "Second choice": "–", "Time": None}
        return _ordered(row | {"Answer": "–", ALIKE: "–"} | empty)
    likely = reading.probabilities[0]
    second, first = likely.argsort()[-2:]
    found = {
        "Answer": own.names[first],
        ALIKE: ("yes" if reading.accepted[0] else "no") if own.calibrated else "–",
        "Confidence": min(99, int(100 * likely[first])),  # no answer is certain
        LIKELY: likely.tolist(),
        "Second choice": f"{own.names[second]} ({likely[second]:.1%})",
        "Time": took,
    }
    return _ordered(row | found)


def _ordered(row: dict) -> dict:
    names = (
        "Model",
        "Answer",
        ALIKE,
        "Confidence",
        LIKELY,
        "Second choice",
        "Parameters",
        "Time",
    )
    return {name: row[name] for name in names}


def verdict(votes: Counter) -> str:
    """Whether the models agree, and how many give which answer."""
    if not votes:
        return "No model has an answer."
    (first, most), *others = votes.most_common()
    if not others:
        return f"All models read {a(first)}."
    rest = ", ".join(f"{count} {a(name)}" for name, count in others)
    return f"The models disagree: {most} read {a(first)}, {rest}."
