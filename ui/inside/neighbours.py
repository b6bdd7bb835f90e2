"""The training images next to the drawing: by pixels, and by each hidden layer."""

from collections import Counter

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside import features
from ui.inside.subject import Subject
from ui.parts import signed
from ui.parts.wording import article
from ui.session import datasets, models

COUNT = 8
SIDE = 72  # pixels of an image
IN_TRAINING = 1_000  # images that a network in training looks at
INTRO = (
    "Which training images are most like the drawing? By pixels, what counts is where the ink "
    "lies. Layer by layer the network learns to see what matters instead, and other images move "
    "near."
)


def nearest_images(subject: Subject) -> None:
    train = datasets.dataset("mnist").train
    changing = subject.name == models.IN_TRAINING
    most = IN_TRAINING if changing else features.NEIGHBOURS
    near, _ = explain.nearest(train.images[:most], subject.image, COUNT)
    _row("By pixels", train, near, subject.answer)
    if changing:  # not worth keeping
        rows = explain.features(subject.network, train.images[:most])
    else:
        rows = features.features(subject.model)
    queries = explain.features(subject.network, subject.image[None])
    for number, (row, query) in enumerate(zip(rows, queries, strict=True), start=1):
        near, _ = explain.nearest(row, query[0], COUNT)
        _row(f"By layer {number}", train, near, subject.answer)
    looked = f"the first {most:,} training images"
    if rows and len(rows[0]) < most:
        looked += f", in the layers the first {len(rows[0]):,}"
    st.caption(
        f"Looked at: {looked}. Near means a small Euclidean distance. Maps larger than 4 × 4 are "
        "averaged into 4 × 4 cells before. Labels other than the answer are :orange[orange]."
    )


def _row(title: str, train, positions: np.ndarray, answer: int) -> None:
    labels = [int(train.labels[position]) for position in positions]
    digit, votes = Counter(labels).most_common(1)[0]
    st.markdown(f"**{title}**: {votes} of {COUNT} are {article(digit)} {digit}")
    with st.container(horizontal=True, gap="xsmall"):
        for position, label in zip(positions, labels, strict=True):
            st.image(
                signed.address(train.images[position], SIDE),
                caption=str(label) if label == answer else f":orange[**{label}**]",
                width=SIDE,
                alt=f"Training image {position}, a {label}",
            )
