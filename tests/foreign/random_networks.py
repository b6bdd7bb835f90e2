"""Random networks, and runs of 50 steps, for another library to compute too.

All of it follows from a number, by NumPy's generators and in float64, so that only results have to
be stored. `bench/oracle.py` computes them with PyTorch.
"""

from typing import NamedTuple

import numpy as np

from netcore.network import Network, plan

NETWORKS = 60
CLASSES = 5
STEPS = 50
RATES = {"sgd": 0.2, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.003, "adam": 0.01,
         "adamw": 0.01}  # fmt: skip
DECAYS = (0.0, 0.05)
MOMENTUM, BETA2, EPS = 0.9, 0.97, 1e-7
DENSE = {"layer": "Dense", "out_features": 8}
OUTPUT = {"layer": "Dense", "out_features": CLASSES}
KINDS = {
    "dense": ["Flatten", DENSE, "Tanh", OUTPUT, "LogSoftmax"],
    "convolution": [
        {"layer": "Conv2d", "out_channels": 3}, "MaxPool2d", "BatchNorm", "LeakyReLU", "Flatten",
        OUTPUT, "LogSoftmax",
    ],
}  # fmt: skip
RUNS = [f"{kind} {name} {decay}" for kind in KINDS for name in RATES for decay in DECAYS]


class Drawn(NamedTuple):
    """A network with random parameters and statistics, and a batch for it."""

    network: Network
    x: np.ndarray
    targets: np.ndarray


def drawn(number: int) -> Drawn:
    """The network of this number: dense if odd, else convolutional."""
    rng = np.random.default_rng(number)
    shape = tuple(rng.integers(5, 11, 2).tolist())
    spec: list = []
    if number % 2 == 0:
        shape = (int(rng.integers(1, 4)), *shape)
        for _ in range(rng.integers(1, 4)):
            kernel = rng.integers(1, 4, 2)
            padding = rng.integers(0, kernel)
            _add(spec, shape, {"layer": "Conv2d", "out_channels": int(rng.integers(2, 5)),
                 "kernel": kernel.tolist(), "stride": rng.integers(1, 3, 2).tolist(),
                 "padding": padding.tolist()})  # fmt: skip
            pool = str(rng.choice(["MaxPool2d", "AvgPool2d"]))
            if rng.random() < 0.7:
                _add(spec, shape, {"layer": pool, "kernel": rng.integers(1, 4, 2).tolist()})
            _add_activation(spec, shape, rng)
    if number % 4 == 0:
        _add(spec, shape, "GlobalAvgPool2d")
    _add(spec, shape, "Flatten")
    for _ in range(rng.integers(0, 3)):
        _add(spec, shape, {"layer": "Dense", "out_features": int(rng.integers(3, 9))})
        _add_activation(spec, shape, rng)
    network = Network([*spec, OUTPUT, "LogSoftmax"], shape, dtype=np.float64)
    network.theta[...] = rng.normal(size=network.theta.shape) / 2
    network.buffers[...] = rng.uniform(0.5, 2, network.buffers.shape)
    network.label_smoothing = float(rng.choice([0.0, 0.2]))
    count = int(rng.integers(6, 13))
    x = rng.normal(size=(count, *shape))
    if number % 3 == 0:
        x, network.theta[...] = np.round(x), np.round(2 * network.theta)  # ties in max pooling
    return Drawn(network, x, rng.integers(0, CLASSES, count))


def _add(spec: list, shape: tuple, entry) -> None:
    """Add a layer if it fits there."""
    try:
        plan([*spec, entry], shape)
    except ValueError:
        return
    spec.append(entry)


def _add_activation(spec: list, shape: tuple, rng: np.random.Generator) -> None:
    if rng.random() < 0.5:
        _add(spec, shape, {"layer": "BatchNorm", "eps": float(rng.choice([1e-5, 1e-2]))})
    slope = {"layer": "LeakyReLU", "slope": float(rng.choice([0.01, 0.3]))}
    spec.append(["ReLU", "Tanh", "Sigmoid", slope][rng.integers(4)])


def run(name: str) -> tuple[Network, str, float, list[tuple[np.ndarray, np.ndarray]]]:
    """(network, optimizer, weight decay, batches) of one of `RUNS`."""
    kind, optimizer, decay = name.split()
    rng = np.random.default_rng(7)
    network = Network(KINDS[kind], (6, 6), seed=3, dtype=np.float64)
    centers = rng.normal(size=(CLASSES, 6, 6))
    targets = rng.integers(0, CLASSES, (STEPS, 16))
    batches = [(centers[t] + rng.normal(size=(16, 6, 6)), t) for t in targets]
    return network, optimizer, float(decay), batches


def digest(values: np.ndarray) -> list[float]:
    """Two numbers that change with every single value: the norm, and a sum with fixed weights."""
    flat = np.asarray(values, np.float64).ravel()
    return [float(np.linalg.norm(flat)), float(flat @ np.cos(np.arange(flat.size)))]
