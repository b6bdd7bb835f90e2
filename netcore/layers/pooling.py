"""Pooling: an image shrinks, and what is kept no longer depends on the exact place.

Windows do not overlap: they are as far apart as they are wide. Rows and columns left over at the
lower and right edge are dropped.
"""

import math

import numpy as np

from netcore.layers.base import Layer, image_shape, pair

ROWS, COLUMNS = 2, 3  # axes of (N, C, H, W)


class _Pool2d(Layer):
    def __init__(self, kernel=2):
        super().__init__()
        self.kernel = pair(kernel, "kernel")

    def output_shape(self, input_shape):
        channels, height, width = image_shape(input_shape)
        kh, kw = self.kernel
        if kh > height or kw > width:
            raise ValueError(
                f"its windows {self.kernel} do not fit into images {(height, width)}: pool less, "
                "or leave this layer out"
            )
        return (channels, height // kh, width // kw)


class MaxPool2d(_Pool2d):
    """y = the largest of each kh × kw window; dx = dy there, 0 elsewhere. The first wins a tie.

    x: (N, C, H, W) → y: (N, C, H // kh, W // kw). Done over the rows, then over the columns: the
    same maximum with fewer comparisons, and rows lie in long stretches of memory.
    """

    def forward(self, x, training=False):
        n, *shape = x.shape
        self.x = x = x.reshape(n, *image_shape(shape))
        self.x_shape = (n, *shape)
        channels, height, width = self.output_shape(shape)
        tall = self.workspace("tall", (n, channels, height, x.shape[COLUMNS]), x.dtype)
        self.tall = _largest(_split(x, ROWS, self.kernel[0]), out=tall)
        y = self.workspace("y", (n, channels, height, width), x.dtype)
        self.y = _largest(_split(tall, COLUMNS, self.kernel[1]), out=y)
        return y

    def backward(self, dy):
        dtall = self.workspace("dtall", self.tall.shape, dy.dtype)
        self._give_back(dy, self.y, self.tall, dtall, COLUMNS, self.kernel[1])
        dx = self.workspace("dx", self.x.shape, dy.dtype)
        self._give_back(dtall, self.tall, self.x, dx, ROWS, self.kernel[0])
        return dx.reshape(self.x_shape)

    def _give_back(self, dy, y, x, dx, axis, kernel):
        """Of dy, give each window's share to its first x that equals y; the rest goes on."""
        hit = self.workspace(f"hit {axis}", dy.shape, bool)
        *shares, last = zip(_split(x, axis, kernel), _split(dx, axis, kernel), strict=True)
        rest = dy
        for part, dpart in shares:
            np.multiply(rest, np.equal(part, y, out=hit), out=dpart)
            rest = np.subtract(rest, dpart, out=last[1])
        np.copyto(last[1], rest)
        _left_over(dx, axis, kernel)[...] = 0


class AvgPool2d(_Pool2d):
    """y = the mean of each kh × kw window; dx = dy / (kh · kw) all over the window.

    x: (N, C, H, W) → y: (N, C, H // kh, W // kw).
    """

    def forward(self, x, training=False):
        n, *shape = x.shape
        self.x_shape = (n, *shape)
        x = x.reshape(n, *image_shape(shape))
        first, *others = self._windows(x)
        y = self.workspace("y", first.shape, x.dtype)
        np.copyto(y, first)
        for part in others:
            y += part
        y /= math.prod(self.kernel)
        return y

    def backward(self, dy):
        n, *shape = self.x_shape
        dx = self.workspace("dx", (n, *image_shape(shape)), dy.dtype)
        dx[...] = 0
        for part in self._windows(dx):
            np.divide(dy, math.prod(self.kernel), out=part)
        return dx.reshape(self.x_shape)

    def _windows(self, x):
        kh, kw = self.kernel
        return [part for rows in _split(x, ROWS, kh) for part in _split(rows, COLUMNS, kw)]


class GlobalAvgPool2d(Layer):
    """y = the mean of each whole channel; dx = dy / (H · W). x: (N, C, H, W) → y: (N, C).

    Lin et al. 2014: a classifier on top needs few weights and no Flatten.
    """

    def output_shape(self, input_shape):
        return image_shape(input_shape)[:1]

    def forward(self, x, training=False):
        n, *shape = self.x_shape = x.shape
        x = x.reshape(n, *image_shape(shape))
        return np.mean(x, axis=(ROWS, COLUMNS), out=self.workspace("y", x.shape[:2], x.dtype))

    def backward(self, dy):
        n, *shape = self.x_shape
        channels, height, width = image_shape(shape)
        dx = self.workspace("dx", (n, channels, height, width), dy.dtype)
        dx[...] = (dy / (height * width))[:, :, None, None]
        return dx.reshape(self.x_shape)


def _split(x, axis, kernel):
    """The first of every window along an axis, the second of every window, …: `kernel` views."""
    end = x.shape[axis] // kernel * kernel
    before = (slice(None),) * axis
    return [x[(*before, slice(i, end, kernel))] for i in range(kernel)]


def _left_over(x, axis, kernel):
    return x[(*(slice(None),) * axis, slice(x.shape[axis] // kernel * kernel, None))]


def _largest(parts, out):
    first, *others = parts
    np.copyto(out, first)
    for part in others:
        np.maximum(out, part, out=out)
    return out
