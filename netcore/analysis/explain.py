"""Why this answer? Pure functions of a network and arrays: nothing is kept, nothing is learned.

All of them take a network from `reader`, whose gradient reaches the input. Scores are logits, what
goes into the last LogSoftmax, unless probabilities are named.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import logsumexp

from netcore import functional
from netcore.layers import LogSoftmax
from netcore.network import Network

CELLS = 4  # feature maps are averaged down to at most so many cells a side
BLOCK = 1024  # rows compared at a time
REACH = np.geomspace(1, 16, 25, dtype=np.float32)[:, None, None]  # how much farther clipping sends


def reader(model) -> Network:
    """A network of one's own over the weights of a `Model` or `Network`, not copied.

    In training nobody asks for the gradient of the pixels, so the first layer does not compute it;
    here it does.
    """
    network = Network(model.spec, model.input_shape, dtype=model.theta.dtype, share_with=model)
    for layer in network.layers:
        layer.needs_dx = True
    return network


def scores(network, images):
    """images: (N, *input_shape), uint8 or floats in [0, 1] → logits (N, K)."""
    out = np.empty((len(images), *network.output_shape), network.theta.dtype)
    for part in network.microbatches(len(images)):
        out[part] = _forward(network, images[part])
    return out


def probabilities(logits):
    """logits (…, K) → (…, K), each row summing to 1."""
    return np.exp(functional.log_softmax(logits))


def input_gradient(network, images, weights):
    """∂(Σ_k weights_k · z_k) / ∂x for each image by itself, with z the logits.

    images: (N, *input_shape) floats; weights: (K,) or (N, K), or a function that gives them for
    the logits → (logits (N, K), gradient of the shape of `images`).
    """
    logits = _forward(network, images).copy()
    weights = weights(logits) if callable(weights) else weights
    dy = np.broadcast_to(weights, logits.shape).astype(logits.dtype)
    for layer in reversed(_body(network)):
        dy = layer.backward(dy)
    return logits, dy.reshape(images.shape).copy()


def saliency(network, image, k):
    """∂z_k / ∂x: how the score of class k would move with each pixel; the shape of `image`.

    Positive where more ink speaks for k. Simonyan et al. 2014, who show its absolute value.
    """
    image = functional.scale_pixels(image).astype(network.theta.dtype, copy=False)
    weights = np.eye(network.output_shape[0])[k]
    return input_gradient(network, image[None], weights)[1][0]


def occlusion(network, image, k, size=5):
    """How much of the probability of class k is lost where a patch of paper covers the image.

    image: (H, W). Every place of a patch of size × size, also half over the edge, is tried; a
    pixel gets the mean over the patches that cover it: (H, W), negative where k becomes likelier.
    Zeiler & Fergus 2014, section 4.2.
    """
    height, width = image.shape
    places = [(y, x) for y in range(1 - size, height) for x in range(1 - size, width)]
    windows = [np.s_[max(y, 0) : y + size, max(x, 0) : x + size] for y, x in places]
    telling = [window for window in windows if image[window].any()]  # paper on paper changes nil
    covered = np.repeat(image[None], len(telling) + 1, axis=0)
    for picture, window in zip(covered[1:], telling, strict=True):
        picture[window] = 0
    likely = probabilities(scores(network, covered))[:, k]
    lost = np.zeros(image.shape, likely.dtype)
    for window, value in zip(telling, likely[1:], strict=True):
        lost[window] += likely[0] - value
    return lost / size**2


def stages(network):
    """The layers in groups, each from a layer with weights up to the next: lists of numbers.

    What comes before the first (Flatten) and LogSoftmax are left out.
    """
    groups = []
    for number, layer in enumerate(_body(network)):
        if "W" in layer.params:
            groups.append([])
        if groups:
            groups[-1].append(number)
    return groups


def activations(network, image):
    """image: (*input_shape) → one array a stage: its output, without the batch axis."""
    ends = [group[-1] for group in stages(network)]
    return [values[0] for values in _outputs(network, image[None], ends)]


def features(network, images, dtype=np.float16):
    """What the hidden stages make of images: one array (N, D) a stage but the last.

    Maps larger than 4 × 4 are averaged into 4 × 4 cells, which bounds the memory and forgives
    small shifts.
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


def feature_sizes(network):
    """The D of each array that `features` gives."""
    shapes = [network.plan[group[-1]].output_shape for group in stages(network)[:-1]]
    return [int(np.prod([shape[0], *(min(side, CELLS) for side in shape[1:])])) for shape in shapes]


