"""Every layer: declared shapes are the real ones, and backward is the derivative of forward."""

import numpy as np
import pytest

from netcore import gradcheck, layers
from netcore.network import Network

FLAT = [
    {"layer": "Dense", "out_features": 7},
    "ReLU",
    {"layer": "LeakyReLU", "slope": 0.1},
    "Sigmoid",
    "Tanh",
    {"layer": "Dropout", "p": 0.3},
    "Flatten",
    "LogSoftmax",
]
IMAGES = [
    {"layer": "Conv2d", "out_channels": 3},
    {"layer": "Conv2d", "out_channels": 3, "kernel": [2, 4], "stride": [2, 3], "padding": [1, 3]},
    {"layer": "Conv2d", "out_channels": 2, "kernel": 1, "stride": 2},
    "MaxPool2d",
    {"layer": "MaxPool2d", "kernel": [3, 2]},
    {"layer": "AvgPool2d", "kernel": [2, 3]},
    "GlobalAvgPool2d",
    "BatchNorm",
    "ReLU",
    {"layer": "Dropout", "p": 0.3},
    "Flatten",
]
ONE_CHANNEL = [entry for entry in IMAGES if entry != "BatchNorm"]
CASES = [
    *(([entry], (5,)) for entry in [*FLAT, "BatchNorm"]),
    *(([entry], (2, 6, 7)) for entry in IMAGES),
    *(([entry], (6, 7)) for entry in ONE_CHANNEL),
]


def names(case):
    (entry,), shape = case
    settings = {"layer": entry} if isinstance(entry, str) else entry
    return " ".join(map(str, [*settings.values(), "on", shape]))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_every_layer_there_is_stands_in_these_tests():
    tested = {e if isinstance(e, str) else e["layer"] for spec, _ in CASES for e in spec}
    assert tested == set(layers.LAYERS)


@pytest.mark.parametrize("case", CASES, ids=names)
def test_the_declared_shape_is_the_shape_of_the_output(case, rng):
    spec, shape = case
    network = Network(spec, shape)
    for batch in (4, 1, 6):  # workspaces follow the batch, in both directions
        x = rng.normal(size=(batch, *shape)).astype(np.float32)
        assert network.forward(x).shape == (batch, *network.output_shape)


@pytest.mark.parametrize("case", CASES, ids=names)
def test_backward_is_the_derivative_of_forward(case, rng):
    spec, shape = case
    network = Network(spec, shape, dtype=np.float64)
    network.theta[...] = rng.normal(size=network.theta.shape)
    network.buffers[...] = rng.uniform(0.5, 2, network.buffers.shape)
    (layer,) = network.layers
    layer.needs_dx = True
    x = rng.normal(size=(4, *shape))
    weighting = rng.normal(size=(4, *network.output_shape))  # a scalar out of the output

    def loss():
        layer.seed(np.random.default_rng(1))  # the same units drop out at every call
        return float(np.sum(layer.forward(x, training=True) * weighting))

    loss()
    dx = layer.backward(weighting).copy()
    grad = network.grad.copy()
    gradcheck.check(loss, x, dx, rng)
    if network.parameters:
        gradcheck.check(loss, network.theta, grad, rng)


def test_backward_of_batch_norm_in_use_is_the_derivative_of_its_forward(rng):
    network = Network(["BatchNorm"], (2, 3, 4), dtype=np.float64)
    network.theta[...] = rng.normal(size=network.theta.shape)
    network.buffers[...] = rng.uniform(0.5, 2, network.buffers.shape)
    (layer,), x, weighting = network.layers, *rng.normal(size=(2, 5, 2, 3, 4))

    def loss():
        return float(np.sum(layer.forward(x) * weighting))

    loss()
    gradcheck.check(loss, x, layer.backward(weighting).copy(), rng)
    gradcheck.check(loss, network.theta, network.grad, rng)


DEEP = {
    "dense": [
        "Flatten",
        {"layer": "Dense", "out_features": 8},
        "Tanh",
        {"layer": "Dropout", "p": 0.2},
        {"layer": "Dense", "out_features": 6},
        "Sigmoid",
        {"layer": "Dense", "out_features": 5},
        "LogSoftmax",
    ],
    "convolutional": [
        {"layer": "Conv2d", "out_channels": 3, "kernel": 3, "padding": 1},
        "BatchNorm",
        "MaxPool2d",
        "Tanh",
        {"layer": "Conv2d", "out_channels": 4, "kernel": 2, "stride": 2},
        {"layer": "Dropout", "p": 0.2},
        {"layer": "AvgPool2d", "kernel": [1, 2]},
        "Sigmoid",
        {"layer": "Conv2d", "out_channels": 3, "kernel": [2, 1]},
        "Flatten",
        {"layer": "Dense", "out_features": 5},
        "LogSoftmax",
    ],
    "without dense layers": [
        {"layer": "Conv2d", "out_channels": 5, "kernel": 3},
        "GlobalAvgPool2d",
        "LogSoftmax",
    ],
}


