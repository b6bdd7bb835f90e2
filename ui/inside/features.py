"""What takes a network seconds to compute, kept by its weights."""

import hashlib

import numpy as np
import streamlit as st

import netcore
from netcore.analysis import explain
from ui.session import datasets

NEIGHBOURS = 10_000  # training images among which those next to a drawing are sought
MEMORY = 64_000_000  # bytes of features of a model
WORK = 400_000_000  # numbers that a network computes for them


def _weights(model: netcore.Model) -> str:
    return hashlib.blake2b(model.theta.tobytes() + model.buffers.tobytes()).hexdigest() + str(
        model.spec
    )


@st.cache_resource(
    max_entries=4,
    show_spinner="Showing the network some training images …",
    hash_funcs={netcore.Model: _weights},
)
def features(model: netcore.Model) -> list[np.ndarray]:
    """What a model's hidden layers make of MNIST's first training images.

    → one array (N, D) a layer, as `explain.features` has it. N is smaller for networks that take
    long or answer with much, so that it takes seconds and 64 MB at most. Read-only.
    """
    network = explain.reader(model)
    room = MEMORY // (2 * max(1, sum(explain.feature_sizes(network))))
    count = min(NEIGHBOURS, room, WORK // network.activation_size)
    return explain.features(network, datasets.dataset("mnist").train.images[:count])


@st.cache_data(
    max_entries=64, show_spinner="Looking for the change …", hash_funcs={netcore.Model: _weights}
)
def change(
    model: netcore.Model, image: np.ndarray, target: int, smoothness: float
) -> explain.Change | None:
    """`explain.change`, so that a slider along it costs nothing."""
    return explain.change(explain.reader(model), image, target, smoothness)
