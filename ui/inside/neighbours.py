"""The training images nearest to the drawing, by pixels and by the activations of each layer."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside import features
from ui.inside.subject import Subject
from ui.parts import pictures
from ui.parts.wording import article, plain
from ui.session import models

COUNT = 8
SIDE = 72  # pixels of an image
IN_TRAINING = 1_000  # images that are searched while the network is in training
INTRO = (
    "Which training images are most similar to the drawing? By pixels, only the position of the "
    "ink counts. Layer by layer, the network turns pixels into what it has learned to look for, "
    "and other images become the nearest."
)


def nearest_images(subject: Subject) -> None:
    data = models.data_of(subject.model)
    if data is None:
        st.info("The dataset of this model is not open here, so there are no images to compare.")
        return
    train, names = data.train, data.classes
    changing = subject.name == models.IN_TRAINING
    most = IN_TRAINING if changing else features.NEIGHBOURS
    most = min(most, len(train))
    near, _ = explain.nearest(train.images[:most], subject.image, COUNT)
    _row("Pixels", train, near, subject.answer, names)
    if changing:  # not worth caching
        rows = explain.features(subject.network, train.images[:most])
    else:
        rows = features.features(subject.model, data)
    queries = explain.features(subject.network, subject.image[None])
    for number, (row, query) in enumerate(zip(rows, queries, strict=True), start=1):
        near, _ = explain.nearest(row, query[0], COUNT)
        _row(f"Layer {number}", train, near, subject.answer, names)
    searched = f"the first {most:,} training images"
    if rows and len(rows[0]) < most:
        searched += f" (for the layers: only the first {len(rows[0]):,})"
    st.caption(
        f"The nearest of {searched}, by Euclidean distance. Feature maps larger than 4 × 4 are "
        "averaged to 4 × 4 first. Labels that differ from the answer are :orange[orange]."
    )


def _row(title: str, train, positions: np.ndarray, answer: int, names: Sequence[str]) -> None:
    labels = [int(train.labels[position]) for position in positions]
    label, votes = Counter(labels).most_common(1)[0]
    count = len(positions)
    st.markdown(f"**{title}**: {votes} of {count} are labelled {plain(names[label])}")
    with st.container(horizontal=True, gap="xsmall"):
        for position, label in zip(positions, labels, strict=True):
            name = plain(names[label])
            st.image(
                pictures.data_url(pictures.upright(train.images[position]), SIDE),
                caption=name if label == answer else f":orange[**{name}**]",
                width=SIDE,
                alt=f"Training image {position}, {article(names[label])} {names[label]}",
            )
