"""What every layer is: a shape rule, a forward pass, and beside it the backward pass.

A layer never owns its parameters. It says which it wants (`parameter_shapes`); the network
cuts them out of its one flat vector and hands them over as views (`params`, `grads`).
"""

import math

import numpy as np


class Layer:
    """Base of all layers. `dy` and `dx` are always the gradient of the mean loss of a batch."""

    weight_init = None  # layers with weights name their initializer here

    def __init__(self):
        self.params: dict[str, np.ndarray] = {}  # views into Network.theta
        self.grads: dict[str, np.ndarray] = {}  # views into Network.grad
        self.needs_dx = True  # the network's first layer has nobody to pass a gradient to
        self._workspaces: dict[str, np.ndarray] = {}

    def output_shape(self, input_shape):
        """Shape of one output, without the batch axis; ValueError if the input does not fit."""
        return input_shape

    def parameter_shapes(self, input_shape):
        """Name → shape of each parameter. Two axes and more mean weights, one axis a bias."""
        return {}

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

    def workspace(self, name, shape, dtype):
        """An array to write into, kept from step to step and sized to the largest batch seen."""
        size = math.prod(shape)
        flat = self._workspaces.get(name)
        if flat is None or flat.size < size or flat.dtype != dtype:
            flat = self._workspaces[name] = np.empty(size, dtype)
        return flat[:size].reshape(shape)
