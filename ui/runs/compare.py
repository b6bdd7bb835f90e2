"""Two networks of this session, A and B, on the same validation images."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import streamlit as st

from dataset import Dataset
from netcore.analysis import compare
from ui.jobs.run import Run
from ui.parts import charts, layout
from ui.session import datasets, models, runs
from ui.session.state import Key

SHOWN = 20  # images of a kind

RUN_A, RUN_B = Key("_run_a"), Key("_run_b")  # names of the runs that are compared
ANSWERS = Key("_answers", MappingProxyType({}))  # id of a run → (Model, its validation answers)


@dataclass(frozen=True)
class Pair:
    """What A and B answer to the same images: arrays (N,)."""

    a: np.ndarray
    b: np.ndarray
    truth: np.ndarray

    @property
    def kinds(self) -> dict[str, np.ndarray]:
        """Positions of the images on which they disagree, by who is right."""
        differ, a_right, b_right = self.a != self.b, self.a == self.truth, self.b == self.truth
        return {
            "Only A is right": np.flatnonzero(differ & a_right),
            "Only B is right": np.flatnonzero(differ & b_right),
            "Both are wrong, differently": np.flatnonzero(differ & ~a_right & ~b_right),
        }


def two_runs() -> None:
    usable = {run.name: run for run in runs.kept().values() if run.model and _data(run)}
    if len(usable) < 2:
        st.info(
            "A comparison needs two runs that still have their weights. Train one more, with other "
            "settings or another seed."
        )
        return
    a, b = _choose(usable)
    if a.recipe.dataset != b.recipe.dataset:
        st.info(
            "These two were trained on different datasets. Choose two runs with the same dataset."
        )
        return
    data = _data(a)
    with st.spinner("Both networks read the validation images …", show_time=False):
        pair = Pair(_answers(a, data), _answers(b, data), data.validation.labels)
    _scores(pair)
    names = max((models.names(run.model) for run in (a, b)), key=len)
    _disagreements(pair, data, names)


def _choose(usable: dict[str, Run]) -> list[Run]:
    names = list(reversed(usable))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = []
        for key, letter, first in ((RUN_A, "A", 1), (RUN_B, "B", 0)):
            if key.get() not in names:  # deleted, renamed, or not yet chosen
                key.set(names[first])
            chosen.append(
                st.selectbox(
                    letter,
                    names,
                    width=260,
                    key=key.name,
                    persist_state="session",
                    help="A run of this session. Both networks read the same validation images.",
                )
            )
    return [usable[name] for name in chosen]


def _data(run: Run) -> Dataset | None:
    """The run's dataset; None if it is not open."""
    open_here = run.recipe.dataset in datasets.dataset_names()
    return datasets.dataset(run.recipe.dataset) if open_here else None


def _answers(run: Run, data: Dataset) -> np.ndarray:
    """Its answers (N,) to the validation images, kept while its weights stay the same."""
    known = ANSWERS.get().get(run.id)
    if known is None or known[0] is not run.model:
        answers = run.model.network().log_probs(data.validation.images).argmax(axis=1)
        known = run.model, answers.astype(np.uint8)
        still = {id: kept for id, kept in ANSWERS.get().items() if id in runs.kept()}
        ANSWERS.set({**still, run.id: known})
    return known[1]


def _scores(pair: Pair) -> None:
    found = compare.mcnemar(pair.a, pair.b, pair.truth)
    about = (
        "Measured on the validation images. The test set is not for comparing: choosing by it "
        "would make its score too good."
    )
    with st.container(horizontal=True, gap="medium"):
        for letter, alone in (("A", found.only_a), ("B", found.only_b)):
            share = (found.both_right + alone) / found.images
            st.metric(f"Accuracy of {letter}", f"{share:.2%}", width="content", help=about)
        st.metric("Only A is right", f"{found.only_a:,}", width="content", help="Number of images.")
        st.metric("Only B is right", f"{found.only_b:,}", width="content", help="Number of images.")
        st.metric(
            "Both are wrong", f"{found.both_wrong:,}", width="content", help="Number of images."
        )
    st.markdown(verdict(found), width=720)
    st.caption(
        "Exact McNemar test (Dietterich 1998). If both networks were equally good, each image "
        "that only one of them reads correctly would be like the toss of a coin. The test is "
        "about these two networks. To find out whether one recipe is better, run both with "
        "several seeds.",
        width=720,
    )


def verdict(found: compare.McNemar) -> str:
    """What the test says, in words."""
    if found.only_a == found.only_b == 0:
        return f"Both are right on exactly the same of {found.images:,} images: **no difference**."
    if found.only_a == found.only_b:
        return f"**A tie**: on {found.only_a:,} images only A is right, and on as many only B."
    better = "A" if found.only_a > found.only_b else "B"
    if found.p >= compare.SIGNIFICANCE:
        return (
            f"**With {found.images:,} images, this difference could well be chance.** Two equally "
            f"good networks would differ as much in {how_often(found.p)} (p = {found.p:.2f})."
        )
    return (
        f"**{better} reads these images better, and this is unlikely to be chance.** Two equally "
        f"good networks would differ as much in {how_often(found.p)} (p = {found.p:.2g})."
    )


def how_often(p: float) -> str:
    """A probability as a number of comparisons."""
    if p > 0.95:
        return "nearly all such comparisons"
    if p > 0.1:
        return f"{round(10 * p)} in 10 such comparisons"
    if p < 1e-6:
        return "fewer than 1 in a million such comparisons"
    return f"1 in {round(float(f'{1 / p:.2g}')):,} such comparisons"


def _disagreements(pair: Pair, data: Dataset, names: Sequence[str]) -> None:
    st.markdown("#### Where they disagree")
    kinds = {kind: positions for kind, positions in pair.kinds.items() if len(positions)}
    if not kinds:
        st.caption("They give the same answer to every image.")
        return
    st.caption("Below each image: A's answer · B's answer (label).")
    with layout.panels():
        for kind, positions in kinds.items():
            shown = positions[:SHOWN]
            labels = [
                f"{names[pair.a[i]]} · {names[pair.b[i]]} ({names[pair.truth[i]]})" for i in shown
            ]
            images = data.validation.images[shown]
            caption = (
                f"{len(positions):,} images." if len(positions) <= SHOWN
                else f"The first {SHOWN} of {len(positions):,} images."
            )  # fmt: skip
            columns = 5 if max(map(len, labels)) < 12 else 3
            figure = charts.classes(images, labels, 255, charts.INK, columns)
            layout.figure(kind, figure, caption)
