"""Flatten: an image becomes a row of numbers, channel after channel, row after row."""

import math

from netcore.layers.base import Layer


class Flatten(Layer):
    """(N, …) → (N, D), with D the product of the rest."""

    def output_shape(self, input_shape):
        return (math.prod(input_shape),)

    def forward(self, x, training=False):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)
