"""The same work in three libraries: same data, batches, updates and precision (float32).

Each function prepares everything and returns a callable that does `steps` updates of plain SGD on
shuffled batches, or predicts given images.
"""

import os
from collections.abc import Callable

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn

import dataset
from dataset.variants import augment
from netcore import Recipe, Trainer
from netcore.network import Network
from netcore.speed.parallel import Replicas

Hidden = tuple[int, ...] | str  # widths, or "conv"
Train = Callable[[int], None]  # steps →
Predict = Callable[[np.ndarray], np.ndarray]  # images → probabilities

LR = 0.05
CONV = (16, 32)  # channels of the two 5 × 5 convolutions of the reference network
DENSE_AFTER_CONV = 128

data = dataset.load("mnist")
train = data.train.images, data.train.labels


def spec(hidden: Hidden) -> list:
    """Layers of a dense network with these hidden widths, or of the reference network "conv"."""
    if hidden != "conv":
        layers = ["Flatten"]
        for width in hidden:
            layers += [{"layer": "Dense", "out_features": width}, "ReLU"]
    else:
        layers = []
        for channels in CONV:
            conv = {"layer": "Conv2d", "out_channels": channels, "kernel": 5}
            layers += [conv, "MaxPool2d", "ReLU"]
        layers += ["Flatten", {"layer": "Dense", "out_features": DENSE_AFTER_CONV}, "ReLU"]
    return [*layers, {"layer": "Dense", "out_features": 10}, "LogSoftmax"]


def netcore(hidden: Hidden, batch_size: int, threads: int = 2, images: int | None = None) -> Train:
    recipe = Recipe(
        layers=spec(hidden), lr=LR, batch_size=batch_size, steps=10**8, eval_every=10**8,
        train_images=images,
    )  # fmt: skip
    trainer = Trainer(recipe, train, (train[0][:1], train[1][:1]), threads=threads)

    def run(steps: int) -> None:
        for _ in range(steps):
            next(trainer)

    return run


def torch_network(hidden: Hidden) -> nn.Sequential:
    if hidden != "conv":
        widths = [784, *hidden, 10]
        layers = [nn.Flatten()]
        for here, there in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.Linear(here, there), nn.ReLU()]
        return nn.Sequential(*layers[:-1])
    layers, before = [], 1
    for channels in CONV:  # pooling before ReLU gives the same and is faster in both
        layers += [nn.Conv2d(before, channels, 5), nn.MaxPool2d(2), nn.ReLU()]
        before = channels
    flat = 4 * 4 * before
    layers += [nn.Flatten(), nn.Linear(flat, DENSE_AFTER_CONV), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(DENSE_AFTER_CONV, 10))


def pytorch(hidden: Hidden, batch_size: int) -> Train:
    x = torch.from_numpy(train[0].astype(np.float32) / 255)[:, None]
    y = torch.from_numpy(train[1].astype(np.int64))
    network = torch_network(hidden)
    optimizer = torch.optim.SGD(network.parameters(), lr=LR)
    loss_of, shuffling = nn.CrossEntropyLoss(), np.random.default_rng(0)
    order, position = np.arange(0), 0

    def run(steps: int) -> None:
        nonlocal order, position
        for _ in range(steps):
            if position + batch_size > len(order):
                order, position = shuffling.permutation(len(x)), 0
            batch = torch.from_numpy(order[position : position + batch_size])
            position += batch_size
            optimizer.zero_grad()
            loss_of(network(x[batch]), y[batch]).backward()
            optimizer.step()

    return run


def sklearn(hidden: Hidden, batch_size: int) -> Train:
    """One `partial_fit` is one shuffled pass over its data: `steps` batches."""
    x, y = train[0].reshape(-1, 784).astype(np.float32) / 255, train[1]
    network = MLPClassifier(
        hidden, solver="sgd", momentum=0, alpha=0, learning_rate_init=LR, batch_size=batch_size
    )
    network.partial_fit(x[:batch_size], y[:batch_size], classes=np.arange(10))

    def run(steps: int) -> None:
        while steps > 0:
            now = min(steps, len(x) // batch_size)
            with threadpool_limits(os.cpu_count(), "blas"):  # netcore limits BLAS to one thread
                network.partial_fit(x[: now * batch_size], y[: now * batch_size])
            steps -= now

    return run


def netcore_predict(hidden: Hidden, threads: int = 2) -> Predict:
    """With as many threads as PyTorch uses here."""
    replicas = Replicas(Network(spec(hidden), (28, 28)), threads)
    return lambda images: np.exp(replicas.log_probs(images))


def torch_predict(hidden: Hidden) -> Predict:
    network = torch_network(hidden).eval()

    def run(images: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            parts = torch.from_numpy(images.astype(np.float32) / 255)[:, None].split(500)
            return torch.cat([network(part).softmax(dim=1) for part in parts]).numpy()

    return run


def augmentation(batch_size: int) -> Train:
    """All augmentations but pen habits, on one thread."""
    strengths = {"shift": 2, "rotation": 10, "scale": 0.1, "shear": 0.1, "elastic": 0.6,
                 "thickness": 0.3, "noise": 0.05}  # fmt: skip
    change, rng = augment.build(strengths), np.random.default_rng(0)
    images, labels = train[0][:batch_size], train[1][:batch_size]

    def run(steps: int) -> None:
        for _ in range(steps):
            change(images, labels, rng)

    return run


def products_only(hidden: tuple[int, ...], batch_size: int) -> Train:
    """Only the matrix products of a dense network's step, on one BLAS thread.

    Forward, weight gradients, and input gradients of all layers but the first.
    """
    rng = np.random.default_rng(0)
    widths = [784, *hidden, 10]
    x = [rng.random((batch_size, width), np.float32) for width in widths]
    w = [rng.random(shape, np.float32) for shape in zip(widths[:-1], widths[1:], strict=True)]
    dw, out = [np.empty_like(v) for v in w], [np.empty_like(v) for v in x]

    def run(steps: int) -> None:
        for _ in range(steps):
            for layer, weights in enumerate(w):
                np.matmul(x[layer], weights, out=out[layer + 1])
            for layer in reversed(range(len(w))):
                np.matmul(x[layer].T, x[layer + 1], out=dw[layer])
                if layer:
                    np.matmul(x[layer + 1], w[layer].T, out=out[layer])

    return run
