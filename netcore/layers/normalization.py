"""Batch normalisation: shift and scale every feature to mean 0 and variance 1.

The network then tolerates larger learning rates. During training, mean and variance are those of
the batch, or of its share of a larger batch: Hoffer et al. 2017 call that a ghost batch and found
it to generalise better. `Network.training_microbatches` cuts a batch of N into ⌊N / 32⌋ of nearly
the same size, so of 32 to 63 examples; a smaller batch stays whole. PyTorch and Keras use the whole
batch. Outside training, mean and variance are running averages over the training batches.
"""

import numpy as np

from netcore.layers.base import Layer, Shape
from netcore.speed import blas
from netcore.speed.workspaces import to_hcwn

GHOST_BATCH = 32  # examples, at least, whose statistics are taken together


class BatchNorm(Layer):
    """y = γ · x̂ + β with x̂ = (x − mean) / √(var + eps), separately for each feature or channel.

    x: (N, D) or (N, C, H, W); means are over the batch, and over the pixels of an image.
    dγ = Σ dy · x̂, dβ = Σ dy, dx = γ / √(var + eps) · (dy − mean(dy) − x̂ · mean(dy · x̂)).
    ValueError when training on a batch of one flat example.
    Ioffe & Szegedy 2015.
    """

    initial = {"gamma": 1.0, "var": 1.0}

    def __init__(self, eps: float = 1e-5) -> None:
        super().__init__()
        if isinstance(eps, bool) or not isinstance(eps, int | float) or not 1e-8 <= eps <= 1:
            raise ValueError(f"eps must be a number from 1e-8 to 1, not {eps!r}")
        self.eps = eps

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) not in (1, 3):
            raise ValueError(
                f"takes features (D,) or images (C, H, W) but gets {input_shape}: put Flatten or "
                "Conv2d before"
            )
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"mean": input_shape[:1], "var": input_shape[:1]}

    @blas.single_thread
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.training = training
        y = self.workspace("y", x.shape, x.dtype)
        self.normed = _by_channel(self.workspace("normed", x.shape, x.dtype))
        x = _by_channel(x)
        count = x.size // x.shape[1]
        if training and count == 1:
            raise ValueError(
                "BatchNorm cannot train on a single number for each feature, whose variance is 0: "
                "use a batch of 2 or more examples"
            )
        mean = x.mean(axis=(0, 2)) if training else self.buffers["mean"]
        np.subtract(x, mean[:, None], out=self.normed)
        if training:
            var = _sum_of_products(self.normed, self.normed) / count
            self.batch_stats["mean"][...] = mean
            self.batch_stats["var"][...] = var * (count / (count - 1))  # unbiased
        else:
            var = np.maximum(self.buffers["var"], 0)  # a model file may hold anything
        self.scale = 1 / np.sqrt(var + self.eps)
        self.normed *= self.scale[:, None]
        np.multiply(self.normed, self.params["gamma"][:, None], out=_by_channel(y))
        _by_channel(y)[...] += self.params["beta"][:, None]
        return y

    @blas.single_thread
    def backward(self, dy: np.ndarray) -> np.ndarray:
        dx = self.workspace("dx", dy.shape, dy.dtype)
        dy, out = _by_channel(dy), _by_channel(dx)
        count = dy.size // dy.shape[1]
        dgamma = self.grads["gamma"][...] = _sum_of_products(dy, self.normed)
        dbeta = self.grads["beta"][...] = dy.sum(axis=(0, 2))
        if self.training:  # mean and var depend on x too
            np.multiply(self.normed, (dgamma / -count)[:, None], out=out)
            out += dy
            out -= (dbeta / count)[:, None]
        else:
            out[...] = dy
        out *= (self.scale * self.params["gamma"])[:, None]
        return dx


def _by_channel(x: np.ndarray) -> np.ndarray:
    """(N, C, H, W) → (H, C, W · N), (N, D) → (1, D, N): all but axis 1 is summed over. A view."""
    if x.ndim == 2:
        return x.T[None]
    stored = to_hcwn(x)
    return stored.reshape(*stored.shape[:2], -1)


def _sum_of_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.vecdot(a, b).sum(axis=0)
