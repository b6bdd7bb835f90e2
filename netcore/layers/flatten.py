"""Flatten: an image becomes a row of numbers, channel after channel, row after row."""

import math

import numpy as np

from netcore.layers.base import Layer, Shape


class Flatten(Layer):
    """(N, …) → (N, D), with D the product of the other axes.

    Of (C, H, W) the channels come first, as in PyTorch; Keras has them last.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        return dy.reshape(self.shape)
