"""What every layer is: a shape rule, a forward pass, and beside it the backward pass.

A layer does not own its parameters. It declares which it needs (`parameter_shapes`); the network
cuts them out of its one flat vector and hands them over as views (`params`, `grads`).
"""

import math
from typing import Any

import numpy as np

from netcore.speed.workspaces import Workspaces

Shape = tuple[int, ...]  # of one example, without the batch axis
Pair = int | tuple[int, int] | list[int]  # a setting for rows and columns; one number means both


class Layer:
    """Base of all layers. `dy` and `dx` are always the gradient of the mean loss of a batch."""

    is_activation = False  # whether it is a nonlinearity that a network has a choice of
    weight_init = "he"  # the initializer of its weights, if it has any
    initial: dict[str, float] = {}  # start of the buffers and of parameters that are no weights

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}  # views into Network.theta
        self.grads: dict[str, np.ndarray] = {}  # views into Network.grad
        self.buffers: dict[str, np.ndarray] = {}  # views into Network.buffers
        self.batch_stats: dict[str, np.ndarray] = {}  # views into Network.batch_stats
        self.needs_dx = True  # False where no layer before has parameters
        self.workspace = Workspaces()

    def __getstate__(self) -> dict[str, Any]:
        """For copies: settings, but no arrays. The network cuts the views anew for each copy."""
        views = ("params", "grads", "buffers", "batch_stats")
        kept = {k: v for k, v in vars(self).items() if not isinstance(v, np.ndarray)}
        return kept | {name: {} for name in views} | {"workspace": Workspaces()}

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one output, without the batch axis; ValueError if the input does not fit."""
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name → shape of each parameter. Two or more axes mean weights, one axis a bias."""
        return {}

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Name → shape of each running statistic: kept from training, but not trained."""
        return {}

    def activation_size(self, input_shape: Shape) -> int:
        """About how many numbers the layer holds in memory for one example."""
        return math.prod(self.output_shape(input_shape))

    def fans(self, shape: Shape) -> tuple[int, int]:
        """(fan_in, fan_out) of a weight of this shape, for its initializer."""
        raise NotImplementedError(f"{type(self).__name__} has no weights")

    def seed(self, rng: np.random.Generator) -> None:
        """Take a random generator, if the layer draws random numbers during training."""

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """x: (N, *input_shape) → y: (N, *output_shape), valid until the next call."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """dy: (N, *output_shape) → dx: (N, *input_shape); fills `grads`. Follows a `forward`.

        None instead of dx if `needs_dx` is False and the layer has parameters.
        """
        raise NotImplementedError

    def active(self, y: np.ndarray) -> np.ndarray:
        """Of an activation's output y: which units pass a gradient on, as booleans like y."""
        problem = "has no method `active`" if self.is_activation else "is not an activation"
        raise NotImplementedError(f"{type(self).__name__} {problem}")


def image_shape(input_shape: Shape) -> tuple[int, int, int]:
    """(C, H, W), or (H, W) as one channel → (C, H, W); ValueError for other shapes."""
    if len(input_shape) == 2:
        return 1, *input_shape
    if len(input_shape) != 3:
        raise ValueError(
            f"takes images (C, H, W) or (H, W) but gets {input_shape}: put it before Flatten"
        )
    return input_shape


def pair(value: Any, name: str, least: int = 1) -> tuple[int, int]:
    """A setting for rows and columns: one whole number for both, or a list of two."""
    numbers = value if isinstance(value, list | tuple) else (value, value)
    if len(numbers) != 2 or any(type(n) is not int or not least <= n <= 64 for n in numbers):
        raise ValueError(
            f"{name} must be a whole number from {least} to 64, or two for rows and columns, "
            f"not {value!r}"
        )
    rows, columns = numbers
    return rows, columns
