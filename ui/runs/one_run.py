"""One run of the session: its name, its link, what can be taken along, and where it can go."""

import streamlit as st

from ui.jobs.run import Run, id_of
from ui.parts import wording
from ui.parts.settings import changes_text, network
from ui.session import downloads, link, models, runs, shared, state
from ui.session.models import MODELS
from ui.session.state import Key

OPENED = Key("_opened")  # name of the run to rename, share or take along
RUN_NAME = Key("_run_name")  # what is typed as its new name
DRAW_WITH = Key("_draw_with")  # True: the next stop is Draw


def details() -> None:
    run = _choose()
    st.markdown(" · ".join(_facts(run)))
    if run.changes:
        st.caption(f"Changed during training: {wording.plain(changes_text(run.changes))}.")
    take, pass_on = st.columns(2, gap="large")
    with take:
        st.markdown("#### Take along")
        downloads.buttons(run)
        st.markdown("#### Name")
        _naming(run)
    with pass_on:
        st.markdown("#### Share")
        link.run_link(run.recipe, run.changes)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "pages/train.py",
                label="Open again in Train",
                icon=":material/replay:",
                query_params={link.PARAMETER: link.pack(run.recipe, run.changes)},
                help="The same set-up, ready to start.",
            )
            if run.model:
                st.button(
                    "Use on Draw",
                    icon=":material/draw:",
                    on_click=_use,
                    args=(run,),
                    help="Let this network read your drawings.",
                )
    if DRAW_WITH.get():
        DRAW_WITH.clear()
        st.switch_page("pages/draw.py", query_params={state.MODEL.name: state.MODEL.get()})


def _choose() -> Run:
    names = {run.name: run for run in reversed(runs.kept().values())}
    if OPENED.get() not in names:
        OPENED.set(next(iter(names)))
    name = st.selectbox(
        "Run",
        list(names),
        width=320,
        key=OPENED.name,
        persist_state="session",
        help="The latest is on top.",
    )
    return names[name]


def _facts(run: Run) -> list[str]:
    facts = [
        network(run.recipe.layers),
        f"{run.recipe.optimizer} with learning rate {run.recipe.lr:g}",
    ]
    if run.accuracy is not None:
        facts.append(f"{wording.percent(run.accuracy)} on validation")
    if "test_accuracy" in run.scores:
        facts.append(f"{wording.percent(run.scores['test_accuracy'])} in the exam")
    facts.append(f"{run.scores.get('steps', 0):,} steps")
    return facts if run.over else [*facts, "it goes on"]


def _naming(run: Run) -> None:
    key = f"{RUN_NAME.name} {run.id} {run.name}"

    def rename() -> None:
        OPENED.set(runs.rename(run.id, st.session_state[key]))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name",
            run.name,
            max_chars=40,
            key=key,
            on_change=rename,
            label_visibility="collapsed",
            help="How the run is called here and in its files.",
        )
        job = state.JOB.get()
        mine = job is not None and id_of(job) == run.id
        st.button(
            "Delete",
            icon=":material/delete:",
            on_click=runs.delete,
            args=(run.id,),
            disabled=mine,
            help="It is still open on Train: press Reset there first." if mine
            else "Take this run out of the session, with its curves and weights.",
        )  # fmt: skip


def _use(run: Run) -> None:
    """Save the run's model under its name and go to Draw with it."""
    named = run.named_model()
    own = MODELS.get()
    known = own.get(named.name)
    same = known is not None and known.theta is named.theta
    state.MODEL.set(named.name if same else models.save_model(named, shared.shipped_models()))
    DRAW_WITH.set(True)