def nearest(rows, query, count):
    """The `count` rows (N, D) next to `query` (D,): positions, nearest first, and distances."""
    squares = np.empty(len(rows), np.float32)
    query = query.ravel().astype(np.float32)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK].reshape(-1, query.size) - query
        squares[start : start + BLOCK] = np.vecdot(block, block)
    order = np.argsort(squares, kind="stable")[:count]
    return order, np.sqrt(squares[order])


@dataclass(frozen=True)
class Change:
    """From an image to one that is read differently: pictures (S, H, W) in [0, 1], the first the
    image itself, and what the network makes of each: probabilities (S, K).
    """

    pictures: np.ndarray
    probabilities: np.ndarray

    @property
    def size(self):
        """Euclidean length of the whole change; 1 is one pixel from paper to full ink."""
        return float(np.linalg.norm(self.pictures[-1] - self.pictures[0]))


def change(network, image, target, smoothness=1.0, margin=0.3, rounds=30, longest=1.0, steps=21):
    """The smallest change found that makes `target` likelier than all else; None without one.

    image: (H, W). The gap g(x) = log Σ_{j≠t} exp z_j − z_t = −log(p_t / (1 − p_t)) shall fall
    to −margin. Around x it is nearly linear, so each round goes along −S ∇g to where that linear
    gap is −margin, pixels clipped to [0, 1]: at first on from x, but once p_t was above ½, from
    the image anew, which comes ever closer to the nearest such point (Hasofer & Lind 1974; Croce &
    Hein 2020). S smooths by a Gaussian of `smoothness` pixels, so that strokes change and not
    single dots. No move is longer than `longest`. The shortest change met is shown in `steps`
    blends.
    """
    start = functional.scale_pixels(image).astype(network.theta.dtype, copy=False)
    x, best, length = start, None, np.inf
    for _ in range(rounds):
        gap, slope = _gap(network, x, target)
        if not np.isfinite(gap):
            return None
        if gap < 0 and (far := np.linalg.norm(x - start)) < length:
            best, length = x, far
        downhill = -gaussian_filter(slope, smoothness) if smoothness else -slope
        fall = -np.vdot(slope, downhill)
        if fall <= 1e-12:
            break
        base = x if best is None else start
        unclipped = (gap + margin - np.vdot(slope, x - base)) / fall
        ways = base + downhill * (max(unclipped, 0) * REACH)  # (R, H, W)
        goals = np.clip(ways, 0, 1, out=ways).astype(x.dtype, copy=False)
        reached = gap + np.tensordot(goals - x, slope, 2) <= -margin
        move = goals[reached.argmax() if reached.any() else -1] - x
        x = x + move * (0.7 * min(1, longest / max(np.linalg.norm(move), 1e-12)))
    if best is None:
        return None
    pictures = _to_the_turn(network, start, best, target, steps)
    return Change(pictures, probabilities(scores(network, pictures)))


def _gap(network, x, target):
    """log(p_others / p_target) at the image x (H, W), and its gradient by the pixels."""

    def weights(logits):
        others = np.where(np.arange(logits.shape[1]) == target, -np.inf, logits)
        return probabilities(others) - (others == -np.inf)

    logits, slope = input_gradient(network, x[None], weights)
    return logsumexp(np.delete(logits[0], target)) - logits[0, target], slope[0]


def _to_the_turn(network, start, end, target, steps):
    """Blends from start to the first of 100 points on the way to `end` where p_target > ½."""
    way = np.linspace(0, 1, 101, dtype=start.dtype)[:, None, None]
    turned = probabilities(scores(network, start + way * (end - start)))[:, target] > 0.5
    turned[-1] = True
    last = way[turned.argmax(), 0, 0]
    return start + way[:: 100 // (steps - 1)] * last * (end - start)


def _body(network):
    """All layers but the last LogSoftmax."""
    ends = isinstance(network.layers[-1], LogSoftmax)
    return network.layers[:-1] if ends else network.layers


def _forward(network, images):
    y = functional.scale_pixels(images)
    for layer in _body(network):
        y = layer.forward(y)
    return y


def _outputs(network, images, ends):
    """Copies of what the layers of these numbers give for images (N, …), each (N, …)."""
    found, y = [], functional.scale_pixels(images)
    for number, layer in enumerate(_body(network)):
        y = layer.forward(y)
        if number in ends:
            found.append(np.array(y))
    return found


def _cells(values):
    """(N, C, H, W) → means over at most 4 × 4 cells, of nearly equal size; others as they are."""
    for axis in range(2, values.ndim):
        side = values.shape[axis]
        if side > CELLS:
            edges = np.arange(CELLS) * side // CELLS
            sizes = np.diff([*edges, side]).reshape([-1 if a == axis else 1 for a in range(4)])
            values = np.add.reduceat(values, edges, axis=axis) / sizes.astype(values.dtype)
    return values
