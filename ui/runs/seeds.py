"""The same recipe with several seeds: a band instead of a line, and whether a lead is luck."""

import numpy as np
import streamlit as st

from netcore.analysis import compare
from ui.jobs import launch
from ui.jobs.run import SEED, Run
from ui.jobs.series import Series
from ui.parts import charts
from ui.parts.wording import plain
from ui.runs import curves
from ui.runs.compare import chances
from ui.session import datasets, runs, state
from ui.session import shared as session_shared
from ui.session.state import Key

FEWEST, MOST, ENOUGH = 3, 10, 6
TICK = 1.0  # seconds between two looks at a series

FAMILY_A, FAMILY_B = Key("_family_a"), Key("_family_b")  # names of recipes with several seeds
SEEDED = Key("_seeded")  # name of the run to repeat with other seeds
SEEDS = Key("_seeds")  # how many


def many_seeds() -> None:
    st.markdown(
        "Chance sets the first weights and the order of the images. How much of a score is luck? "
        "Run the same recipe with several seeds and see.",
        width=720,
    )
    series = state.SERIES.get()
    if series and series.progress().status != "over":
        watch(series)
    else:
        _begin()
    families = {name: found for name, found in runs.families().items() if len(found) > 1}
    if not families:
        st.info("As soon as two seeds of a recipe are done, their band is shown here.")
        return
    _bands(families)


def watch(series: Series) -> None:
    """The progress of a series, ticking while it runs."""
    running = series.running
    st.fragment(_look, run_every=TICK if running else None)(series, running)


def _look(series: Series, was_running: bool) -> None:
    series.seen()
    now = series.progress()
    fresh = series.take()
    for run in fresh:
        runs.keep(run)
    if fresh or (now.status == "running") != was_running:
        st.rerun()
    st.progress(
        min(now.share, 1.0), text=f"{plain(series.name)} · {now.done} of {now.total} seeds done"
    )
    if now.message:
        st.info(now.message)
    with st.container(horizontal=True):
        if now.status == "paused":
            st.button(
                "Go on",
                icon=":material/play_arrow:",
                type="primary",
                on_click=series.start,
                disabled=_busy(),
                help="Run the seeds that are left. A run on Train must rest meanwhile.",
            )
        st.button(
            "Cancel",
            icon=":material/close:",
            on_click=_cancel,
            help="Run no further seeds. What is finished stays.",
        )


def _busy() -> bool:
    return bool((job := state.JOB.get()) and job.running)


def _cancel() -> None:
    if series := state.SERIES.get():
        series.cancel()
        runs.collect()
        state.SERIES.clear()


def _begin() -> None:
    able = {run.name: run for run in runs.kept().values() if _data_of(run)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = list(reversed(able))
        if SEEDED.get() not in names:
            SEEDED.set(names[0] if names else None)
        name = st.selectbox(
            "Recipe of",
            names,
            width=260,
            key=SEEDED.name,
            persist_state="session",
            help="The run whose recipe is repeated, with its changes at the same steps.",
        )
        count = st.slider(
            "Seeds",
            FEWEST,
            MOST,
            ENOUGH,
            width=220,
            key=SEEDS.name,
            persist_state="session",
            help=f"How many, from 0 on. With fewer than {ENOUGH}, no lead can be told from luck.",
        )
        st.button(
            "Run them",
            icon=":material/casino:",
            type="primary",
            on_click=begin,
            args=(able.get(name), count),
            disabled=_busy() or not able,
            help="One after the other, in the background. You can go on looking around.",
        )
    if _busy():
        st.caption("A run is learning on Train: pause it or let it end first.")


def _data_of(run: Run) -> bool:
    return run.recipe.dataset in datasets.dataset_names()


def begin(run: Run, count: int) -> None:
    """Run the seeds 0 … count − 1 that this run's family lacks."""
    done = runs.family(run)
    recipes = [run.recipe.replace(seed=seed) for seed in range(count) if seed not in done]
    if not recipes:
        st.toast("These seeds are done already: ask for more.", icon=":material/check:")
        return
    data, pool = datasets.dataset(run.recipe.dataset), session_shared.pool()
    name = run.name.partition(SEED)[0]

    def make(recipe):
        return launch.job(recipe, data, pool, run.changes)

    series = Series(name, recipes, make, pool.limits.grace)
    state.SERIES.set(series)
    series.start()


def _bands(families: dict[str, dict[int, Run]]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        a = _family("Recipe A", FAMILY_A, list(reversed(families)))
        others = [name for name in reversed(families) if name != a]
        b = _family("Recipe B", FAMILY_B, others) if others else a
    shown = {name: list(families[name].values()) for name in (a, b)}
    measure = st.segmented_control(
        "Measure",
        list(curves.MEASURES),
        default=state.CURVE.default,
        required=True,
        help="Line: the mean over the seeds. Band: from the least to the most.",
        **state.CURVE.bound,
    )
    charts.show(
        curves.bands(shown, measure),
        f"{measure} over the steps: mean and range over the seeds",
        charts.MOVABLE,
    )
    for name, found in shown.items():
        values = np.array([run.accuracy for run in found])
        st.markdown(
            f"**{plain(name)}**: {values.mean():.2%} on validation, from {values.min():.2%} to "
            f"{values.max():.2%} over {len(values)} seeds."
        )
    if len(shown) == 2:
        _compare(families[a], families[b])


def _family(label: str, key: state.Key, names: list[str]) -> str:
    if key.get() not in names:
        key.set(names[0])
    return st.selectbox(
        label,
        names,
        width=260,
        key=key.name,
        persist_state="session",
        help="A recipe that was run with two seeds or more.",
    )


def _compare(a: dict[int, Run], b: dict[int, Run]) -> None:
    st.markdown("#### Is one really better?")
    if next(iter(a.values())).recipe.dataset != next(iter(b.values())).recipe.dataset:
        st.info("They learned from different datasets, so their scores cannot be compared.")
        return
    shared = sorted(set(a) & set(b))[: compare.MOST_PAIRS]
    st.markdown(verdict([a[seed].accuracy - b[seed].accuracy for seed in shared]), width=720)
    st.caption(
        "Exact paired permutation test (Fisher 1935), on validation: if the recipes were equal, "
        "the lead with each seed could as well have the other sign. It counts in how many of all "
        "ways to choose the signs the mean lead is as large. It assumes nothing else, and it "
        "speaks of these validation images.",
        width=720,
    )


def verdict(differences) -> str:
    """What the lead of A over B with each shared seed says, in words. differences: (n,)."""
    n = len(differences)
    if n < 2:
        return "They share fewer than two seeds: run both with the same ones."
    lead = float(np.mean(differences))
    if lead == 0:
        return f"Over {n} shared seeds they are **equal** on average."
    p, better = compare.sign_flip(differences), "A" if lead > 0 else "B"
    wins = sum(np.sign(difference) == np.sign(lead) for difference in differences)
    led = (
        f"Over {n} shared seeds {better} leads by {100 * abs(lead):.2f} points on average, and "
        f"with {wins} of {n} seeds."
    )
    if p < compare.LEVEL:
        return (
            f"{led} **{better} is really better here**: equal recipes would show such a lead in "
            f"only {chances(p)} (p = {p:.2g})."
        )
    few = "" if n >= ENOUGH else (
        f" With {n} seeds no lead can be told from luck, since the test cannot give a p below "
        f"{2 / 2**n:.2g}: run {ENOUGH} or more."
    )  # fmt: skip
    return (
        f"{led} **That could be luck**: equal recipes would show such a lead in {chances(p)} "
        f"(p = {p:.2f}).{few}"
    )
