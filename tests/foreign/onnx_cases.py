"""ONNX's own operator cases, computed with netcore: one function for each operator.

Each takes the inputs and attributes of a case and returns the outputs. `NotExpressible` says why
netcore has no such layer; what a caller can do with a reshape or by setting weights is expressible.
"""

import importlib
import math
import warnings

import numpy as np

from netcore import functional, losses, metrics
from netcore.network import Network
from netcore.optim.optimizers import OPTIMIZERS


class NotExpressible(Exception):
    """Why netcore has nothing that could compute a case."""


def layer(entry, x, training=False, **values):
    """A network of one layer on x (N, …), with these parameters and buffers."""
    network = Network([entry], x.shape[1:])
    [only] = network.layers
    for name, value in values.items():
        (only.params | only.buffers)[name][...] = value
    return network, network.forward(x, training)


def rows(x):
    return x[None] if x.ndim < 2 else x


def elementwise(entry):
    def run(inputs, attributes):
        [x] = inputs
        return [layer(entry, rows(x))[1].reshape(x.shape)]

    return run


def leaky_relu(inputs, attributes):
    entry = {"layer": "LeakyReLU", "slope": attributes.get("alpha", 0.01)}
    return elementwise(entry)(inputs, {})


def log_softmax(inputs, attributes):
    axis = attributes.get("axis", -1)
    return [np.moveaxis(functional.log_softmax(np.moveaxis(inputs[0], axis, -1)), -1, axis)]


def softmax(inputs, attributes):
    return [np.exp(log_softmax(inputs, attributes)[0])]


def dense(x, weights, bias=0.0):
    return layer({"layer": "Dense", "out_features": weights.shape[1]}, x, W=weights, b=bias)[1]


def gemm(inputs, attributes):
    a, b, *c = inputs
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    bias = attributes.get("beta", 1.0) * np.atleast_1d(c[0] if c else 0.0)
    if bias.ndim == 2 and len(bias) > 1:
        raise NotExpressible("a bias for each example")
    return [dense(a, attributes.get("alpha", 1.0) * b, bias.reshape(-1))]


def matmul(inputs, attributes):
    a, b = inputs
    if b.ndim > 2:
        raise NotExpressible("several matrix products at once")
    y = dense(a.reshape(-1, a.shape[-1]), b.reshape(len(b), -1))
    return [y.reshape((*a.shape[:-1], *b.shape[1:]))]