@pytest.mark.parametrize("kind", list(DEEP))
def test_the_gradient_of_a_deep_network_is_right_from_loss_to_first_weight(kind, rng):
    network = Network(DEEP[kind], (8, 9), seed=3, dtype=np.float64)
    x, targets = rng.normal(size=(9, 8, 9)), rng.integers(0, 5, 9)

    def loss():
        for layer in network.layers:
            layer.seed(np.random.default_rng(1))
        return network.loss_and_grad(x, targets)[0] / len(x)

    loss()
    gradcheck.check(loss, network.theta, network.grad.copy(), rng)


def test_the_check_itself_finds_a_wrong_gradient(rng):
    x = rng.normal(size=10)
    with pytest.raises(AssertionError, match=r"numeric .* analytic"):
        gradcheck.check(lambda: float(np.sum(x**2)), x, 2.001 * x, rng)


@pytest.mark.parametrize("name", layers.ACTIVATIONS)
def test_a_unit_counts_as_active_where_its_activation_passes_a_gradient_on(name):
    activation = layers.build(name)
    x = np.linspace(-30, 30, 301)[None]
    y = activation.forward(x).copy()
    slope = activation.backward(np.ones_like(y))
    active = activation.active(y)
    assert active.any() and not active.all()
    assert slope[active].min() > slope[~active].max()


def test_a_layer_that_is_no_activation_has_no_active_units():
    assert "ReLU" in layers.ACTIVATIONS and "Flatten" not in layers.ACTIVATIONS
    with pytest.raises(NotImplementedError, match="Flatten is not an activation"):
        layers.Flatten().active(np.zeros((1, 2)))


def test_a_network_with_another_end_than_log_softmax_cannot_be_trained():
    network = Network(["Flatten", {"layer": "Dense", "out_features": 3}, "ReLU"], (4, 4))
    with pytest.raises(ValueError, match="ends in ReLU: add LogSoftmax"):
        network.loss_and_grad(np.zeros((2, 4, 4), np.float32), np.array([0, 1]))


def test_dropout_silences_its_share_keeps_the_mean_and_rests_in_use():
    dropout = layers.Dropout(0.3)
    x = np.ones((200, 500), np.float32)
    y = dropout.forward(x, training=True)
    assert abs(np.mean(y == 0) - 0.3) < 0.01
    assert abs(y.mean() - 1) < 0.01
    assert dropout.forward(x, training=False) is x


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("Relu", "'Relu' is no layer"),
        ({"layer": "Dense"}, "out_features"),
        ({"layer": "Dense", "out_features": 0}, "whole number"),
        ({"layer": "Dense", "out_features": 3, "units": 3}, "no setting 'units'"),
        ({"layer": "Dense", "out_features": 3, "initializer": "zeros"}, "unknown initializer"),
        ({"layer": "Dropout", "p": 1}, "probability to drop"),
        ({"layer": "Dropout", "p": "half"}, "Dropout"),
        ({"layer": "LeakyReLU", "slope": 2}, "slope"),
        ({"layer": "Conv2d", "out_channels": 0}, "out_channels must be a whole number"),
        ({"layer": "Conv2d", "out_channels": 3, "kernel": 0}, "kernel must be a whole number"),
        ({"layer": "Conv2d", "out_channels": 3, "stride": [1, 2, 3]}, "or two for rows"),
        ({"layer": "Conv2d", "out_channels": 3, "padding": 3}, "smaller than the kernel"),
        ({"layer": "Conv2d", "out_channels": 3, "initializer": 1}, "unknown initializer"),
        ({"layer": "MaxPool2d", "kernel": 1.5}, "kernel must be a whole number"),
        ({"layer": "BatchNorm", "eps": 0}, "eps must be a number"),
        (7, "must be a name"),
    ],
)
def test_a_wrong_spec_is_refused_with_the_number_of_the_layer(entry, words):
    with pytest.raises(ValueError, match=words) as refusal:
        Network(["Flatten", entry], (28, 28))
    assert str(refusal.value).startswith("layer 2 ")


def test_a_dense_layer_on_an_image_says_to_put_flatten_before():
    with pytest.raises(ValueError, match=r"layer 1 \(Dense\): .*\(28, 28\): put Flatten before"):
        Network([{"layer": "Dense", "out_features": 3}], (28, 28))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (["Flatten", {"layer": "Conv2d", "out_channels": 3}], r"\(784,\): put it before Flatten"),
        (["Flatten", "MaxPool2d"], r"\(784,\): put it before Flatten"),
        (
            [{"layer": "MaxPool2d", "kernel": 14}, {"layer": "Conv2d", "out_channels": 3}],
            r"kernel \(3, 3\) does not fit into images \(2, 2\) .*: make the kernel smaller",
        ),
        (
            [{"layer": "MaxPool2d", "kernel": 14}, {"layer": "AvgPool2d", "kernel": 3}],
            r"windows \(3, 3\) do not fit into images \(2, 2\): pool less",
        ),
        (["ReLU", "BatchNorm"], r"\(28, 28\): put Flatten or Conv2d before"),
        (
            ["MaxPool2d", {"layer": "Dense", "out_features": 3}],
            r"\(1, 14, 14\): put Flatten before",
        ),
    ],
)
def test_layers_that_do_not_fit_together_are_told_with_shapes_and_a_way_out(spec, words):
    with pytest.raises(ValueError, match=words) as refusal:
        Network(spec, (28, 28))
    assert str(refusal.value).startswith("layer 2 ")
