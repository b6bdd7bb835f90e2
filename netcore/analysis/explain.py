"""Explanations of a network's answer: saliency, occlusion, features, counterfactuals.

All functions take a network from `with_input_gradient`. Logits are the input of the last
LogSoftmax.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import logsumexp

from netcore import functional
from netcore.layers import Layer, LogSoftmax
from netcore.model import Model
from netcore.network import Network

CELLS = 4  # feature maps are averaged to at most this many cells per side
BLOCK = 1024  # rows compared at a time
# Factors of a step that are tried, since clipping pixels to [0, 1] shortens it.
STEP_FACTORS = np.geomspace(1, 16, 25, dtype=np.float32)


def with_input_gradient(model: Model | Network) -> Network:
    """A new network over the weights of a `Model` or `Network`, shared, not copied.

    Its first layer computes the gradient with respect to its input, which training does not need.
    """
    network = Network(model.spec, model.input_shape, dtype=model.theta.dtype, share_with=model)
    for layer in network.layers:
        layer.needs_dx = True
    return network


def logits(network: Network, images: np.ndarray) -> np.ndarray:
    """images: (N, *input_shape), uint8 or floats in [0, 1] → logits (N, K)."""
    out = np.empty((len(images), *network.output_shape), network.theta.dtype)
    for part in network.microbatches(len(images)):
        out[part] = _forward(network, images[part])
    return out


def probabilities(logits: np.ndarray) -> np.ndarray:
    """logits (…, K) → (…, K), each row summing to 1."""
    return np.exp(functional.log_softmax(logits))


def input_gradient(
    network: Network,
    images: np.ndarray,
    weights: np.ndarray | Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """∂(Σ_k weights_k · z_k) / ∂x for each image separately, with z the logits.

    images: (N, *input_shape) floats; weights: (K,) or (N, K), or a function of the logits that
    returns them → (logits (N, K), gradient with the shape of `images`).
    """
    z = _forward(network, images).copy()
    weights = weights(z) if callable(weights) else weights
    dy = np.broadcast_to(weights, z.shape).astype(z.dtype)
    for layer in reversed(_body(network)):
        dx = layer.backward(dy)
        if dx is None:
            raise ValueError("no gradient reaches the input: use with_input_gradient")
        dy = dx
    return z, dy.reshape(images.shape).copy()


def saliency(network: Network, image: np.ndarray, k: int) -> np.ndarray:
    """∂z_k / ∂x, the gradient of the logit of class k, with the shape of `image`.

    Positive where more ink is evidence for k. Simonyan et al. 2014, who show its absolute value.
    """
    image = functional.scale_pixels(image).astype(network.theta.dtype, copy=False)
    weights = np.eye(network.output_shape[0])[k]
    return input_gradient(network, image[None], weights)[1][0]


def occlusion(network: Network, image: np.ndarray, k: int, size: int = 5) -> np.ndarray:
    """How much the probability of class k drops where a blank patch covers the image.

    image: (…, H, W). All positions of a patch of size × size are tried, also partly outside, over
    all channels. A pixel gets the mean over the patches that cover it: (H, W), negative where k
    becomes more likely. Zeiler & Fergus 2014, section 4.2.
    """
    height, width = image.shape[-2:]
    places = [(y, x) for y in range(1 - size, height) for x in range(1 - size, width)]
    windows = [np.s_[..., max(y, 0) : y + size, max(x, 0) : x + size] for y, x in places]
    inked = [window for window in windows if image[window].any()]  # others change nothing
    covered = np.repeat(image[None], len(inked) + 1, axis=0)
    for picture, window in zip(covered[1:], inked, strict=True):
        picture[window] = 0
    likely = probabilities(logits(network, covered))[:, k]
    lost = np.zeros((height, width), likely.dtype)
    for window, value in zip(inked, likely[1:], strict=True):
        lost[window] += likely[0] - value
    return lost / size**2


def stages(network: Network) -> list[list[int]]:
    """Indices of the layers in groups, each from a layer with weights up to the next.

    LogSoftmax and layers before the first group (Flatten) are left out.
    """
    groups: list[list[int]] = []
    for number, layer in enumerate(_body(network)):
        if "W" in layer.params:
            groups.append([])
        if groups:
            groups[-1].append(number)
    return groups


def activations(network: Network, image: np.ndarray) -> list[np.ndarray]:
    """image: (*input_shape) → the output of each stage, without the batch axis."""
    ends = [group[-1] for group in stages(network)]
    return [values[0] for values in _outputs(network, image[None], ends)]


def features(network: Network, images: np.ndarray, dtype: type = np.float16) -> list[np.ndarray]:
    """Hidden features of images: one array (N, D) for each stage but the last.

    Maps larger than 4 × 4 are averaged to 4 × 4 cells, which bounds the memory and makes them less
    sensitive to small shifts.
    """
    ends = [group[-1] for group in stages(network)[:-1]]
    found = [np.empty((len(images), 0), dtype) for _ in ends]
    for part in network.microbatches(len(images)):
        for number, values in enumerate(_outputs(network, images[part], ends)):
            rows = _cells(values).reshape(len(values), -1)
            if not part.start:
                found[number] = np.empty((len(images), rows.shape[1]), dtype)
            found[number][part] = rows
    return found


def feature_sizes(network: Network) -> list[int]:
    """The D of each array that `features` returns."""
    shapes = [network.plan[group[-1]].output_shape for group in stages(network)[:-1]]
    return [int(np.prod([shape[0], *(min(side, CELLS) for side in shape[1:])])) for shape in shapes]


def nearest(rows: np.ndarray, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` rows of (N, D) nearest to `query` (D,): indices, nearest first, and distances."""
    squares = np.empty(len(rows), np.float32)
    query = query.ravel().astype(np.float32)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK].reshape(-1, query.size) - query
        squares[start : start + BLOCK] = np.vecdot(block, block)
    order = np.argsort(squares, kind="stable")[:count]
    return order, np.sqrt(squares[order])


