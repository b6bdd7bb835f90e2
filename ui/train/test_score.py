"""The end of a run: the test score, and the ways to save and share the network."""

from dataclasses import replace

import streamlit as st

from dataset.splits import noun
from netcore import Model
from ui.jobs.job import Job
from ui.jobs.run import Run, id_of
from ui.parts import charts, layout, menu, wording
from ui.session import downloads, link, models, runs, shared, state
from ui.session.state import Key

MANY = 20  # classes: the confusion matrix of more needs the whole width

SHARE_OPEN = Key("_share_open", False)


def report(job: Job) -> None:
    """The score on images that the run never used, and the ways to save the network."""
    scores = job.view().scores
    confusion = scores["confusion"]
    images, wrong = confusion.sum(), confusion.sum() - confusion.trace()
    st.subheader("Test score", anchor=False)
    score, table = st.columns(2, gap="large")
    if len(confusion) > MANY:
        table = st.container()
    with score:
        st.metric("Accuracy on the test set", f"{scores['test_accuracy']:.2%}")
        st.markdown(
            f"**{wrong:,} of {images:,}** test images are misread. The run never used these "
            "images. The test is like an exam and is taken once, at the end. If you chose "
            "settings by the test score, it would no longer be a fair test."
        )
        save(job.model())
        if kept := runs.kept().get(id_of(job)):
            share(kept)
    with table:
        charts.show(
            charts.confusion(confusion, models.names(job.model())),
            "Confusion matrix of the test set",
        )


def save(model: Model) -> None:
    """Save the model in the session, download it, or draw with it."""
    name = st.text_input(
        "Name", model.name, max_chars=40, help="The name of the model on Draw and in its file."
    )
    named = replace(model, recipe=model.recipe.replace(name=name.strip() or model.name))
    with st.container(horizontal=True):
        if st.button(
            "Save",
            icon=":material/bookmark_add:",
            type="primary",
            help="Keep the model for this session, to use it on Draw.",
        ):
            state.SAVED.set(models.save_model(named, shared.shipped_models()))
        st.download_button(
            "Download",
            named.dumps,
            f"{named.name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            help="Weights, recipe and scores in one JSON file.",
        )
    if saved := state.SAVED.get():
        st.success(f"Saved as **{wording.plain(saved)}** for this session.")
        what = noun(models.names(model))
        invitation = f"Draw a {what} for it to read" if what != "image" else "Try it on Draw"
        menu.DRAW.link(invitation, query_params={state.MODEL.name: saved})


def share(run: Run) -> None:
    """A link to the run, and its files. Made only while the box is open."""
    with layout.lazy("Share or download", ":material/share:", SHARE_OPEN.name) as box:
        if box.open:
            link.run_link(run.recipe, run.changes)
            downloads.buttons(run)
            menu.RUNS.link("Compare it with other runs")
