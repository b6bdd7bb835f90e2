"""What every layer is: a shape rule, a forward pass, and beside it the backward pass.

A layer never owns its parameters. It says which it wants (`parameter_shapes`); the network
cuts them out of its one flat vector and hands them over as views (`params`, `grads`).
"""

import math

import numpy as np

from netcore.speed.workspaces import Workspaces


class Layer:
    """Base of all layers. `dy` and `dx` are always the gradient of the mean loss of a batch."""

    weight_init = None  # layers with weights name their initializer here
    initial: dict[str, float] = {}  # what parameters without one, and buffers, start at; else 0

    def __init__(self):
        self.params: dict[str, np.ndarray] = {}  # views into Network.theta
        self.grads: dict[str, np.ndarray] = {}  # views into Network.grad
        self.buffers: dict[str, np.ndarray] = {}  # views into Network.buffers
        self.observed: dict[str, np.ndarray] = {}  # views into Network.observed
        self.needs_dx = True  # the network's first layer has nobody to pass a gradient to
        self.workspace = Workspaces()

    def output_shape(self, input_shape):
        """Shape of one output, without the batch axis; ValueError if the input does not fit."""
        return input_shape

    def parameter_shapes(self, input_shape):
        """Name → shape of each parameter. Two axes and more mean weights, one axis a bias."""
        return {}

    def buffer_shapes(self, input_shape):
        """Name → shape of what is remembered from training without being learned by descent."""
        return {}

    def footprint(self, input_shape):
        """How many numbers the layer keeps at hand for one example, about."""
        return math.prod(self.output_shape(input_shape))

    def fans(self, shape):
        """(fan_in, fan_out) of a weight of this shape, for its initializer."""
        raise NotImplementedError(f"{type(self).__name__} has no weights")

    def seed(self, rng):
        """Take a random generator, if the layer draws numbers while it trains."""

    def forward(self, x, training=False):
        """x: (N, *input_shape) → y: (N, *output_shape)."""
        raise NotImplementedError

    def backward(self, dy):
        """dy: (N, *output_shape) → dx: (N, *input_shape); fills `grads`. Follows a forward."""
        raise NotImplementedError


def image_shape(input_shape):
    """(C, H, W), or (H, W) as one channel → (C, H, W); ValueError for other shapes."""
    if len(input_shape) not in (2, 3):
        raise ValueError(
            f"takes images (C, H, W) or (H, W) but gets {input_shape}: put it before Flatten"
        )
    return (1,) * (3 - len(input_shape)) + tuple(input_shape)


def pair(value, name, least=1):
    """A setting for rows and columns: one whole number for both, or a list of two."""
    numbers = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(numbers) != 2 or any(type(n) is not int or not least <= n <= 64 for n in numbers):
        raise ValueError(
            f"{name} must be a whole number from {least} to 64, or two for rows and columns, "
            f"not {value!r}"
        )
    return numbers
