"""Diagnostics of training: gradients, dead units, weights, and one step in detail.

These functions run the layers of the network they are given, so a network in training must be
copied first (`Trainer.model`).
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from netcore import advice, functional
from netcore.layers import Layer
from netcore.network import Network
from netcore.trainer import Trainer

SAME = 1e-3  # nats, between the log-probabilities of two examples


def weight_layers(network: Network) -> dict[str, Layer]:
    """The layers with weights by name, in order: "layer 1", "layer 2", …, "output"."""
    found = [layer for layer in network.layers if "W" in layer.params]
    names = [*(f"layer {n}" for n in range(1, len(found))), "output"]
    return dict(zip(names, found, strict=True))


def norm(arrays: Iterable[np.ndarray]) -> float:
    """√ Σ a² over all elements of all arrays."""
    return math.sqrt(sum(float(np.vdot(a, a)) for a in arrays))


def gradient_norms(network: Network, x: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Norm of the gradient of the mean loss in each layer with weights, by name.

    x: (N, *input_shape), targets: (N,). Fills `network.grad`.
    """
    network.loss_and_grad(x, targets)
    return {name: norm(layer.grads.values()) for name, layer in weight_layers(network).items()}


def dead_unit_fraction(network: Network, x: np.ndarray) -> list[float]:
    """For each activation, in order: the fraction 0…1 of its units that no example activates.

    Such a unit passes (almost) no gradient for x: (N, *input_shape). A ReLU is inactive at 0, a
    leaky one where it is negative, a sigmoid or tanh where it is flat. A channel of a feature map
    is one unit, active if any of its pixels is.
    """
    y, shares = functional.scale_pixels(x), []
    for layer in network.layers:
        y = layer.forward(y)
        if layer.is_activation:
            others = tuple(axis for axis in range(y.ndim) if axis != 1)
            shares.append(1 - float(layer.active(y).any(axis=others).mean()))
    return shares


def dead_network(trainer: Trainer) -> tuple[str, advice.Advice] | None:
    """If training has killed the network: a sentence with advice, and the advice; else None.

    Dead is a network that is no better than one answer for all, and has a layer in which no unit is
    active, so that no gradient passes, or gives most examples the very same probabilities.
    """
    network, (x, targets) = trainer.network, trainer.validation
    x, targets = x[: sample_size(network)], targets[: sample_size(network)]
    log_probs, shares = network.log_probs(x), dead_unit_fraction(network, x)
    blind = float(np.mean(log_probs.argmax(axis=1) == targets)) < 1.2 * _largest_share(targets)
    if 1.0 in shares and blind:
        problem = f"no unit of hidden layer {shares.index(1.0) + 1} is active for any image"
    elif blind and np.median(np.abs(log_probs - np.median(log_probs, axis=0))) < SAME:
        problem = "it gives nearly every image the same answer"
    else:
        return None
    found = advice.later(trainer)()
    return f"The network is dead, {problem}: {found}", found


def _largest_share(targets: np.ndarray) -> float:
    return float(np.bincount(targets).max() / len(targets))


class Histograms(NamedTuple):
    """Distributions of values now and at the start: the share 0…1 of them in each bin."""

    centers: np.ndarray  # (bins,)
    now: np.ndarray  # (bins,)
    start: np.ndarray  # (bins,)


def histograms(
    now: np.ndarray, start: np.ndarray, bins: int = 41, most: int = 20_000
) -> Histograms:
    """Two histograms over the same bins, from −r to r with r the largest |value|.

    now, start: arrays of any shape. Of more than `most` values, evenly spaced ones are counted.
    """
    now, start = (a.ravel()[:: math.ceil(a.size / most)] for a in (now, start))
    limit = max(np.abs(now).max(), np.abs(start).max(), 1e-6)
    edges = np.linspace(-limit, limit, bins + 1)
    shares = [np.histogram(a, edges)[0] / a.size for a in (now, start)]
    return Histograms((edges[1:] + edges[:-1]) / 2, *shares)


def as_images(values: np.ndarray, input_shape: tuple[int, ...], most: int = 32) -> np.ndarray:
    """Weights of a first layer, or their gradient, as images (units, H, W), at most `most`.

    values: (D, units) of a dense layer over images (…, H, W), or (kh, kw, C, units) of a
    convolution. Channels are summed.
    """
    if values.ndim == 4:
        return values[..., :most].sum(axis=2).transpose(2, 0, 1)
    units = min(values.shape[1], most)
    return values[:, :most].T.reshape(units, -1, *input_shape[-2:]).sum(axis=1)


def sample_size(network: Network, numbers: int = 6_000_000, most: int = 1000) -> int:
    """How many examples fit in one pass that keeps at most `numbers` values, at most `most`."""
    return max(1, min(most, numbers // network.activation_size))


class Misclassified(NamedTuple):
    """The examples that a network gets wrong."""

    positions: np.ndarray  # (M,) indices in x
    answers: np.ndarray  # (M,) the wrong answers


def misclassified(network: Network, x: np.ndarray, targets: np.ndarray) -> Misclassified:
    """The examples of x: (N, *input_shape) whose answer is not that of targets: (N,)."""
    answers = network.log_probs(x).argmax(axis=1)
    positions = np.flatnonzero(answers != targets)
    return Misclassified(positions, answers[positions])


class Step(NamedTuple):
    """One training step in detail. Losses in nats, before and after on the same batch."""

    before: np.ndarray  # (N, K) probabilities
    after: np.ndarray  # (N, K)
    loss_before: float
    loss_after: float
    gradient_norms: dict[str, float]  # by layer
    gradient: np.ndarray  # of the first layer's weights, in their shape
    update: np.ndarray  # of the first layer's weights, in their shape
    update_norm: float  # of all parameters
    parameter_norm: float  # of all parameters, before


def dissect_step(
    network: Network, before: np.ndarray, after: np.ndarray, x: np.ndarray, targets: np.ndarray
) -> Step:
    """What the step from parameters `before` to `after`, (P,) each, does to a batch.

    The gradient is that of the mean loss over x: (N, *input_shape), targets: (N,) at `before`.
    Losses and probabilities are those of inference, without dropout. Leaves `after` in the network.
    """
    rows = np.arange(len(targets))
    network.theta[...] = before
    norms = gradient_norms(network, x, targets)
    first = next(iter(weight_layers(network).values()))
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
        norms,
        gradient,
        update,
        norm([np.subtract(after, before)]),
        norm([before]),
    )


def dry_run_step(trainer: Trainer) -> tuple[int, np.ndarray, np.ndarray, Step]:
    """Do the next step of a trainer, which should be a copy, and dissect it.

    Returns the number of the step, the images (N, …) as augmented, labels (N,), and the `Step`.
    """
    parts = {}

    def keep(part: slice, x: np.ndarray, targets: np.ndarray) -> None:
        parts[part.start] = x, targets

    before = trainer.network.theta.copy()
    trainer.train_step(on_batch=keep)
    x, targets = map(np.concatenate, zip(*(parts[start] for start in sorted(parts)), strict=True))
    step = dissect_step(trainer.network, before, trainer.network.theta.copy(), x, targets)
    return trainer.step_count, x, targets, step
