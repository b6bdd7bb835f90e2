"""Downloads of a run: the run itself, its curves, its model, and a proof of its score."""

from functools import partial

import streamlit as st

import dataset
from dataset import Dataset
from netcore.proof.bundle import bundle
from ui.jobs.run import Run
from ui.session import datasets


def buttons(run: Run) -> None:
    """A row of download buttons; a file is made when it is asked for."""
    with st.container(horizontal=True):
        _button(
            "Run",
            run.dumps,
            f"{run.name}.run.json",
            "Recipe, changes, scores and curves as JSON. "
            "`python -m netcore train --recipe FILE` runs it again.",
        )
        _button(
            "Curves",
            run.curves,
            f"{run.name}.csv",
            "A table with a row for each point: split, step, loss and accuracy.",
        )
        if run.model is None:
            st.caption("The weights of this run were dropped to save memory.")
            return
        _button(
            "Model",
            run.named_model().dumps,
            f"{run.name}.json",
            "Weights, recipe and scores in one JSON file.",
        )
        data = datasets.open_dataset(run.recipe.dataset)
        if data and data.verbatim:  # else nobody could compare the images with the files
            _button(
                "Proof",
                partial(prove, run, data),
                f"{run.name}.proof.zip",
                "The weights, the claimed score, and a short NumPy program that checks it on the "
                "published images. So nobody has to trust this page.",
                ":material/verified:",
            )


def prove(run: Run, data: Dataset) -> bytes:
    """The proof bundle: on the test set if the run has a test score, else on validation."""
    split = "test" if "test_accuracy" in run.scores else "validation"
    part, place = data.splits[split], dataset.place(data, split)
    return bundle(run.named_model(), part.images, part.labels, **place._asdict())


def _button(label, make, file, help, icon=":material/download:"):
    kinds = {"json": "application/json", "csv": "text/csv", "zip": "application/zip"}
    st.download_button(
        label, make, file, kinds[file.rpartition(".")[2]], icon=icon, on_click="ignore", help=help
    )