def geometry(x, attributes):
    """(kernel, strides, padding); the same padding on both sides of rows, and of columns."""
    kernel = attributes["kernel_shape"]
    if len(kernel) != 2:
        raise NotExpressible("one or three spatial axes")
    if set(attributes.get("dilations", [1])) != {1}:
        raise NotExpressible("dilation")
    strides = attributes.get("strides", [1, 1])
    pads = attributes.get("pads", [0, 0, 0, 0])
    if attributes.get("auto_pad", b"NOTSET") in (b"SAME_UPPER", b"SAME_LOWER"):
        total = [
            max((math.ceil(size / s) - 1) * s + k - size, 0)
            for size, s, k in zip(x.shape[2:], strides, kernel, strict=True)
        ]
        ends = [n // 2 for n in total], [n - n // 2 for n in total]
        pads = [*ends[0], *ends[1]]
    if pads[:2] != pads[2:]:
        raise NotExpressible("other padding on one side than on the other")
    return list(kernel), list(strides), list(pads[:2])


def conv(inputs, attributes):
    x, weights, *bias = inputs
    kernel, strides, padding = geometry(x, attributes)
    entry = {"layer": "Conv2d", "out_channels": len(weights), "kernel": kernel, "stride": strides,
             "padding": padding}  # fmt: skip
    return [layer(entry, x, W=weights.transpose(2, 3, 1, 0), b=bias[0] if bias else 0)[1]]


def pool(name):
    def run(inputs, attributes):
        [x] = inputs
        kernel, strides, padding = geometry(x, attributes)
        if any(padding):
            raise NotExpressible("padding in a pooling layer")
        if kernel != strides:
            raise NotExpressible("windows that overlap or leave gaps")
        if attributes.get("ceil_mode"):
            raise NotExpressible("windows that are cut off at the edge")
        return [layer({"layer": name, "kernel": kernel}, x)[1]]

    return run


def global_average(inputs, attributes):
    return [layer("GlobalAvgPool2d", inputs[0])[1][:, :, None, None]]


def global_max(inputs, attributes):
    [x] = inputs
    return [layer({"layer": "MaxPool2d", "kernel": list(x.shape[2:])}, x)[1]]


def batch_norm(inputs, attributes):
    x, gamma, beta, mean, var = inputs
    training = bool(attributes.get("training_mode"))
    entry = {"layer": "BatchNorm", "eps": attributes.get("epsilon", 1e-5)}
    values = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    network, y = layer(entry, x, training, **values)
    if not training:
        return [y]
    network.update_running_stats()
    [only], count = network.layers, x.size // x.shape[1]
    # ONNX divides the batch's variance by n in its running one too, we by n − 1, as PyTorch does.
    biased = 0.9 * var + (only.buffers["var"] - 0.9 * var) * (count - 1) / count
    return [y, only.buffers["mean"], biased]


def dropout(inputs, attributes):
    x, ratio, training = [*inputs, *(0.5, False)[len(inputs) - 1 :]]
    p = float(attributes.get("ratio", ratio))
    if training and p:
        raise NotExpressible("random numbers of another generator")
    return [layer({"layer": "Dropout", "p": p}, x, bool(training))[1]]


def flatten(inputs, attributes):
    [x], axis = inputs, attributes.get("axis", 1) % inputs[0].ndim
    if axis > 1:
        raise NotExpressible("more than one axis for the examples")
    return [layer("Flatten", x if axis else x[None])[1]]


def per_example(x, targets):
    """(N, C, …), (N, …) → (rows, C), (rows,), as the losses take them."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]), targets.reshape(-1)


def check_loss(inputs, attributes):
    if len(inputs) > 2:
        raise NotExpressible("weights of classes")
    if "ignore_index" in attributes:
        raise NotExpressible("a class that is ignored")


def reduced(loss, targets, attributes):
    reduction = attributes.get("reduction", b"mean")
    if reduction == b"none":
        return loss.reshape(targets.shape)
    return loss.mean() if reduction == b"mean" else loss.sum()


def cross_entropy(inputs, attributes):
    check_loss(inputs, attributes)
    scores, targets = inputs
    logits, classes = per_example(scores, targets)
    each = [
        losses.softmax_cross_entropy(logits[n : n + 1], classes[n : n + 1], logits[:1].copy(), 1)[0]
        for n in range(len(logits))
    ]
    together, _ = losses.softmax_cross_entropy(logits, classes, logits.copy(), len(logits))
    np.testing.assert_allclose(together, np.sum(each), rtol=1e-5)
    loss = reduced(np.array(each, np.float32), targets, attributes)
    return [loss, log_softmax([scores], {"axis": 1})[0]]


def nll(inputs, attributes):
    check_loss(inputs, attributes)
    log_probs, classes = per_example(*inputs)
    each = [
        metrics.score(log_probs[n : n + 1], classes[n : n + 1])["loss"] for n in range(len(classes))
    ]
    together = metrics.score(log_probs, classes)["loss"]
    np.testing.assert_allclose(together, np.mean(each), rtol=1e-5)
    return [reduced(np.array(each, np.float32), inputs[1], attributes)]


def optimized(name, vectors):
    """Parameters, then each of `vectors` state vectors, after one step; several parameters too."""

    def run(inputs, attributes):
        (lr, step), rest = inputs[:2], inputs[2:]
        count = len(rest) // (2 + vectors)
        sizes = [len(x) for x in rest[:count]]
        flat = [np.concatenate(rest[n * count : (n + 1) * count]) for n in range(2 + vectors)]
        theta, grad, *state = (part.astype(np.float32) for part in flat)
        kind = name
        if name == "momentum":
            kind = {b"standard": "momentum", b"nesterov": "nesterov"}[attributes["mode"]]
            if step > 0 and attributes["beta"] != 1:
                raise NotExpressible("a dampened gradient")
        optimizer = OPTIMIZERS[kind](
            len(theta),
            momentum=attributes["alpha"],
            beta2=attributes["beta"],
            eps=attributes.get("epsilon", 0.0),
        )
        optimizer.state[...] = state
        # At T = 0 ONNX's Adam corrects nothing, as ours does after many steps.
        optimizer.steps = int(step) or 10**9
        optimizer.decay(theta, grad, float(lr), attributes["norm_coefficient"])
        optimizer.step(theta, grad, float(lr))
        cuts = np.cumsum(sizes)[:-1]
        return [part for v in (theta, *optimizer.state) for part in np.split(v, cuts)]

    return run


OPERATORS = {  # ONNX's name: (module of its cases, function)
    "Adam": ("adam", optimized("adam", 2)),
    "AveragePool": ("averagepool", pool("AvgPool2d")),
    "BatchNormalization": ("batch_normalization", batch_norm),
    "Conv": ("conv", conv),
    "Dropout": ("dropout", dropout),
    "Flatten": ("flatten", flatten),
    "Gemm": ("gemm", gemm),
    "GlobalAveragePool": ("globalaveragepool", global_average),
    "GlobalMaxPool": ("globalmaxpool", global_max),
    "LeakyRelu": ("leakyrelu", leaky_relu),
    "LogSoftmax": ("logsoftmax", log_softmax),
    "MatMul": ("matmul", matmul),
    "MaxPool": ("maxpool", pool("MaxPool2d")),
    "Momentum": ("momentum", optimized("momentum", 1)),
    "NegativeLogLikelihoodLoss": ("negativeloglikelihoodloss", nll),
    "Relu": ("relu", elementwise("ReLU")),
    "Sigmoid": ("sigmoid", elementwise("Sigmoid")),
    "Softmax": ("softmax", softmax),
    "SoftmaxCrossEntropyLoss": ("softmax_cross_entropy_loss", cross_entropy),
    "Tanh": ("tanh", elementwise("Tanh")),
}


def cases():
    """All cases of these operators, as onnx generates them.

    Of a case that is also given as a graph of simpler operators ("_expanded"), only itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers that its other cases overflow on purpose
        node = importlib.import_module("onnx.backend.test.case.node")
        # Its function `collect_testcases` imports, and so computes, all 1,900: half a minute.
        for module, _ in OPERATORS.values():
            importlib.import_module(f"{node.__name__}.{module}")
    return [
        case
        for case in node._NodeTestCases
        if len(case.model.graph.node) == 1 and case.model.graph.node[0].op_type in OPERATORS
    ]


def compute(case):
    """(outputs by netcore, outputs by ONNX) of a case; NotExpressible without such a layer."""
    onnx = importlib.import_module("onnx")
    [node], [(inputs, expected)] = case.model.graph.node, case.data_sets
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    found = OPERATORS[node.op_type][1](list(inputs), attributes)
    if len(expected) > len(found):
        raise NotExpressible("a mask or the places of maxima as a second output")
    return found[: len(expected)], expected
