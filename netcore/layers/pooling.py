"""Pooling: shrink an image, so that what is kept depends less on the exact position.

Windows do not overlap: the stride is the kernel size, which is the default in PyTorch and Keras
too. There is no padding. Rows and columns left over at the lower and right edge are dropped, as
with PyTorch's ceil_mode=False and Keras's padding="valid"; their gradient is 0.
"""

import math

import numpy as np

from netcore.layers.base import Layer, Pair, Shape, image_shape, pair

ROWS, COLUMNS = 2, 3  # axes of (N, C, H, W)


class _Pool2d(Layer):
    def __init__(self, kernel: Pair = 2) -> None:
        super().__init__()
        self.kernel = pair(kernel, "kernel")

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = image_shape(input_shape)
        kh, kw = self.kernel
        if kh > height or kw > width:
            raise ValueError(
                f"its windows {self.kernel} do not fit into images {(height, width)}: pool less, "
                "or leave this layer out"
            )
        return (channels, height // kh, width // kw)


class MaxPool2d(_Pool2d):
    """y = the maximum of each kh × kw window; dx = dy there, 0 elsewhere.

    x: (N, C, H, W) → y: (N, C, H // kh, W // kw). Computed over rows, then over columns: the same
    maximum with fewer comparisons, and rows are contiguous in memory. Of equal maxima, the first in
    reading order gets the gradient, as in PyTorch.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x_shape = x.shape
        n, shape = len(x), x.shape[1:]
        self.x = x = x.reshape(n, *image_shape(shape))
        channels, height, width = self.output_shape(shape)
        row_max = self.workspace("row_max", (n, channels, height, x.shape[COLUMNS]), x.dtype)
        _maximum(_split(x, ROWS, self.kernel[0]), out=row_max)
        y = self.workspace("y", (n, channels, height, width), x.dtype)
        self.y = _maximum(_split(row_max, COLUMNS, self.kernel[1]), out=y)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        dx = self.workspace("dx", self.x.shape, dy.dtype)
        is_max = self.workspace("is_max", dy.shape, bool)
        *windows, last = zip(_windows(self.x, self.kernel), _windows(dx, self.kernel), strict=True)
        rest = dy  # what the windows' pixels so far have not got
        for x, dpart in windows:
            np.multiply(rest, np.equal(x, self.y, out=is_max), out=dpart)
            rest = np.subtract(rest, dpart, out=last[1])
        np.copyto(last[1], rest)
        for axis, kernel in zip((ROWS, COLUMNS), self.kernel, strict=True):
            _left_over(dx, axis, kernel)[...] = 0
        return dx.reshape(self.x_shape)


class AvgPool2d(_Pool2d):
    """y = the mean of each kh × kw window; dx = dy / (kh · kw) everywhere in the window.

    x: (N, C, H, W) → y: (N, C, H // kh, W // kw).
    """

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x_shape = x.shape
        n, shape = len(x), x.shape[1:]
        x = x.reshape(n, *image_shape(shape))
        first, *others = _windows(x, self.kernel)
        y = self.workspace("y", first.shape, x.dtype)
        np.copyto(y, first)
        for part in others:
            y += part
        y /= math.prod(self.kernel)
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        n, shape = self.x_shape[0], self.x_shape[1:]
        dx = self.workspace("dx", (n, *image_shape(shape)), dy.dtype)
        dx[...] = 0
        for part in _windows(dx, self.kernel):
            np.divide(dy, math.prod(self.kernel), out=part)
        return dx.reshape(self.x_shape)


class GlobalAvgPool2d(Layer):
    """y = the mean of each whole channel; dx = dy / (H · W). x: (N, C, H, W) → y: (N, C).

    Lin et al. 2014: a classifier on top needs few weights and no Flatten.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return image_shape(input_shape)[:1]

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x_shape = x.shape
        n, shape = len(x), x.shape[1:]
        x = x.reshape(n, *image_shape(shape))
        return np.mean(x, axis=(ROWS, COLUMNS), out=self.workspace("y", x.shape[:2], x.dtype))

    def backward(self, dy: np.ndarray) -> np.ndarray:
        n, shape = self.x_shape[0], self.x_shape[1:]
        channels, height, width = image_shape(shape)
        dx = self.workspace("dx", (n, channels, height, width), dy.dtype)
        dx[...] = (dy / (height * width))[:, :, None, None]
        return dx.reshape(self.x_shape)


def _split(x: np.ndarray, axis: int, kernel: int) -> list[np.ndarray]:
    """The first of every window along an axis, the second of every window, …: `kernel` views."""
    end = x.shape[axis] // kernel * kernel
    before = (slice(None),) * axis
    return [x[(*before, slice(i, end, kernel))] for i in range(kernel)]


def _windows(x: np.ndarray, kernel: tuple[int, int]) -> list[np.ndarray]:
    """The pixels of all windows, in reading order: kh · kw views (N, C, H // kh, W // kw)."""
    kh, kw = kernel
    return [part for rows in _split(x, ROWS, kh) for part in _split(rows, COLUMNS, kw)]


def _left_over(x: np.ndarray, axis: int, kernel: int) -> np.ndarray:
    return x[(*(slice(None),) * axis, slice(x.shape[axis] // kernel * kernel, None))]


def _maximum(parts: list[np.ndarray], out: np.ndarray) -> np.ndarray:
    first, *others = parts
    np.copyto(out, first)
    for part in others:
        np.maximum(out, part, out=out)
    return out
