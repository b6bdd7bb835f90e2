"""The same recipe with several seeds: bands of curves, and whether a difference is luck."""

import numpy as np
import streamlit as st

from netcore.analysis import compare
from ui.jobs import launch
from ui.jobs.run import SEED, Run
from ui.jobs.series import Series
from ui.parts import charts
from ui.parts.wording import plain
from ui.runs import curves
from ui.runs.compare import how_often
from ui.session import datasets, runs, shared, state
from ui.session.state import Key

FEWEST, MOST, ENOUGH = 3, 10, 6
TICK = 1.0  # seconds between two updates of a series

FAMILY_A, FAMILY_B = Key("_family_a"), Key("_family_b")  # names of recipes with several seeds
SEEDED = Key("_seeded")  # name of the run to repeat with other seeds
SEEDS = Key("_seeds")  # how many


def many_seeds() -> None:
    st.markdown(
        "The first weights and the order of the images are random. How much of a score is luck? "
        "Run the same recipe with several seeds to find out.",
        width=720,
    )
    series = state.SERIES.get()
    if series and series.progress().status != "over":
        watch(series)
    else:
        _begin()
    families = {name: found for name, found in runs.families().items() if len(found) > 1}
    if not families:
        st.info("When two seeds of a recipe are finished, their curves appear here as a band.")
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
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                on_click=series.start,
                disabled=_busy(),
                help="Run the remaining seeds. A run on Train must be paused meanwhile.",
            )
        st.button(
            "Stop",
            icon=":material/close:",
            on_click=_cancel,
            help="Run no more seeds. Finished ones are kept.",
        )


def _busy() -> bool:
    return bool((job := state.JOB.get()) and job.running)


def _cancel() -> None:
    if series := state.SERIES.get():
        series.cancel()
        runs.collect()
        state.SERIES.clear()


def _begin() -> None:
    usable = {run.name: run for run in runs.kept().values() if _data_of(run)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = list(reversed(usable))
        if SEEDED.get() not in names:
            SEEDED.set(names[0] if names else None)
        name = st.selectbox(
            "Recipe of run",
            names,
            width=260,
            key=SEEDED.name,
            persist_state="session",
            help="The recipe of this run is repeated, with its changes at the same steps.",
        )
        count = st.slider(
            "Seeds",
            FEWEST,
            MOST,
            ENOUGH,
            width=220,
            key=SEEDS.name,
            persist_state="session",
            help=f"How many seeds, starting at 0. With fewer than {ENOUGH}, no difference can be "
            "told from luck.",
        )
        st.button(
            "Run seeds",
            icon=":material/casino:",
            type="primary",
            on_click=begin,
            args=(usable.get(name), count),
            disabled=_busy() or not usable,
            help="Run them one after the other in the background. You can use other pages "
            "meanwhile.",
        )
    if _busy():
        st.caption("A run is training on Train. Pause it or let it finish first.")


def _data_of(run: Run) -> bool:
    return run.recipe.dataset in datasets.dataset_names()


def begin(run: Run, count: int) -> None:
    """Run the seeds 0 … count − 1 that this recipe has not been run with."""
    done = runs.family(run)
    recipes = [run.recipe.replace(seed=seed) for seed in range(count) if seed not in done]
    if not recipes:
        st.toast("These seeds are already done. Choose a larger number.", icon=":material/check:")
        return
    data, pool = datasets.dataset(run.recipe.dataset), shared.pool()
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
        help="Line: the mean over the seeds. Band: from the lowest to the highest.",
        **state.CURVE.chosen,
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
        help="A recipe that was run with two or more seeds.",
    )


def _compare(a: dict[int, Run], b: dict[int, Run]) -> None:
    st.markdown("#### Is one recipe really better?")
    if next(iter(a.values())).recipe.dataset != next(iter(b.values())).recipe.dataset:
        st.info("They were trained on different datasets, so their scores cannot be compared.")
        return
    seeds = sorted(set(a) & set(b))[: compare.MAX_PAIRS]
    st.markdown(verdict([a[seed].accuracy - b[seed].accuracy for seed in seeds]), width=720)
    st.caption(
        "Exact paired permutation test (Fisher 1935) on the validation scores. If the recipes "
        "were equally good, the difference with each seed could just as well have the opposite "
        "sign. The test counts for how many choices of signs the mean difference is at least as "
        "large. It assumes nothing else. The result holds for these validation images.",
        width=720,
    )


def verdict(differences) -> str:
    """What the differences A − B with each shared seed (n,) say, in words."""
    n = len(differences)
    if n < 2:
        return "They share fewer than two seeds. Run both recipes with the same seeds."
    lead = float(np.mean(differences))
    if lead == 0:
        return f"Over {n} shared seeds, they are **equal** on average."
    p, better = compare.sign_flip(differences), "A" if lead > 0 else "B"
    wins = sum(np.sign(difference) == np.sign(lead) for difference in differences)
    led = (
        f"Over {n} shared seeds, {better} is better by {100 * abs(lead):.2f} points on average, "
        f"and with {wins} of {n} seeds."
    )
    if p < compare.SIGNIFICANCE:
        return (
            f"{led} **{better} is really better here**: equal recipes would differ as much in "
            f"only {how_often(p)} (p = {p:.2g})."
        )
    few = "" if n >= ENOUGH else (
        f" With {n} seeds, no difference can be told from luck, because the test cannot give a p "
        f"below {2 / 2**n:.2g}. Run {ENOUGH} or more."
    )  # fmt: skip
    return (
        f"{led} **This could be luck**: equal recipes would differ as much in {how_often(p)} "
        f"(p = {p:.2f}).{few}"
    )
