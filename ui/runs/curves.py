"""The curves of several runs in one figure, and a table of their differences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from netcore.analysis import compare
from ui.jobs.run import SEED, Run
from ui.parts import charts, settings, wording
from ui.session import runs, state
from ui.session.state import Key

TICK = 1.0  # seconds between two updates of a running job
MOST = 10  # curves in a figure: as many as there are colours
HIGHLIGHT = "background-color: rgba(234, 169, 4, 0.28)"  # seen on light and on dark
MEASURES = {"Accuracy": 2, "Loss": 1}  # columns of the rows

OVERLAID = Key("_overlaid", ())  # ids of the runs whose curves are shown
OFFERED = Key("_offered", frozenset())  # ids of the runs among which they were chosen
ALL_SETTINGS = Key("_all_settings")


def chosen_curves() -> None:
    """A choice of runs, their curves, and a table of their differences."""
    chosen = choose()
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        help="Accuracy is the share of images read correctly. Loss is the cross-entropy, in "
        "nats: small if the right answers get a high probability.",
        **state.CURVE.chosen,
    )
    if not chosen:
        st.info("Choose one or more runs above to see their curves.")
        return
    alt = f"{measure} of {', '.join(run.name for run in chosen)} over the steps"
    charts.show(curves(chosen, measure), alt, charts.MOVABLE)
    st.caption("Strong lines: validation. Thin lines: the training batches.")
    everything = st.toggle(
        "All settings",
        help="Show all settings. Otherwise the table shows only those in which these runs differ.",
        key=ALL_SETTINGS.name,
    )
    st.dataframe(table(chosen, everything), hide_index=True)
    st.caption(
        "Choose the best run by validation. The test score is like an exam: it is taken once, at "
        "the end."
    )


def choose() -> list[Run]:
    """A box of all runs. A new run is chosen automatically, unless it is one of many seeds."""
    kept, key = runs.kept(), OVERLAID
    new = [id for id in kept if id not in OFFERED.get() and SEED not in kept[id].name]
    still = [id for id in key.get() if id in kept]
    key.set([*still, *new[-4:]][-MOST:])
    OFFERED.set(frozenset(kept))
    chosen = st.multiselect(
        "Runs",
        list(reversed(kept)),
        format_func=lambda id: kept[id].name,
        max_selections=MOST,
        key=key.name,
        persist_state="session",
        placeholder="Choose runs",
        help=f"Up to {MOST} at a time. The table compares the others with the first.",
    )
    return [kept[id] for id in chosen]


def curves(chosen: Sequence[Run], measure: str) -> go.Figure:
    """Validation in strong lines, the training batches thin in the same colour."""
    column, colours = MEASURES[measure], charts.colours()
    figure = charts.plot([], "Step", measure, 420)
    for run, colour in zip(chosen, colours, strict=False):
        line = {"color": colour, "width": 1}
        options = {"legendgroup": run.id, "mode": "lines", "hoverinfo": "skip"}
        x, y = run.training[:, 0], run.training[:, column]
        options |= {"name": run.name, "showlegend": not len(run.validation)}
        figure.add_scatter(x=x, y=y, line=line, opacity=0.35, **options)
    for run, colour in zip(chosen, colours, strict=False):
        figure.add_scatter(
            x=run.validation[:, 0],
            y=run.validation[:, column],
            name=run.name,
            legendgroup=run.id,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 5},
            hovertemplate="%{y:.4~g} at step %{x:,}",
        )
    return _scaled(figure, measure, [run.training[:, column] for run in chosen])


def bands(families: dict[str, Sequence[Run]], measure: str) -> go.Figure:
    """Validation of each family of runs: their mean, and the range from least to most."""
    figure = charts.plot([], "Step", f"{measure} on validation", 380)
    lows, highs = [], []
    for (name, family), colour in zip(families.items(), charts.colours(), strict=False):
        rows = [run.validation[:, [0, MEASURES[measure]]] for run in family]
        steps, mean, low, high = compare.band([row for row in rows if len(row)])
        lows, highs = [*lows, low], [*highs, high]
        around = {"x": [*steps, *steps[::-1]], "y": [*high, *low[::-1]]}
        figure.add_scatter(
            **around, fill="toself", fillcolor=colour, opacity=0.25, mode="lines",
            line={"width": 0}, hoverinfo="skip", showlegend=False, legendgroup=name,
        )  # fmt: skip
        figure.add_scatter(
            x=steps, y=mean, name=f"{name}, {len(rows)} seeds", legendgroup=name,
            line={"color": colour, "width": 2.5}, customdata=np.stack([low, high], 1),
            hovertemplate="%{y:.4~g} (%{customdata[0]:.4~g} … %{customdata[1]:.4~g})",
        )  # fmt: skip
    top = np.max(np.concatenate(highs))
    return _scaled(figure, measure, lows, top + (1 - top) / 4)


def table(chosen: Sequence[Run], everything: bool):
    """A row for each run: scores, then settings; cells unlike the first run's are coloured."""
    values = pd.DataFrame(
        [
            {
                **settings.table(run.recipe),
                "Changed during training": settings.changes_text(run.changes),
            }
            for run in chosen
        ]
    )
    differ = [name for name in values if values[name].astype(str).nunique() > 1]
    scores = pd.DataFrame(
        {
            "Run": [run.name for run in chosen],
            "Validation": [wording.percent(run.accuracy) for run in chosen],
            "Test": [wording.percent(run.scores.get("test_accuracy")) for run in chosen],
            "Steps": [f"{run.scores.get('steps', 0):,}" for run in chosen],
        }
    )
    shown = pd.concat([scores, (values if everything else values[differ])], axis=1)

    def colour(column):
        unlike = (column != column.iloc[0]) & (column.name in differ)
        return np.where(unlike, HIGHLIGHT, "")

    return shown.style.apply(colour)


def running_now() -> None:
    """A line about the run that is training now. The page is drawn again when it is over."""
    job = state.JOB.get()
    if job and job.running:
        st.fragment(_running_now, run_every=TICK)(job)


def _running_now(job) -> None:
    job.seen()
    if not job.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{wording.plain(job.recipe.name)}** is training: {job.view().progress:.0%}")
        if st.button("Update", icon=":material/refresh:", help="Show the results so far."):
            st.rerun()


def _scaled(figure, measure: str, values: Sequence[np.ndarray], top=1.002) -> go.Figure:
    """Loss on a log axis; accuracy without the first steps, which would squeeze the rest."""
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(rangemode="tozero", fixedrange=False)
    if measure == "Loss":
        return figure.update_yaxes(type="log", fixedrange=False)
    longest = max(map(len, values), default=0)  # a run that has just begun has only its first steps
    low = min((np.quantile(v, 0.05) for v in values if len(v) > longest / 10), default=0.0)
    low = np.floor(10 * low) / 10 if low < 0.9 else np.floor(100 * low) / 100
    return figure.update_yaxes(range=[low, top], tickformat=".4~%", fixedrange=False)
