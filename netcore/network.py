"""A network: a list of layers over one flat vector of parameters.

All weights and biases lie side by side in `theta`, all their gradients in `grad`; the layers hold
views into both. So an optimizer step, a snapshot or a saved model is one vector operation. Running
statistics lie in `buffers`, those of the last batch in `batch_stats`. `grad_and_stats` is `grad`
and `batch_stats` together: all that a batch yields, so that microbatches add up in one sum.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from netcore import checks, functional, layers, losses
from netcore.initializers import INITIALIZERS
from netcore.layers.base import Shape
from netcore.layers.normalization import GHOST_BATCH
from netcore.speed import blas, parallel
from netcore.speed.workspaces import Workspaces

MICROBATCH_SIZE = 2_000_000  # numbers in memory for a microbatch, so that they stay in the cache
# Share of a running statistic that stays at each step. PyTorch's `momentum`, 0.1, is the share that
# is new; Keras's is as here, but 0.99.
STATS_MOMENTUM = 0.9


class Parameters(Protocol):
    """Anything with vectors that a network can share: a `Network` or a `Model`."""

    @property
    def theta(self) -> np.ndarray: ...
    @property
    def buffers(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Planned:
    """One layer of a plan: shapes known, nothing allocated yet."""

    layer: layers.Layer
    input_shape: Shape
    output_shape: Shape
    parameter_shapes: dict[str, Shape]
    buffer_shapes: dict[str, Shape]
    activation_size: int  # numbers in memory for one example

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for shape in self.parameter_shapes.values())

    @property
    def buffer_count(self) -> int:
        return sum(math.prod(shape) for shape in self.buffer_shapes.values())


def plan(spec: layers.Spec, input_shape: Sequence[int]) -> list[Planned]:
    """Compute every shape of a spec before any data flows; ValueError names the layer at fault."""
    if not isinstance(spec, list | tuple) or not spec:
        raise ValueError("a network needs a list of at least one layer")
    planned, shape = [], tuple(input_shape)
    for number, entry in enumerate(spec, start=1):
        try:
            layer = layers.build(entry)
            output_shape = layer.output_shape(shape)
        except ValueError as error:
            name = entry.get("layer") if isinstance(entry, dict) else entry
            raise ValueError(f"layer {number} ({str(name)[:60]}): {error}") from error
        planned.append(
            Planned(
                layer,
                shape,
                output_shape,
                layer.parameter_shapes(shape),
                layer.buffer_shapes(shape),
                layer.activation_size(shape),
            )
        )
        shape = output_shape
    return planned


def cut(count: int, pieces: int) -> list[slice]:
    """Slices of nearly equal length that cover `count` examples; fewer if there are not so many."""
    bounds = [count * piece // pieces for piece in range(pieces + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(bounds) if a < b]


class Network:
    """spec: list of layers, see `netcore.layers`; input_shape: of one example, e.g. (28, 28).

    `seed` draws the initial weights; with `share_with`, the network works on the `theta` and
    `buffers` of another network or model instead. Two threads must not use a network at the same
    time: its layers write into workspaces. `replica` makes a second one for another thread.
    """

    def __init__(
        self,
        spec: layers.Spec,
        input_shape: Sequence[int],
        seed: int | np.random.Generator = 0,
        dtype: DTypeLike = np.float32,
        share_with: Parameters | None = None,
    ) -> None:
        self.spec, self.input_shape = list(spec), tuple(input_shape)
        self.plan = plan(spec, input_shape)
        self.layers = [planned.layer for planned in self.plan]
        self.output_shape = self.plan[-1].output_shape
        self.convolutional = any(isinstance(layer, layers.Conv2d) for layer in self.layers)
        norms = [p for p in self.plan if isinstance(p.layer, layers.BatchNorm)]
        self.batch_statistics = bool(norms)  # whether examples of a batch influence each other
        flat = any(math.prod(p.input_shape[1:]) == 1 for p in norms)
        self.smallest_batch = 2 if flat else 1  # examples; one alone has no variance
        self.parameters = sum(planned.parameters for planned in self.plan)
        self.activation_size = sum(planned.activation_size for planned in self.plan)
        buffer_count = sum(planned.buffer_count for planned in self.plan)
        self.theta = share_with.theta if share_with else np.zeros(self.parameters, dtype)
        self.buffers = share_with.buffers if share_with else np.zeros(buffer_count, dtype)
        self.grad_and_stats = np.zeros(self.parameters + buffer_count, dtype)
        self.weight_slice = slice(0, 0)  # of `theta`: all weights and no bias, for weight decay
        self.label_smoothing = 0.0
        self.workspace = Workspaces()
        self._cut_vectors()
        for layer in self.layers:  # the gradient is not needed before the first parameters
            layer.needs_dx = False
            if layer.params:
                break
        if not share_with:
            self._initialize(np.random.default_rng(seed))

    def replica(self) -> "Network":
        """Another network over the same `theta` and `buffers`, with gradients of its own."""
        return Network(self.spec, self.input_shape, dtype=self.theta.dtype, share_with=self)

    def __getstate__(self) -> dict[str, Any]:
        """For copy.deepcopy and pickle: all but what can be cut out of the vectors again.

        What the last forward pass left in the layers is not copied either.
        """
        left_out = ("grad", "batch_stats")
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._cut_vectors()

    def _cut_vectors(self) -> None:
        self.grad = self.grad_and_stats[: self.parameters]
        self.batch_stats = self.grad_and_stats[self.parameters :]
        self._cut_parameters()
        self._cut_buffers()

    def _cut_parameters(self) -> None:
        """Hand each layer its parameters: first all weights, then all biases.

        That order makes the weights one slice.
        """
        named = [
            (p.layer, name, shape) for p in self.plan for name, shape in p.parameter_shapes.items()
        ]
        start = 0
        for layer, name, shape in sorted(named, key=lambda item: len(item[2]) < 2):
            stop = start + math.prod(shape)
            layer.params[name] = self.theta[start:stop].reshape(shape)
            layer.grads[name] = self.grad[start:stop].reshape(shape)
            start = stop
            if len(shape) >= 2:
                self.weight_slice = slice(0, stop)

    def _cut_buffers(self) -> None:
        start = 0
        for planned in self.plan:
            for name, shape in planned.buffer_shapes.items():
                stop = start + math.prod(shape)
                planned.layer.buffers[name] = self.buffers[start:stop].reshape(shape)
                planned.layer.batch_stats[name] = self.batch_stats[start:stop].reshape(shape)
                start = stop

    def _initialize(self, rng: np.random.Generator) -> None:
        for layer in self.layers:
            for name, value in (layer.params | layer.buffers).items():
                if value.ndim >= 2:
                    std = INITIALIZERS[layer.weight_init](*layer.fans(value.shape))
                    value[...] = rng.normal(0, std, value.shape)
                else:
                    value[...] = layer.initial.get(name, 0)

    def microbatches(self, count: int, at_least: int = 1) -> list[slice]:
        """Cut `count` examples into slices whose intermediate results stay in the cache.

        The cut depends on the network and the counts alone, and so do the results.
        """
        return cut(count, max(at_least, math.ceil(count * self.activation_size / MICROBATCH_SIZE)))

    def training_microbatches(self, count: int, at_least: int = 1) -> list[slice]:
        """`microbatches`, or the ghost batches of a network with BatchNorm.

        Their size is a matter of what is learned, not of speed: the batch's size alone decides.
        """
        if self.batch_statistics:
            return cut(count, max(1, count // GHOST_BATCH))
        return self.microbatches(count, at_least)

    @blas.single_thread
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """x: (N, *input_shape), uint8 pixels or finite floats → (N, *output_shape), a new array.

        InputError for any other x.
        """
        self._check(x)
        return self._forward(x, training)

    def _check(self, x: np.ndarray) -> None:
        checks.check_x(x, self.input_shape)
        checks.check_finite(x)

    def _forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        y = self._scaled(x)
        for layer in self.layers:
            y = layer.forward(y, training)
        # Other layers write into a workspace, which the next call overwrites.
        return y if isinstance(self.layers[-1], layers.LogSoftmax) else y.copy("K")

    def loss_and_grad(
        self,
        x: np.ndarray,
        targets: np.ndarray,
        batch_size: int | None = None,
        add: bool = False,
    ) -> tuple[float, int]:
        """One forward and backward pass; ValueError unless the last layer is LogSoftmax.

        InputError for x or targets of another shape or type, or targets outside 0 … K − 1; whether
        x is finite is not checked in each step.

        x: (N, *input_shape), targets: (N,) integers → (sum of losses, number right);
        fills `grad` with the gradient of the mean loss. If these examples are a microbatch,
        `batch_size` is the size of the whole batch, and with `add` their share is added to the
        `grad_and_stats` of the microbatches before.
        """
        *body, last = self.layers
        if not isinstance(last, layers.LogSoftmax):
            raise ValueError(
                "only a network that ends in LogSoftmax can be trained: its loss is computed from "
                f"that layer's input. This one ends in {type(last).__name__}: add LogSoftmax to it"
            )
        checks.check_x(x, self.input_shape)
        batch_size, so_far = batch_size or len(x), self.grad_and_stats
        if add:
            so_far = self.workspace("so_far", so_far.shape, so_far.dtype)
            np.copyto(so_far, self.grad_and_stats)
        logits = self._scaled(x)
        for layer in body:
            logits = layer.forward(logits, training=True)
        dy = np.empty_like(logits)
        loss, right = losses.softmax_cross_entropy(
            logits, targets, dy, batch_size, self.label_smoothing
        )
        for layer in reversed(body):
            dy = layer.backward(dy)
            if dy is None:
                break
        self.batch_stats *= len(x) / batch_size
        if add:
            self.grad_and_stats += so_far
        return loss, right

    def update_running_stats(self) -> None:
        """Move the running statistics in `buffers` towards those of the last batch."""
        if len(self.buffers):
            self.buffers += (1 - STATS_MOMENTUM) * (self.batch_stats - self.buffers)

    @blas.single_thread
    def log_probs(self, x: np.ndarray) -> np.ndarray:
        """x as in `forward` → (N, K), in microbatches, so that memory stays bounded."""
        self._check(x)
        out = np.empty((len(x), *self.output_shape), self.theta.dtype)
        for part in self.microbatches(len(x), parallel.REPLICAS):  # as with several threads
            out[part] = self._forward(x[part])
        return out

    def predict(self, x: np.ndarray) -> np.ndarray:
        """x as in `forward` → probabilities (N, K)."""
        return np.exp(self.log_probs(x))

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        if x.dtype != np.uint8:
            return x.astype(self.theta.dtype, copy=False)
        return functional.scale_pixels(x, self.workspace("x", x.shape, np.float32))
