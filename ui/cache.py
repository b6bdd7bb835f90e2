"""What is computed once and kept: datasets, shipped models, and the statistics that Explore draws.

Datasets of the repository are shared by all visitors and read-only. A visitor's own dataset stays
in the session; its statistics are small and are kept under its name, which holds a hash of the
file, so nobody meets another's.
"""

import hashlib
import re
import sys
from dataclasses import replace

import numpy as np
import streamlit as st

import dataset as data
import netcore
from dataset import DataError, Dataset, stats, table
from netcore.analysis import explain
from netcore.commands import MODELS
from netcore.confidence import calibration, subspaces
from ui import state, sweeps
from ui.limits import Limits
from ui.pool import Pool

RECIPES = MODELS / "recipes"
SIMPLEST_FIRST = ("fast", "seed", "linear", "memorize", "vanishing", "dense", "lenet")

SWITCH = 0.0005  # seconds a page waits for Python's lock; a page takes it for each of its messages
SAMPLE = 2000  # images on the map
NEIGHBOURS = 10_000  # training images among which those next to a drawing are sought
MEMORY = 64_000_000  # bytes of features of a model
WORK = 400_000_000  # numbers that a network computes for them


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset …")
def _shipped(name: str) -> Dataset:
    return data.load(name)


def dataset_names() -> list[str]:
    """The choices of this visitor: the repository's datasets, then an uploaded one."""
    upload = state.UPLOAD.get()
    return data.names() + ([upload.name] if upload else [])


def dataset(name: str) -> Dataset:
    """One of `dataset_names()`. Its arrays are shared and read-only. Raises `DataError`."""
    upload = state.UPLOAD.get()
    if upload and upload.name == name:
        return upload
    if name not in data.names():  # else a name could be the path of any file here
        raise DataError(f"The dataset {name!r} is not open: open its file again on Explore.")
    return _shipped(name)


def open_upload(file) -> None:
    """Read a visitor's CSV and choose it; a refusal is kept in `state.UPLOAD_ERROR`."""
    state.UPLOAD_ERROR.clear()
    title = re.sub(r"[^\w.-]+", "-", file.name)[-40:]
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    file.seek(0)
    try:
        upload = replace(table.read(file, title), name=f"{title} {digest}")
    except DataError as error:
        state.UPLOAD_ERROR.set(str(error))
    else:
        state.UPLOAD.set(upload)
        state.DATASET.set(upload.name)
        state.UPLOAD_OPEN.set(False)


@st.cache_resource(show_spinner="Opening the models …")
def shipped_models() -> dict[str, netcore.Model]:
    """The repository's models by name, the best on validation first. Shared and read-only."""
    models = {path.stem: netcore.load(path) for path in sorted(MODELS.glob("*.json"))}
    return dict(sorted(models.items(), key=lambda item: -item[1].scores["validation_accuracy"]))


@st.cache_resource(show_spinner=False)
def digits() -> subspaces.Subspaces:
    """What MNIST's digits look like, to tell them from what is none. Shared and read-only."""
    train = _shipped("mnist").train
    return subspaces.learn(train.images, train.labels, 10, calibration.PIXEL_AXES)


@st.cache_resource(show_spinner=False)
def _shipped_runs() -> dict[str, tuple[netcore.Recipe, list]]:
    """Recipes and their changes on the way, by name, the simplest first."""
    found = {
        path.stem: netcore.Recipe.from_run(path.read_text()) for path in RECIPES.glob("*.json")
    }
    names = [*SIMPLEST_FIRST, *sorted(found.keys() - {*SIMPLEST_FIRST})]
    return {name: found[name] for name in names if name in found}


def recipes() -> dict[str, netcore.Recipe]:
    """The recipes of the repository by name, the simplest first."""
    return {name: recipe for name, (recipe, _) in _shipped_runs().items()}


def changes_of(name: str) -> list:
    """The changes on the way that the recipe of this name asks for."""
    return _shipped_runs()[name][1] if name in _shipped_runs() else []


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """The cores of this process, shared out among the runs of all visitors."""
    sys.setswitchinterval(SWITCH)
    return Pool(Limits.from_environment())


@st.cache_resource(show_spinner=False)
def sweep_line() -> sweeps.Line:
    """Where the sweeps of all visitors wait for their turn."""
    return sweeps.Line(sweeps.Bounds.from_environment())


_statistic = st.cache_data(
    max_entries=64, show_spinner=False, hash_funcs={Dataset: lambda data: data.name}
)


@_statistic
def counts(data: Dataset) -> dict[str, np.ndarray]:
    """Images of each class (K,), by split."""
    return {
        name: np.bincount(split.labels, minlength=len(data.classes))
        for name, split in data.splits.items()
    }


@_statistic
def shapes(data: Dataset, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each class, both (K, 28, 28), 0 … 255."""
    part = data.splits[split]
    pairs = [stats.mean_and_std(part.images[part.labels == k]) for k in range(len(data.classes))]
    return tuple(np.stack(images) for images in zip(*pairs, strict=True))


@_statistic
def pixels(data: Dataset, split: str, digit: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Counts of the values 0 … 255 (256,) and each pixel's variance (28, 28), scaled to [0, 1]."""
    part = data.splits[split]
    images = part.images[stats.select(part.labels, digit)]
    return stats.histogram(images), (stats.mean_and_std(images)[1] / 255) ** 2


@_statistic
def by_typicality(data: Dataset, split: str, digit: int) -> np.ndarray:
    """Positions of a digit's images, the most typical first, the most unusual last."""
    part = data.splits[split]
    positions = stats.select(part.labels, digit)
    return positions[np.argsort(stats.distance_to_mean(part.images[positions]), kind="stable")]


@_statistic
def plane(data: Dataset, split: str, digit: int | None, seed: int):
    """A sample of up to 2,000 images on its first two principal components.

    Returns positions (N,), coordinates (N, 2), and the share of the variance they keep; nothing
    (N = 0) when there are fewer than three images.
    """
    part = data.splits[split]
    positions = np.sort(stats.select(part.labels, digit, seed or 1)[:SAMPLE])
    if len(positions) < 3:
        return positions[:0], np.empty((0, 2)), 0.0
    images = part.images[positions]
    coordinates, variances = stats.principal_components(images, 2)
    total = np.square(stats.mean_and_std(images)[1] / 255).sum()
    return positions, coordinates, float(variances.sum() / max(total, 1e-12))


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
    count = min(NEIGHBOURS, room, WORK // network.footprint)
    return explain.features(network, dataset("mnist").train.images[:count])


@st.cache_data(
    max_entries=64, show_spinner="Looking for the change …", hash_funcs={netcore.Model: _weights}
)
def change(
    model: netcore.Model, image: np.ndarray, target: int, smoothness: float
) -> explain.Change | None:
    """`explain.change`, so that a slider along it costs nothing."""
    return explain.change(explain.reader(model), image, target, smoothness)
