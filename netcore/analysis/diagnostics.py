"""What goes on inside a network: gradients, silent units, weights, and one step taken apart.

Everything here looks at a network of the caller's own and at arrays. A network in training is
copied first (`Trainer.model`), since these functions run its layers.
"""

import math
from typing import NamedTuple

import numpy as np

from netcore import functional


def learning_layers(network):
    """The layers with weights by name, in order: "layer 1", "layer 2", …, "output"."""
    found = [layer for layer in network.layers if "W" in layer.params]
    names = [*(f"layer {n}" for n in range(1, len(found))), "output"]
    return dict(zip(names, found, strict=True))


def norm(arrays):
    """√ Σ a², over all elements of all arrays."""
    return math.sqrt(sum(float(np.vdot(a, a)) for a in arrays))


def gradient_norms(network, x, targets):
    """Length of the gradient of the mean loss in each layer with weights, by name.

    x: (N, *input_shape), targets: (N,). Fills `network.grad`.
    """
    network.loss_and_grad(x, targets)
    return {name: norm(layer.grads.values()) for name, layer in learning_layers(network).items()}


def inactive_shares(network, x):
    """For each activation, in order: the share 0…1 of its units that no example wakes.

    Such a unit passes no gradient on for this x: (N, *input_shape). A ReLU sleeps at 0, a leaky one
    where it leaks, a sigmoid or tanh where it is flat. A channel of images counts as one unit, and
    is awake if it is anywhere.
    """
    y, shares = functional.scale_pixels(x), []
    for layer in network.layers:
        y = layer.forward(y)
        if layer.is_activation:
            others = tuple(axis for axis in range(y.ndim) if axis != 1)
            shares.append(1 - float(layer.active(y).any(axis=others).mean()))
    return shares


class Spread(NamedTuple):
    """How values are spread now and were at the start: shares 0…1 of them about each middle."""

    middles: np.ndarray  # (bins,)
    now: np.ndarray  # (bins,)
    start: np.ndarray  # (bins,)


def spread(now, start, bins=41, most=20_000):
    """Two histograms over the same bins, which reach from −r to r with r = the largest |value|.

    now, start: arrays of any shape. Of more than `most` values, evenly chosen ones are counted.
    """
    now, start = (a.ravel()[:: math.ceil(a.size / most)] for a in (now, start))
    reach = max(np.abs(now).max(), np.abs(start).max(), 1e-6)
    edges = np.linspace(-reach, reach, bins + 1)
    shares = [np.histogram(a, edges)[0] / a.size for a in (now, start)]
    return Spread((edges[1:] + edges[:-1]) / 2, *shares)


def pictures(values, input_shape, most=32):
    """Weights of a first layer, or their gradient, as pictures: (units, H, W), at most `most`.

    values: (D, units) of a dense layer over images (H, W), or (kh, kw, C, units) of a convolution;
    several channels are added up.
    """
    if values.ndim == 4:
        return values[..., :most].sum(axis=2).transpose(2, 0, 1)
    return values[:, :most].T.reshape(-1, *input_shape[-2:])


def sample_size(network, numbers=6_000_000, most=1000):
    """How many examples can be run through at once for so many numbers at hand, at most `most`."""
    return max(1, min(most, numbers // network.activation_size))


class Misread(NamedTuple):
    positions: np.ndarray  # (M,) in x
    answers: np.ndarray  # (M,) what was read instead


def misread(network, x, targets):
    """Which of x: (N, *input_shape) are not read as targets: (N,), and as what."""
    answers = network.log_probs(x).argmax(axis=1)
    positions = np.flatnonzero(answers != targets)
    return Misread(positions, answers[positions])


class Step(NamedTuple):
    """One step of descent, taken apart. Losses in nats, of the same batch."""

    before: np.ndarray  # (N, K) probabilities
    after: np.ndarray  # (N, K)
    loss_before: float
    loss_after: float
    gradients: dict  # length of the gradient by layer
    gradient: np.ndarray  # of the first layer's weights, in their shape
    update: np.ndarray  # of the first layer's weights, in their shape
    moved: float  # length of the whole step
    length: float  # of all parameters, before


def take_apart(network, before, after, x, targets):
    """What the step from parameters `before` to `after`, (P,) each, did to a batch.

    The gradient is the one at `before`, of the mean loss over x: (N, *input_shape),
    targets: (N,). Losses and probabilities are those of the network in use, without dropout.
    """
    rows = np.arange(len(targets))
    network.theta[...] = before
    gradients = gradient_norms(network, x, targets)
    first = next(iter(learning_layers(network).values()))
    gradient, update = first.grads["W"].copy(), -first.params["W"]
    old = network.log_probs(x)
    network.theta[...] = after
    update += first.params["W"]
    new = network.log_probs(x)
    return Step(
        np.exp(old),
        np.exp(new),
        -float(old[rows, targets].mean()),
        -float(new[rows, targets].mean()),
        gradients,
        gradient,
        update,
        norm([np.subtract(after, before)]),
        norm([before]),
    )


def rehearse(trainer):
    """Let a trainer, which must be one's own, do its next step, and look at it.

    Returns (number of the step, images (N, …) as the network met them, labels (N,), `Step`).
    """
    parts = {}

    def keep(part, x, targets):
        parts[part.start] = x, targets

    before = trainer.network.theta.copy()
    trainer.train_step(on_batch=keep)
    x, targets = map(np.concatenate, zip(*(parts[start] for start in sorted(parts)), strict=True))
    step = take_apart(trainer.network, before, trainer.network.theta.copy(), x, targets)
    return trainer.step_count, x, targets, step
