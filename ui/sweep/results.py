"""A running or finished sweep: its progress, map, lines and table, and one trial in detail."""

import streamlit as st

from netcore.search.sweep import Result, Sweep, dumps, ranked
from ui.jobs.sweeps import SweepJob, SweepView
from ui.parts import charts, menu
from ui.parts.settings import label, sentence, value_text
from ui.session import link, state
from ui.session.state import Key
from ui.sweep import charts as sweep_charts
from ui.sweep.verdict import TICK, data_is_open, new_job, verdict

REDRAW = 2.0  # seconds between two updates of the figures, which Plotly draws again each time
VIEWS = ["Map", "Lines", "Table"]

SWEEPS = Key("_sweeps", (), kept=True)  # all sweeps of the session, the latest first
MOST_SWEEPS = 6
SWEEP_SHOWN = Key("_sweep_shown")  # the id of the sweep that is shown
TRIAL = Key("_trial")  # the key of the trial that is opened; None: the best


def start(sweep: Sweep) -> None:
    """Start a sweep; a few earlier ones are kept."""
    for key in (state.SWEEP_JOB, state.SWEEP_CHECK):
        if job := key.get():
            job.stop()
        key.clear()
    job = new_job(sweep)
    state.SWEEP_JOB.set(job)
    SWEEPS.set((job, *SWEEPS.get())[:MOST_SWEEPS])
    SWEEP_SHOWN.set(job.id)
    TRIAL.clear()
    job.start()


def choose() -> SweepJob | None:
    """A box of this session's sweeps: the latest, or an earlier one."""
    jobs = {job.id: job for job in SWEEPS.get()}
    if len(jobs) < 2:
        return state.SWEEP_JOB.get()
    number = {name: n for n, name in enumerate(reversed(jobs), start=1)}

    def name(chosen):
        job = jobs[chosen]
        axes = " × ".join(label(axis).lower() for axis in job.sweep.axes)
        return f"{number[chosen]}: {axes}, {len(job.trials)} trials"

    chosen = st.selectbox(
        "Results of",
        list(jobs),
        format_func=name,
        key=SWEEP_SHOWN.name,
        persist_state="session",
        on_change=_forget_trial,
        width=420,
        help="The sweeps of this session, the latest first.",
    )
    return jobs[chosen]


def _forget_trial() -> None:
    """Another sweep is shown: drop the trial and the check of the one before."""
    TRIAL.clear()
    if check := state.SWEEP_CHECK.get():
        check.stop()
    state.SWEEP_CHECK.clear()


def watch(job: SweepJob) -> None:
    """Show the sweep, and go on showing it while it runs."""
    running = job.running
    st.fragment(_progress, run_every=TICK if running else None)(job, running)
    st.fragment(_results, run_every=REDRAW if running else None)(job)


def _progress(job: SweepJob, running: bool) -> None:
    job.seen()
    view = job.view()
    if job.running != running:
        st.rerun()
    done = len(view.results)
    parts = [_state_of(view), f"{done} of {view.total} trials"]
    if view.status == "running" and view.eta is not None:
        parts.append(f"about {max(1, round(view.eta))} s to go")
    st.progress(done / view.total, text=" · ".join(parts))
    if view.status == "failed":
        st.error(view.message, icon=":material/warning:")
    elif view.message:
        st.info(view.message)


def _state_of(view: SweepView) -> str:
    if view.status == "waiting" and view.ahead:
        others = "Another sweep is" if view.ahead == 1 else f"{view.ahead} other sweeps are"
        return f"{others} before yours, which starts automatically"
    words = {"waiting": "Getting ready", "running": "Running", "stopped": "Stopped"}
    return words.get(view.status, "Done" if view.status == "finished" else "Failed")


def _results(job: SweepJob) -> None:
    results = job.view().results
    if not results:
        with st.container(height=180, border=False):
            st.caption(
                "The processes are starting and loading the data. The first results appear in a "
                "few seconds."
            )
        return
    order = ranked(results)
    keys = [result.key for result in order]
    opened = order[keys.index(TRIAL.get())] if TRIAL.get() in keys else order[0]
    left, right = st.columns([3, 2], gap="large")
    with left:
        _figures(job, results, opened)
    with right:
        _trial(job, opened, opened == order[0])
    verdict(job, order)


