"""One run of the session: its name, its link, its files, and where it can be used."""

import streamlit as st

from ui.jobs.run import Run, id_of
from ui.parts import menu, wording
from ui.parts.settings import OPTIMIZERS, changes_text, network
from ui.session import downloads, link, models, runs, shared, state
from ui.session.models import MODELS
from ui.session.state import Key

OPENED = Key("_opened")  # name of the run to rename, share or download
RUN_NAME = Key("_run_name")  # what is typed as its new name
DRAW_WITH = Key("_draw_with")  # True: switch to the page Draw next


def details() -> None:
    run = _choose()
    st.markdown(" · ".join(_facts(run)))
    if run.changes:
        st.caption(f"Changed during training: {wording.plain(changes_text(run.changes))}.")
    save, share = st.columns(2, gap="large")
    with save:
        st.markdown("#### Download")
        downloads.buttons(run)
        st.markdown("#### Name")
        _naming(run)
    with share:
        st.markdown("#### Share")
        link.run_link(run.recipe, run.changes)
        with st.container(horizontal=True, vertical_alignment="center"):
            menu.TRAIN.link(
                "Open in Train",
                icon=":material/replay:",
                query_params={link.PARAMETER: link.pack(run.recipe, run.changes)},
                help="The same settings, ready to start.",
            )
            if run.model:
                st.button(
                    "Use on Draw",
                    icon=menu.DRAW.icon,
                    on_click=_use,
                    args=(run,),
                    help="Use this network to read your drawings.",
                )
    if DRAW_WITH.get():
        DRAW_WITH.clear()
        st.switch_page(menu.DRAW.file, query_params={state.MODEL.name: state.MODEL.get()})


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
        help="The latest run is first.",
    )
    return names[name]


def _facts(run: Run) -> list[str]:
    facts = [
        network(run.recipe.layers),
        f"{OPTIMIZERS[run.recipe.optimizer]} with learning rate {run.recipe.lr:g}",
    ]
    if run.accuracy is not None:
        facts.append(f"{wording.percent(run.accuracy)} on validation")
    if "test_accuracy" in run.scores:
        facts.append(f"{wording.percent(run.scores['test_accuracy'])} on the test set")
    facts.append(f"{run.scores.get('steps', 0):,} steps")
    return facts if run.over else [*facts, "not finished"]


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
            help="The name of the run here and in its files.",
        )
        job = state.JOB.get()
        mine = job is not None and id_of(job) == run.id
        st.button(
            "Delete",
            icon=":material/delete:",
            on_click=runs.delete,
            args=(run.id,),
            disabled=mine,
            help="This run is open on Train. Press Reset there first." if mine
            else "Delete this run with its curves and weights.",
        )  # fmt: skip


def _use(run: Run) -> None:
    """Save the run's model under its name and go to Draw with it."""
    named = run.named_model()
    own = MODELS.get()
    saved = own.get(named.name)
    same = saved is not None and saved.theta is named.theta
    state.MODEL.set(named.name if same else models.save_model(named, shared.shipped_models()))
    DRAW_WITH.set(True)
