"""Convolution: one small window of weights, applied at every place of an image.

Each output is a weighted sum over kh × kw × C_in neighbouring inputs, and these sums can be done
by matrix products. The usual way (im2col) copies every input kh · kw times, once for each window
that covers it. Here it is copied only kw times, along the row, into `strips`:

    strips[h, j, c, w, n] = x[n, c, h − padding, w · stride + j − padding]    (0 beyond the edge)

All that output row h needs is then rows h · stride … h · stride + kh of `strips`, which are
contiguous in memory: the matrix (kh · kw · C_in, W_out · N) that W multiplies. These matrices
overlap and are read in place, as views, so nothing else is copied. This is MEC: Cho & Brand 2017,
"MEC: Memory-efficient convolution for deep neural network", with the batch as the last axis.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from netcore.initializers import check_initializer
from netcore.layers.base import Layer, Pair, Shape, image_shape, pair
from netcore.speed import blas
from netcore.speed.workspaces import to_hcwn


class Conv2d(Layer):
    """y[n, o, h, w] = b[o] + Σ_ijc W[i, j, c, o] · x[n, c, h · stride + i − p, w · stride + j − p]

    x: (N, C_in, H, W), or (N, H, W) as one channel → y: (N, C_out, H_out, W_out), with
    H_out = (H + 2 · padding − kh) // stride + 1. W: (kh, kw, C_in, C_out), b: (C_out,).
    `kernel`, `stride` and `padding` are whole numbers, or pairs for rows and columns. Padding is
    with zeros, as much on both sides, as in PyTorch; Keras's "same" may pad one side more. Images
    are (C, H, W) as in PyTorch, and W lies as in Keras: PyTorch's is (C_out, C_in, kh, kw).
    """

    def __init__(
        self,
        out_channels: int,
        kernel: Pair = 3,
        stride: Pair = 1,
        padding: Pair = 0,
        initializer: str = "he",
    ) -> None:
        super().__init__()
        self.weight_init = check_initializer(initializer)
        if type(out_channels) is not int or out_channels < 1:
            raise ValueError(f"out_channels must be a whole number from 1, not {out_channels!r}")
        self.out_channels = out_channels
        self.kernel = pair(kernel, "kernel")
        self.stride = pair(stride, "stride")
        self.padding = pair(padding, "padding", least=0)
        if any(p >= k for p, k in zip(self.padding, self.kernel, strict=True)):
            raise ValueError(f"padding {padding!r} must be smaller than the kernel {kernel!r}")

    def output_shape(self, input_shape: Shape) -> Shape:
        _, height, width = image_shape(input_shape)
        sizes = [
            (size + 2 * p - k) // s + 1
            for size, k, s, p in zip(
                (height, width), self.kernel, self.stride, self.padding, strict=True
            )
        ]
        if min(sizes) < 1:
            raise ValueError(
                f"its kernel {self.kernel} does not fit into images {(height, width)} with padding "
                f"{self.padding}: make the kernel smaller or pool less before"
            )
        return (self.out_channels, *sizes)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        channels, _, _ = image_shape(input_shape)
        return {"W": (*self.kernel, channels, self.out_channels), "b": (self.out_channels,)}

    def fans(self, shape: Shape) -> tuple[int, int]:
        kh, kw, channels, out_channels = shape
        return kh * kw * channels, kh * kw * out_channels

    def activation_size(self, input_shape: Shape) -> int:
        channels, height, _ = image_shape(input_shape)
        _, _, out_width = output_shape = self.output_shape(input_shape)
        return math.prod(output_shape) + height * self.kernel[1] * channels * out_width

    @blas.single_thread
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x_shape = x.shape
        n, shape = len(x), x.shape[1:]
        out_channels, out_height, out_width = self.output_shape(shape)
        self._cut_strips(x.reshape(n, *image_shape(shape)), out_width)
        y = self.workspace("y", (n, out_channels, out_height, out_width), x.dtype)
        rows = to_hcwn(y).reshape(out_height, out_channels, out_width * n)
        weights = self.params["W"].reshape(-1, out_channels)
        np.matmul(weights.T, self._windows(self.strips), out=rows)
        rows += self.params["b"][:, None]
        return y

    @blas.single_thread
    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        n, out_channels, out_height, out_width = dy.shape
        drows = np.ascontiguousarray(to_hcwn(dy)).reshape(out_height, out_channels, -1)
        np.sum(drows, axis=(0, 2), out=self.grads["b"])
        weights = self.params["W"].reshape(-1, out_channels)
        products = self.workspace("products", (out_height, *weights.shape), dy.dtype)
        np.matmul(self._windows(self.strips), drows.transpose(0, 2, 1), out=products)
        np.sum(products, axis=0, out=self.grads["W"].reshape(weights.shape))
        return self._input_gradient(weights, drows) if self.needs_dx else None

    def _input_gradient(self, weights: np.ndarray, drows: np.ndarray) -> np.ndarray:
        """The steps of `forward` in reverse: where it read an input, the gradient is added."""
        dstrips = self.workspace("dstrips", self.strips.shape, drows.dtype)
        dstrips[...] = 0
        dwindow = self.workspace("dwindow", (len(weights), drows.shape[2]), drows.dtype)
        for window, drow in zip(self._windows(dstrips), drows, strict=True):
            window += np.matmul(weights, drow, out=dwindow)
        n, shape = self.x_shape[0], self.x_shape[1:]
        dx = self.workspace("dx", (n, *image_shape(shape)), drows.dtype)
        dx[...] = 0
        stored = to_hcwn(dx)
        inner = dstrips[self.padding[0] :][: len(stored)]
        for j, source, target in self._shifts(dx.shape[-1], dstrips.shape[3]):
            stored[:, :, source] += inner[:, j, :, target]
        return dx.reshape(self.x_shape)

    def _cut_strips(self, x: np.ndarray, out_width: int) -> None:
        """Fill `strips` (H + 2 · padding, kw, C, W_out, N) from x: (N, C, H, W), see above."""
        n, channels, height, width = x.shape
        if not to_hcwn(x).flags.c_contiguous:
            x, images = self.workspace("x", x.shape, x.dtype), x
            x[...] = images
        padding = self.padding[0]
        shape = (height + 2 * padding, self.kernel[1], channels, out_width, n)
        self.strips = self.workspace("strips", shape, x.dtype)
        self.strips[:padding] = self.strips[padding + height :] = 0
        inner = self.strips[padding : padding + height]
        for j, source, target in self._shifts(width, out_width):
            inner[:, j, :, : target.start] = 0
            inner[:, j, :, target] = to_hcwn(x)[:, :, source]
            inner[:, j, :, target.stop :] = 0

    def _shifts(self, width: int, out_width: int) -> Iterator[tuple[int, slice, slice]]:
        """For each column j of the kernel: (j, columns of x it reads, columns of y they go to)."""
        stride, padding = self.stride[1], self.padding[1]
        for j in range(self.kernel[1]):
            first = max(0, -((j - padding) // stride))  # the first w with w · stride + j ≥ padding
            stop = max(first, min(out_width, (width - 1 + padding - j) // stride + 1))
            start = first * stride + j - padding
            source = slice(start, start + (stop - first) * stride, stride)
            yield j, source, slice(first, stop)

    def _windows(self, strips: np.ndarray) -> np.ndarray:
        """(H_out, kh · kw · C_in, W_out · N): what each output row reads of strips. A view."""
        height, kw, channels, out_width, n = strips.shape
        kh, stride = self.kernel[0], self.stride[0]
        columns, row = out_width * n, strips.strides[0]
        return as_strided(
            strips,
            ((height - kh) // stride + 1, kh * kw * channels, columns),
            (stride * row, row // (kw * channels), strips.itemsize),
        )
