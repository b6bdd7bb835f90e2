"""The end of a run: the test score, once, and what becomes of the network."""

from dataclasses import replace

import streamlit as st

from netcore import Model
from ui.jobs.job import Job
from ui.jobs.run import Run, id_of
from ui.parts import charts, wording
from ui.session import downloads, link, models, runs, shared, state
from ui.session.state import Key

SHARE_OPEN = Key("_share_open", False)


def report(job: Job) -> None:
    """The score on images the run never looked at, and the ways to keep the network."""
    scores = job.view().scores
    confusion = scores["confusion"]
    images, wrong = confusion.sum(), confusion.sum() - confusion.trace()
    st.subheader("The exam", anchor=False)
    score, table = st.columns(2, gap="large")
    with score:
        st.metric("Accuracy on the test set", f"{scores['test_accuracy']:.2%}")
        st.markdown(
            f"**{wrong:,} of {images:,}** test images misread. The run never looked at them, and "
            "they are asked once, at the end: a set one chooses by is no exam any more."
        )
        keep(job.model())
        if kept := runs.kept().get(id_of(job)):
            pass_on(kept)
    with table:
        charts.show(
            charts.confusion(confusion, job.classes),
            "Which digits were taken for which in the exam",
        )


def keep(model: Model) -> None:
    """Save to the session, download, or go and draw."""
    name = st.text_input(
        "Name", model.name, max_chars=40, help="What the model is called on Draw and in its file."
    )
    named = replace(model, recipe=model.recipe.replace(name=name.strip() or model.name))
    with st.container(horizontal=True):
        if st.button(
            "Save",
            icon=":material/bookmark_add:",
            type="primary",
            help="Keep it for this session, to draw with and to compare.",
        ):
            state.SAVED.set(models.save_model(named, shared.shipped_models()))
        st.download_button(
            "Download",
            named.dumps,
            f"{named.name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            help="The weights, the recipe and the scores, as one JSON file.",
        )
    if saved := state.SAVED.get():
        st.success(f"Saved as **{wording.plain(saved)}** for this session.")
        st.page_link(
            "pages/draw.py",
            label="Draw a digit for it to read",
            icon=":material/draw:",
            query_params={state.MODEL.name: saved},
        )


def pass_on(run: Run) -> None:
    """The run for others: its link and its files. Computed only while it is open."""
    with st.expander(
        "Share or take along",
        icon=":material/share:",
        key=SHARE_OPEN.name,
        on_change="rerun",
    ) as box:
        if box.open:
            link.run_link(run.recipe, run.changes)
            downloads.buttons(run)
            st.page_link(
                "pages/runs.py",
                label="Compare it with other runs",
                icon=":material/stacked_line_chart:",
            )
