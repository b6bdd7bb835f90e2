"""Results that take a network seconds to compute, cached by its weights."""

import hashlib

import numpy as np
import streamlit as st

import netcore
from dataset import Dataset
from netcore.analysis import explain

NEIGHBOURS = 10_000  # training images that are searched for the nearest ones
MEMORY = 64_000_000  # bytes of features per model
WORK = 400_000_000  # activations that a network computes for them


def _weights(model: netcore.Model) -> str:
    return hashlib.blake2b(model.theta.tobytes() + model.buffers.tobytes()).hexdigest() + str(
        model.spec
    )


@st.cache_resource(
    max_entries=4,
    show_spinner="Computing the features of training images …",
    hash_funcs={netcore.Model: _weights, Dataset: lambda data: data.name},
)
def features(model: netcore.Model, data: Dataset) -> list[np.ndarray]:
    """The hidden activations of its dataset's first training images, one array (N, D) per layer.

    See `explain.features`. N is smaller for slow networks and for large layers, so that this takes
    a few seconds and 64 MB at most. Read-only.
    """
    network = explain.with_input_gradient(model)
    room = MEMORY // (2 * max(1, sum(explain.feature_sizes(network))))
    count = min(NEIGHBOURS, room, WORK // network.activation_size)
    return explain.features(network, data.train.images[:count])


@st.cache_data(
    max_entries=64,
    show_spinner="Searching for the smallest change …",
    hash_funcs={netcore.Model: _weights},
)
def counterfactual(
    model: netcore.Model, image: np.ndarray, target: int, smoothness: float
) -> explain.Counterfactual | None:
    """`explain.counterfactual`, cached so that the slider is instant."""
    return explain.counterfactual(explain.with_input_gradient(model), image, target, smoothness)