def _figures(job: SweepJob, results: list[Result], opened: Result) -> None:
    view = st.segmented_control(
        "Show",
        VIEWS,
        label_visibility="collapsed",
        help="A map of two settings, a line for each trial, or a table of all results.",
        **state.SWEEP_VIEW.chosen,
    )
    names = list(job.sweep.axes)
    if view == "Table" or len(names) < 2:
        _table(job, ranked(results))
        return
    if view == "Lines":
        figure, key = sweep_charts.parallel(job.sweep, results, opened.key), "sweep_lines"
        about = "Each line is a trial: it runs through its settings to its accuracy on validation. "
    else:
        draw = sweep_charts.points if job.sweep.trials else sweep_charts.grid
        figure, key = draw(job.sweep, results, names[0], names[1], opened.key), "sweep_map"
        about = "Accuracy on validation, in percent. "
        if job.sweep.trials:
            about = "Each point is a trial. The stronger its colour, the higher its accuracy. "
        elif len(names) > 2:
            about += f"Each cell shows the best result over {label(names[2]).lower()}. "
        if any(result.status != "done" for result in results):
            about += "A ✕ means that training diverged. "

    def select() -> None:
        if clicked := st.session_state[key]["selection"]["points"]:
            TRIAL.set(clicked[0]["customdata"])

    charts.show(figure, about, key=key, on_select=select, selection_mode="points")
    st.caption(about + "Click a trial to see it.")


def _table(job: SweepJob, order: list[Result]) -> None:
    def select() -> None:
        if rows := st.session_state["sweep_table"]["selection"]["rows"]:
            TRIAL.set(order[rows[0]].key)

    percent = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        {
            "Accuracy, %": [_percent(result) for result in order],
            **{label(n): [value_text(r.settings[n]) for r in order] for n in job.sweep.axes},
            "Seconds": [result.seconds for result in order],
            "": ["" if result.status == "done" else result.status for result in order],
        },
        key="sweep_table",
        on_select=select,
        selection_mode="single-row",
        hide_index=True,
        height=sweep_charts.HEIGHT,
        column_config={"Accuracy, %": percent},
    )
    st.caption("Sorted by accuracy on validation. Click the left edge of a row to open its trial.")


def _percent(result: Result) -> float | None:
    return None if result.status != "done" else 100 * result.validation_accuracy


def _trial(job: SweepJob, result: Result, best: bool) -> None:
    """One trial: its settings, its scores and curve, and a link to Train."""
    name = "Selected" if not best else "Best so far" if job.running else "Best"
    st.markdown(f"**{name}**: {sentence(result.settings)}")
    trial = next(trial for trial in job.trials if trial.settings == result.settings)
    if result.status == "done":
        with st.container(horizontal=True, gap="medium"):
            about = "Measured on the validation images, which no trial learns from."
            accuracy = f"{result.validation_accuracy:.2%}"
            st.metric("Accuracy", accuracy, width="content", help=about)
            st.metric("Loss", f"{result.validation_loss:.4f}", width="content", help=about)
    else:
        st.warning(result.message, icon=":material/warning:")
    st.caption(f"{result.parameters:,} parameters, trained in {result.seconds:.1f} s")
    if result.curve:
        alt = "Accuracy on validation over the steps of this trial"
        charts.show(sweep_charts.curve(result), alt)
    with st.container(horizontal=True, vertical_alignment="center"):
        menu.TRAIN.link(
            "Open in Train",
            disabled=not data_is_open(job),
            query_params=link.form_link(job.sweep.recipe.name, trial.recipe),
            help="Set up a run with these settings, to watch, control and save it. A run that is "
            "open there stays until you reset it.",
        )
        _download(job, job.view().results)


def _download(job: SweepJob, results: list[Result]) -> None:
    st.download_button(
        "Download results",
        lambda: dumps(job.sweep, results),
        "sweep.json",
        "application/json",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The plan and all trials, as JSON. `python -m netcore sweep --out` can continue it.",
    )
