"""Activations: the bends between the linear layers, without which depth would buy nothing.

Each remembers what its derivative needs and writes into its own workspace.
"""

import math

import numpy as np
from scipy.special import expit

from netcore import functional
from netcore.layers.base import Layer


class ReLU(Layer):
    """y = max(x, 0); dx = dy where y > 0. Nair & Hinton 2010."""

    def forward(self, x, training=False):
        # np.maximum(x, 0) says the same, but takes three times as long
        self.y = x.clip(0, math.inf, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy):
        alive = np.greater(self.y, 0, out=self.workspace("alive", dy.shape, bool))
        return np.multiply(dy, alive, out=self.workspace("dx", dy.shape, dy.dtype))


class LeakyReLU(Layer):
    """y = x where x > 0, else slope · x, so that no unit goes silent. Maas et al. 2013."""

    def __init__(self, slope=0.01):
        super().__init__()
        if not 0 <= slope < 1:
            raise ValueError(f"slope must be in [0, 1), not {slope!r}")
        self.slope = slope

    def forward(self, x, training=False):
        self.x = x
        y = np.multiply(x, self.slope, out=self.workspace("y", x.shape, x.dtype))
        return np.maximum(x, y, out=y)

    def backward(self, dy):
        dx = np.multiply(dy, self.slope, out=self.workspace("dx", dy.shape, dy.dtype))
        np.copyto(dx, dy, where=self.x > 0)
        return dx


class Sigmoid(Layer):
    """y = 1 / (1 + e⁻ˣ); dx = dy · y (1 − y)."""

    def forward(self, x, training=False):
        self.y = expit(x, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy):
        dx = np.subtract(1, self.y, out=self.workspace("dx", dy.shape, dy.dtype))
        dx *= self.y
        dx *= dy
        return dx


class Tanh(Layer):
    """y = tanh(x); dx = dy · (1 − y²)."""

    def forward(self, x, training=False):
        self.y = np.tanh(x, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy):
        dx = np.multiply(self.y, self.y, out=self.workspace("dx", dy.shape, dy.dtype))
        np.subtract(1, dx, out=dx)
        dx *= dy
        return dx


class LogSoftmax(Layer):
    """y = log softmax(x) over the classes; dx = dy − softmax(x) · Σ_k dy_k.

    As the last layer of a network in training it is skipped: `losses.softmax_nll` computes
    loss and gradient from the logits in one go.
    """

    def output_shape(self, input_shape):
        if len(input_shape) != 1:
            raise ValueError(
                f"takes one score a class (K,) but gets {input_shape}: put Flatten and Dense before"
            )
        return input_shape

    def forward(self, x, training=False):
        self.y = functional.log_softmax(x)
        return self.y

    def backward(self, dy):
        return dy - np.exp(self.y) * dy.sum(axis=-1, keepdims=True)
