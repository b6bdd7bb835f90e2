"""Batch normalisation: keep every feature's mean at 0 and its spread at 1, whatever comes before.

The network then bears larger learning rates. While it trains, mean and spread are those of the
batch (or of the part of a batch that is worked on at once, which Hoffer et al. 2017 call a ghost
batch and found to generalise better); in use they are running averages over the training batches.
"""

import numpy as np

from netcore.layers.base import Layer
from netcore.speed.workspaces import as_stored


class BatchNorm(Layer):
    """y = γ · x̂ + β with x̂ = (x − mean) / √(var + eps), for each feature or channel by itself.

    x: (N, D) or (N, C, H, W); means are over the batch, and over the places of an image.
    dγ = Σ dy · x̂, dβ = Σ dy, dx = γ / √(var + eps) · (dy − mean(dy) − x̂ · mean(dy · x̂)).
    Ioffe & Szegedy 2015.
    """

    initial = {"gamma": 1.0, "var": 1.0}

    def __init__(self, eps=1e-5):
        super().__init__()
        if isinstance(eps, bool) or not isinstance(eps, int | float) or not 1e-8 <= eps <= 1:
            raise ValueError(f"eps must be a number from 1e-8 to 1, not {eps!r}")
        self.eps = eps

    def output_shape(self, input_shape):
        if len(input_shape) not in (1, 3):
            raise ValueError(
                f"takes features (D,) or images (C, H, W) but gets {input_shape}: put Flatten or "
                "Conv2d before"
            )
        return input_shape

    def parameter_shapes(self, input_shape):
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def buffer_shapes(self, input_shape):
        return {"mean": input_shape[:1], "var": input_shape[:1]}

    def forward(self, x, training=False):
        self.training = training
        y = self.workspace("y", x.shape, x.dtype)
        self.normed = _by_channel(self.workspace("normed", x.shape, x.dtype))
        x = _by_channel(x)
        count = x.size // x.shape[1]
        mean = x.mean(axis=(0, 2)) if training else self.buffers["mean"]
        np.subtract(x, mean[:, None], out=self.normed)
        if training:
            var = _sum_of_products(self.normed, self.normed) / count
            self.observed["mean"][...] = mean
            self.observed["var"][...] = var * (count / max(count - 1, 1))  # unbiased
        else:
            var = np.maximum(self.buffers["var"], 0)  # a file may say anything
        self.scale = 1 / np.sqrt(var + self.eps)
        self.normed *= self.scale[:, None]
        np.multiply(self.normed, self.params["gamma"][:, None], out=_by_channel(y))
        _by_channel(y)[...] += self.params["beta"][:, None]
        return y

    def backward(self, dy):
        dx = self.workspace("dx", dy.shape, dy.dtype)
        dy, out = _by_channel(dy), _by_channel(dx)
        count = dy.size // dy.shape[1]
        dgamma = self.grads["gamma"][...] = _sum_of_products(dy, self.normed)
        dbeta = self.grads["beta"][...] = dy.sum(axis=(0, 2))
        if self.training:  # mean and var moved with x too
            np.multiply(self.normed, (dgamma / -count)[:, None], out=out)
            out += dy
            out -= (dbeta / count)[:, None]
        else:
            out[...] = dy
        out *= (self.scale * self.params["gamma"])[:, None]
        return dx


def _by_channel(x):
    """(N, C, H, W) → (H, C, W · N), (N, D) → (1, D, N): all but axis 1 is summed over. A view."""
    if x.ndim == 2:
        return x.T[None]
    stored = as_stored(x)
    return stored.reshape(*stored.shape[:2], -1)


def _sum_of_products(a, b):
    return np.vecdot(a, b).sum(axis=0)
