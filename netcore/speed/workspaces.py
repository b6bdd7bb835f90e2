"""Memory to write into, kept from step to step, so that the hot loops allocate nothing.

It also settles how images lie in memory. A batch of them has the shape (N, C, H, W), but its
numbers are stored in the order H, C, W, N: one row of all images of the batch lies together. Every
shift of an image, every pooling window and every channel is then a long stretch of memory, which
NumPy walks at full speed; with the usual order the stretches are as short as a row, 28 numbers.
"""

import math

import numpy as np


class Workspaces:
    """Arrays by name, sized to the largest batch seen."""

    def __init__(self):
        self._memory: dict[str, np.ndarray] = {}
        self._views: dict[str, np.ndarray] = {}

    def __call__(self, name, shape, dtype):
        """An array of that shape with whatever it held before; four axes mean images."""
        view = self._views.get(name)
        if view is not None and view.shape == shape and view.dtype == dtype:
            return view
        size = math.prod(shape)
        flat = self._memory.get(name)
        if flat is None or flat.size < size or flat.dtype != dtype:
            flat = self._memory[name] = np.empty(size, dtype)
        if len(shape) == 4:
            n, c, h, w = shape
            view = flat[:size].reshape(h, c, w, n).transpose(3, 1, 0, 2)
        else:
            view = flat[:size].reshape(shape)
        self._views[name] = view
        return view


def as_stored(images):
    """(N, C, H, W) → (H, C, W, N), the order of memory. A view, contiguous for workspaces."""
    return images.transpose(2, 1, 3, 0)