@dataclass(frozen=True)
class Counterfactual:
    """A path from an image to one that is classified differently."""

    images: np.ndarray  # (S, …, H, W) in [0, 1], the first is the original
    probabilities: np.ndarray  # (S, K), of each image

    @property
    def size(self) -> float:
        """Euclidean norm of the whole change; 1 is one pixel from paper to full ink."""
        return float(np.linalg.norm(self.images[-1] - self.images[0]))


def counterfactual(
    network: Network,
    image: np.ndarray,
    target: int,
    smoothness: float = 1.0,
    margin: float = 0.3,
    rounds: int = 30,
    max_move: float = 1.0,
    steps: int = 21,
) -> Counterfactual | None:
    """The smallest change found that makes `target` the likeliest class; None if none is found.

    image: (…, H, W). The gap g(x) = log Σ_{j≠t} exp z_j − z_t = −log(p_t / (1 − p_t)) should fall
    to −margin. It is nearly linear around x, so each round moves along −S ∇g to where the linear
    gap is −margin, with pixels clipped to [0, 1]: first from x, and once p_t exceeds ½, from the
    original image, which converges to the nearest such point (Hasofer & Lind 1974; Croce & Hein
    2020). S smooths with a Gaussian of `smoothness` pixels, so that strokes change, not single
    pixels. No move is longer than `max_move`. The smallest change is returned in `steps` blends.
    """
    start = functional.scale_pixels(image).astype(network.theta.dtype, copy=False)
    x, best, length = start, None, np.inf
    for _ in range(rounds):
        gap, slope = _gap(network, x, target)
        if not np.isfinite(gap):
            return None
        if gap < 0 and (far := np.linalg.norm(x - start)) < length:
            best, length = x, far
        downhill = -gaussian_filter(slope, smoothness, axes=(-2, -1)) if smoothness else -slope
        fall = -np.vdot(slope, downhill)
        if fall <= 1e-12:
            break
        base = x if best is None else start
        unclipped = (gap + margin - np.vdot(slope, x - base)) / fall
        ways = max(unclipped, 0) * STEP_FACTORS.reshape(-1, *[1] * base.ndim)
        ways = base + downhill * ways  # (R, …, H, W)
        goals = np.clip(ways, 0, 1, out=ways).astype(x.dtype, copy=False)
        reached = gap + np.tensordot(goals - x, slope, x.ndim) <= -margin
        move = goals[reached.argmax() if reached.any() else -1] - x
        x = x + move * (0.7 * min(1, max_move / max(np.linalg.norm(move), 1e-12)))
    if best is None:
        return None
    images = _blends(network, start, best, target, steps)
    return Counterfactual(images, probabilities(logits(network, images)))


def _gap(network: Network, x: np.ndarray, target: int) -> tuple[np.floating, np.ndarray]:
    """log(p_others / p_target) at the image x (…, H, W), and its gradient with respect to x."""

    def weights(logits: np.ndarray) -> np.ndarray:
        others = np.where(np.arange(logits.shape[1]) == target, -np.inf, logits)
        return probabilities(others) - (others == -np.inf)

    z, slope = input_gradient(network, x[None], weights)
    return logsumexp(np.delete(z[0], target)) - z[0, target], slope[0]


def _blends(
    network: Network, start: np.ndarray, end: np.ndarray, target: int, steps: int
) -> np.ndarray:
    """Blends from `start` to the first of 100 points on the way to `end` where p_target > ½."""
    way = np.linspace(0, 1, 101, dtype=start.dtype).reshape(-1, *[1] * start.ndim)
    turned = probabilities(logits(network, start + way * (end - start)))[:, target] > 0.5
    turned[-1] = True
    last = way[turned.argmax()]
    return start + way[:: 100 // (steps - 1)] * last * (end - start)


def _body(network: Network) -> list[Layer]:
    """All layers but the last LogSoftmax."""
    ends = isinstance(network.layers[-1], LogSoftmax)
    return network.layers[:-1] if ends else network.layers


def _forward(network: Network, images: np.ndarray) -> np.ndarray:
    y = functional.scale_pixels(images)
    for layer in _body(network):
        y = layer.forward(y)
    return y


def _outputs(network: Network, images: np.ndarray, ends: list[int]) -> list[np.ndarray]:
    """Copies of the outputs (N, …) of the layers with these indices for images (N, …)."""
    found, y = [], functional.scale_pixels(images)
    for number, layer in enumerate(_body(network)):
        y = layer.forward(y)
        if number in ends:
            found.append(np.array(y))
    return found


def _cells(values: np.ndarray) -> np.ndarray:
    """(N, C, H, W) → means over at most 4 × 4 cells of nearly equal size; others unchanged."""
    for axis in range(2, values.ndim):
        side = values.shape[axis]
        if side > CELLS:
            edges = np.arange(CELLS) * side // CELLS
            sizes = np.diff([*edges, side]).reshape([-1 if a == axis else 1 for a in range(4)])
            values = np.add.reduceat(values, edges, axis=axis) / sizes.astype(values.dtype)
    return values
