"""Arrays to write into, reused from step to step, so that the hot loops allocate nothing.

They also set how images lie in memory. A batch has the shape (N, C, H, W), but its numbers are
stored in the order H, C, W, N: one row of all images of the batch is contiguous. Every shift of an
image, every pooling window and every channel is then a long contiguous run, which NumPy processes
at full speed; in the usual order the runs are as short as a row of 28 numbers.
"""

import math

import numpy as np
from numpy.typing import DTypeLike


class Workspaces:
    """Arrays by name, sized to the largest batch so far."""

    def __init__(self) -> None:
        self._memory: dict[str, np.ndarray] = {}
        self._views: dict[str, np.ndarray] = {}

    def __getstate__(self) -> dict[str, dict]:
        """A copy starts empty."""
        return vars(Workspaces())

    def __call__(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
        """An array of that shape, with whatever it held before; four axes mean images."""
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


def to_hcwn(images: np.ndarray) -> np.ndarray:
    """(N, C, H, W) → (H, C, W, N), the order in memory. A view, contiguous for workspaces."""
    return images.transpose(2, 1, 3, 0)
