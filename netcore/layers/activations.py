"""Activations: the nonlinear functions between linear layers. Without them depth adds nothing.

Each keeps what its derivative needs and writes into its own workspace.
"""

import math

import numpy as np
from scipy.special import expit

from netcore import functional
from netcore.layers.base import Layer, Shape

SATURATED = 0.05  # of its steepest slope: below it, a sigmoid or tanh hardly passes a gradient on


class ReLU(Layer):
    """y = max(x, 0); dx = dy where y > 0. Nair & Hinton 2010."""

    is_activation = True

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        # np.maximum(x, 0) gives the same, but takes three times as long
        self.y = x.clip(0, math.inf, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        positive = np.greater(self.y, 0, out=self.workspace("positive", dy.shape, bool))
        return np.multiply(dy, positive, out=self.workspace("dx", dy.shape, dy.dtype))

    def active(self, y: np.ndarray) -> np.ndarray:
        return y > 0


class LeakyReLU(Layer):
    """y = x where x > 0, else slope · x, so that some gradient always passes. Maas et al. 2013.

    The slope is 0.01 by default as in PyTorch; Keras's is 0.3.
    """

    is_activation = True

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        if not 0 <= slope < 1:
            raise ValueError(f"slope must be in [0, 1), not {slope!r}")
        self.slope = slope

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x = x
        y = np.multiply(x, self.slope, out=self.workspace("y", x.shape, x.dtype))
        return np.maximum(x, y, out=y)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        dx = np.multiply(dy, self.slope, out=self.workspace("dx", dy.shape, dy.dtype))
        np.copyto(dx, dy, where=self.x > 0)
        return dx

    def active(self, y: np.ndarray) -> np.ndarray:
        return y > 0


class Sigmoid(Layer):
    """y = 1 / (1 + e⁻ˣ); dx = dy · y (1 − y)."""

    is_activation = True

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.y = expit(x, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        dx = np.subtract(1, self.y, out=self.workspace("dx", dy.shape, dy.dtype))
        dx *= self.y
        dx *= dy
        return dx

    def active(self, y: np.ndarray) -> np.ndarray:
        return 4 * y * (1 - y) > SATURATED


class Tanh(Layer):
    """y = tanh(x); dx = dy · (1 − y²)."""

    is_activation = True

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.y = np.tanh(x, out=self.workspace("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        dx = np.multiply(self.y, self.y, out=self.workspace("dx", dy.shape, dy.dtype))
        np.subtract(1, dx, out=dx)
        dx *= dy
        return dx

    def active(self, y: np.ndarray) -> np.ndarray:
        return 1 - y * y > SATURATED


class LogSoftmax(Layer):
    """y = log softmax(x) over the classes; dx = dy − softmax(x) · Σ_k dy_k.

    As the last layer of a network it is skipped in training: `losses.softmax_cross_entropy`
    computes loss and gradient from the logits at once.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ValueError(
                f"takes one score a class (K,) but gets {input_shape}: put Flatten and Dense before"
            )
        return input_shape

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.y = functional.log_softmax(x)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        return dy - np.exp(self.y) * dy.sum(axis=-1, keepdims=True)
