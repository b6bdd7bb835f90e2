"""A network: a list of layers over one flat vector of parameters.

All weights and biases live side by side in `theta`, all their gradients in `grad`; the layers
hold views into both. So an optimizer step, a snapshot or a saved model is one vector operation.
What layers remember otherwise (running means) lies in `buffers`, what they saw last in `observed`.
`found` is `grad` and `observed` together: what a batch has to say, and parts of a batch add up.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from netcore import functional, layers, losses, metrics
from netcore.initializers import INITIALIZERS
from netcore.speed import blas, parallel
from netcore.speed.workspaces import Workspaces

PART = 2_000_000  # numbers kept at hand for a part of a batch, so that they stay in the cache
MEMORY = 0.9  # share of a running mean that stays at each step


@dataclass(frozen=True)
class Planned:
    """One layer of a plan: shapes known, nothing allocated yet."""

    layer: layers.Layer
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameter_shapes: dict[str, tuple[int, ...]]
    buffer_shapes: dict[str, tuple[int, ...]]
    footprint: int  # numbers kept at hand for one example

    @property
    def parameters(self):
        return sum(math.prod(shape) for shape in self.parameter_shapes.values())

    @property
    def remembered(self):
        return sum(math.prod(shape) for shape in self.buffer_shapes.values())


def plan(spec, input_shape) -> list[Planned]:
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
                layer.footprint(shape),
            )
        )
        shape = output_shape
    return planned


class Network:
    """spec: list of layers, see `netcore.layers`; input_shape: of one example, e.g. (28, 28).

    Not for use by two threads at once: the layers write into workspaces of their own. `replica`
    gives a double for another thread.
    """

    def __init__(self, spec, input_shape, seed=0, dtype=np.float32, like=None):
        blas.single_thread()
        self.spec, self.input_shape = list(spec), tuple(input_shape)
        self.plan = plan(spec, input_shape)
        self.layers = [planned.layer for planned in self.plan]
        self.output_shape = self.plan[-1].output_shape
        self.convolutional = any(isinstance(layer, layers.Conv2d) for layer in self.layers)
        self.parameters = sum(planned.parameters for planned in self.plan)
        self.footprint = sum(planned.footprint for planned in self.plan)
        remembered = sum(planned.remembered for planned in self.plan)
        self.theta = like.theta if like else np.zeros(self.parameters, dtype)
        self.buffers = like.buffers if like else np.zeros(remembered, dtype)
        self.found = np.zeros(self.parameters + remembered, dtype)
        self.grad, self.observed = self.found[: self.parameters], self.found[self.parameters :]
        self.label_smoothing = 0.0
        self.workspace = Workspaces()
        self._cut_parameters()
        self._cut_buffers()
        if not like:
            self._initialize(np.random.default_rng(seed))

    def replica(self):
        """Another network over the same `theta` and `buffers`, with all else of its own."""
        return Network(self.spec, self.input_shape, dtype=self.theta.dtype, like=self)

    def _cut_parameters(self):
        """Hand each layer its parameters: all weights first, then all biases.

        That order makes `weights`, the part that weight decay works on, one slice.
        """
        self.weights = slice(0, 0)
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
                self.weights = slice(0, stop)
        for layer in self.layers:  # no gradient flows past the first layer with parameters
            layer.needs_dx = False
            if layer.params:
                break

    def _cut_buffers(self):
        start = 0
        for planned in self.plan:
            for name, shape in planned.buffer_shapes.items():
                stop = start + math.prod(shape)
                planned.layer.buffers[name] = self.buffers[start:stop].reshape(shape)
                planned.layer.observed[name] = self.observed[start:stop].reshape(shape)
                start = stop

    def _initialize(self, rng):
        for layer in self.layers:
            for name, value in (layer.params | layer.buffers).items():
                if value.ndim >= 2:
                    spread = INITIALIZERS[layer.weight_init](*layer.fans(value.shape))
                    value[...] = rng.normal(0, spread, value.shape)
                else:
                    value[...] = layer.initial.get(name, 0)

    def parts(self, count, at_least=1):
        """Cut so many examples into slices whose intermediate results stay in the cache.

        The cut depends on the network and the counts alone, so that the results do too.
        """
        pieces = max(at_least, math.ceil(count * self.footprint / PART))
        bounds = [count * piece // pieces for piece in range(pieces + 1)]
        return [slice(a, b) for a, b in itertools.pairwise(bounds) if a < b]

    def forward(self, x, training=False):
        """x: (N, *input_shape), uint8 pixels or floats → (N, *output_shape)."""
        y = self._scaled(x)
        for layer in self.layers:
            y = layer.forward(y, training)
        return y

    def backward(self, dy):
        """Pass ∂loss/∂output back through all layers; `grad` then holds ∂loss/∂theta."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
            if dy is None:
                break
        return dy

    def loss_and_grad(self, x, targets, batch_size=None, add=False):
        """One forward and backward pass of a network that ends in LogSoftmax.

        x: (N, *input_shape), targets: (N,) integers → (sum of losses, number right);
        fills `grad` with the gradient of the mean loss. If these examples are only a part of a
        batch, `batch_size` is the size of the whole, and with `add` their share is added to what
        the parts before have found.
        """
        batch_size = batch_size or len(x)
        if add:
            before = self.workspace("before", self.found.shape, self.found.dtype)
            np.copyto(before, self.found)
        *body, _log_softmax = self.layers  # fused with the loss
        logits = self._scaled(x)
        for layer in body:
            logits = layer.forward(logits, training=True)
        dy = np.empty_like(logits)
        loss, right = losses.softmax_nll(logits, targets, dy, batch_size, self.label_smoothing)
        for layer in reversed(body):
            dy = layer.backward(dy)
            if dy is None:
                break
        self.observed *= len(x) / batch_size
        if add:
            self.found += before
        return loss, right

    def remember(self):
        """Let the running means in `buffers` follow what the batch before showed."""
        if len(self.buffers):
            self.buffers += (1 - MEMORY) * (self.observed - self.buffers)

    def log_probs(self, x):
        """x: (N, *input_shape) → (N, K), in parts, so that memory stays bounded."""
        out = np.empty((len(x), *self.output_shape), self.theta.dtype)
        for part in self.parts(len(x), parallel.LANES):  # as with several threads
            out[part] = self.forward(x[part])
        return out

    def predict(self, x):
        """x: (N, *input_shape) → probabilities (N, K)."""
        return np.exp(self.log_probs(x))

    def evaluate(self, x, targets):
        """Mean loss and accuracy on x: (N, *input_shape), targets: (N,)."""
        score = metrics.score(self.log_probs(x), targets)
        return score["loss"], score["accuracy"]

    def _scaled(self, x):
        if x.dtype != np.uint8:
            return x
        return functional.scale_pixels(x, self.workspace("x", x.shape, np.float32))
