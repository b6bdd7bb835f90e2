"""netcore computes what PyTorch does: random networks, and 50 steps of every optimizer.

PyTorch's values were computed by `python -m bench.oracle` and stored, in float64.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from netcore.optim.optimizers import OPTIMIZERS
from tests.foreign import random_networks
from tests.foreign.random_networks import BETA2, EPS, MOMENTUM, NETWORKS, RATES, RUNS, digest

THEIRS = json.loads((Path(__file__).parent / "pytorch.json").read_text())
TOLERANCE = {"rtol": 1e-9, "atol": 1e-9}


@pytest.mark.parametrize("number", range(NETWORKS))
def test_a_random_network_answers_and_learns_as_in_pytorch(number):
    network, x, targets = random_networks.drawn(number)
    expected = THEIRS["networks"][number]
    np.testing.assert_allclose(digest(network.log_probs(x)), expected["log_probs"], **TOLERANCE)
    loss, _ = network.loss_and_grad(x, targets)
    network.update_running_stats()
    np.testing.assert_allclose(loss / len(x), expected["loss"], **TOLERANCE)
    np.testing.assert_allclose(digest(network.grad), expected["grad"], **TOLERANCE)
    np.testing.assert_allclose(digest(network.buffers), expected["buffers"], **TOLERANCE)


@pytest.mark.parametrize("name", RUNS)
def test_fifty_steps_of_an_optimizer_are_those_of_pytorch(name):
    network, kind, decay, batches = random_networks.run(name)
    optimizer = OPTIMIZERS[kind](network.parameters, np.float64, MOMENTUM, BETA2, EPS)
    losses, weights = [], network.weight_slice
    for x, targets in batches:
        loss, _ = network.loss_and_grad(x, targets)
        optimizer.decay(network.theta[weights], network.grad[weights], RATES[kind], decay)
        optimizer.step(network.theta, network.grad, RATES[kind])
        losses.append(loss / len(x))
    np.testing.assert_allclose(losses, THEIRS["runs"][name]["losses"], rtol=1e-8)
    np.testing.assert_allclose(digest(network.theta), THEIRS["runs"][name]["theta"], rtol=1e-8)


def test_every_kind_of_layer_and_every_optimizer_is_among_them():
    networks = [random_networks.drawn(number).network for number in range(NETWORKS)]
    assert {type(layer).__name__ for network in networks for layer in network.layers} == {
        *("Conv2d", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d", "Flatten", "Dense", "BatchNorm"),
        *("ReLU", "LeakyReLU", "Sigmoid", "Tanh", "LogSoftmax"),
    }
    assert {name.split()[1] for name in RUNS} == set(RATES)
