"""A network as an object: what it returns stays as it is, and it can be copied."""

import copy
import pickle

import numpy as np
import pytest

from netcore import Network
from netcore.optim.optimizers import OPTIMIZERS

X = np.random.default_rng(1).integers(0, 256, (7, 6, 6)).astype(np.uint8)
TARGETS = np.arange(7) % 3
DENSE = {"layer": "Dense", "out_features": 3}
SPEC = [
    {"layer": "Conv2d", "out_channels": 4}, "MaxPool2d", "BatchNorm", "ReLU", "Flatten",
    {"layer": "Dropout", "p": 0.4}, DENSE, "LogSoftmax",
]  # fmt: skip
COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda network: pickle.loads(pickle.dumps(network))}
ENDS = ["Tanh", "BatchNorm", "Dropout", "Flatten", "LeakyReLU", "AvgPool2d", {"layer": "Conv2d",
        "out_channels": 2}]  # fmt: skip


@pytest.mark.parametrize("last", ["LogSoftmax", *ENDS], ids=str)
def test_what_forward_returns_is_not_overwritten_by_the_next_call(last):
    flat = last == "LogSoftmax"
    network = Network(["Flatten", DENSE, last] if flat else [last], (36,) if flat else (1, 6, 6))
    x = X.reshape(7, *network.input_shape)
    first = network.forward(x)
    kept = first.copy()
    network.forward(255 - x)
    assert np.array_equal(first, kept)


def train(network, steps=3):
    for _ in range(steps):
        network.loss_and_grad(X, TARGETS)
        network.theta -= 0.1 * network.grad
        network.update_running_stats()
    return network.theta.copy(), network.buffers.copy()


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_network_answers_and_learns_as_the_original_and_apart_from_it(copied):
    network = Network(SPEC, (6, 6), seed=3)
    train(network)
    twin = copied(network)
    before = network.log_probs(X)
    assert np.array_equal(twin.log_probs(X), before)
    learned = train(twin)
    assert np.array_equal(network.log_probs(X), before)  # it did not learn with its copy
    for mine, others in zip(train(network), learned, strict=True):  # its dropout went on alike
        assert np.array_equal(mine, others)


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_the_layers_of_a_copy_are_views_into_its_own_vectors(copied):
    twin = copied(Network(SPEC, (6, 6)))
    for layer in twin.layers:
        for views, whole in (
            (layer.params, twin.theta),
            (layer.grads, twin.grad_and_stats),
            (layer.buffers, twin.buffers),
            (layer.batch_stats, twin.grad_and_stats),
        ):
            assert all(np.shares_memory(view, whole) for view in views.values())
    twin.theta[...] = 0
    assert np.allclose(twin.predict(X), 1 / 3)


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_replicas_that_are_copied_together_still_share_their_parameters(copied):
    network = Network(SPEC, (6, 6))
    one, two = copied([network, network.replica()])
    one.theta[...] = 0
    assert one.theta is two.theta and network.theta.any()


def test_a_pickle_holds_no_activations():
    network = Network(SPEC, (6, 6))
    before = len(pickle.dumps(network))
    network.log_probs(np.repeat(X, 200, axis=0))
    assert len(pickle.dumps(network)) < before + 1000


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_copied_optimizer_goes_on_alike(name, copied):
    grad, optimizer = np.array([1.0, -2.0], np.float32), OPTIMIZERS[name](2)
    thetas = [np.ones(2, np.float32), np.ones(2, np.float32)]
    optimizer.step(np.ones(2, np.float32), grad, 0.1)
    for theta, each in zip(thetas, (copied(optimizer), optimizer), strict=True):
        each.step(theta, grad, 0.1)
    assert np.array_equal(*thetas)
