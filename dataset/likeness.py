"""How images lie next to MNIST's: upright or turned, light on dark or dark on light.

The mean image of each digit, less the mean of all, is compared with MNIST's in each of the eight
orientations of a square. The correlation is about 0.9 where both are handwritten digits and lie
alike, −0.9 where one is inverted, and near 0 for other images, which are left alone.
"""

import functools
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.ndimage

from dataset.splits import CLASSES, Split

MNIST = Path(__file__).parent / "mnist"
EXAMPLES = 5_000  # of MNIST's training images, to compare with
SAMPLE = 5_000  # images of the other dataset
MIN_IMAGES, MIN_CLASSES = 50, 3  # less tells nothing
SURE, MARGIN = 0.5, 0.2  # correlation of the best orientation, and how much better it must be
FOREIGN, FEW, MANY = 0.25, 0.2, 200  # correlation without margins, below which are no digits; the
MIN_DIGITS = 100  # second for fewer than MANY images, down to this number: less tells nothing
SIDE = 16  # pixels of mean images that are compared without their margins
WHITE, WHITE_SHARE = 200, 0.85  # a border this bright, over this share of it, is paper

TURNS: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # how images lie, and what mends it
    "": lambda x: x,
    "transposed": lambda x: x.swapaxes(-1, -2),
    "mirrored": lambda x: x[..., ::-1],
    "upside down": lambda x: x[..., ::-1, :],
    "turned by 180°": lambda x: x[..., ::-1, ::-1],
    "turned to the right": lambda x: np.rot90(x, axes=(-2, -1)),
    "turned to the left": lambda x: np.rot90(x, -1, axes=(-2, -1)),
    "transposed and turned by 180°": lambda x: x.swapaxes(-1, -2)[..., ::-1, ::-1],
}


@dataclass(frozen=True)
class Orientation:
    """How images lie: a key of `TURNS`, and whether they are dark on light."""

    turn: str = ""
    inverted: bool = False

    def apply(self, images: np.ndarray) -> np.ndarray:
        """Images (N, …, H, W) uint8 → upright and light on dark."""
        turned = TURNS[self.turn](images)
        return 255 - turned if self.inverted else turned


def find(
    images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], transposed: bool = False
) -> Orientation:
    """How images (N, H, W) uint8 lie; those in colour are taken as they are.

    `transposed` is the answer for images of MNIST's size without digits, which would tell.
    """
    if images.ndim != 3:
        return Orientation()
    step = max(1, len(images) // SAMPLE)
    images, labels = images[::step], labels[::step]
    found = _compare(images, labels, classes)
    if found:
        return found
    tells = any(name in CLASSES for name in classes) or images.shape[1:] != (28, 28)
    return Orientation("transposed" if transposed and not tells else "", _on_white(images))


def follow(train: Split, test: Split, usual: Orientation) -> Orientation:
    """How test images (N, H, W) lie next to training images that are upright already.

    That is `usual`, as the training images lay before, unless the mean images of the classes say
    otherwise for sure.
    """
    present = np.intersect1d(train.labels, test.labels)
    if train.images.ndim != 3 or len(present) < MIN_CLASSES or len(test) < MIN_IMAGES:
        return usual
    ours, theirs = (
        _means(split.images[::step], split.labels[::step], present.tolist())
        for split in (test, train)
        for step in [max(1, len(split) // SAMPLE)]
    )
    return _nearest(ours, theirs, usual) or usual


def are_digits(images: np.ndarray, labels: np.ndarray) -> bool:
    """Whether upright images (N, …, H, W) of the labels 0 … 9 may be digits; few always may.

    Fashion-MNIST has the same labels. scikit-learn's digits have other margins, so margins are cut
    off: their correlation is 0.34 then, and that of random classes at most 0.2. Images that are all
    the same are none.
    """
    if not len(images) or (images == images[0]).all():
        return False
    digits = _mnist()
    step = max(1, len(images) // SAMPLE)
    images, labels = images[::step], labels[::step]
    if images.ndim > 3:
        images = images.mean(axis=1)
    if digits is None or len(images) < MIN_DIGITS or len(np.unique(labels)) < len(CLASSES):
        return True
    means = _means(images, labels, range(len(CLASSES)))
    alike = [_contrast(_without_margins(mean)) for mean in (means, digits)]
    return abs(float((alike[0] * alike[1]).sum())) >= (FOREIGN if len(images) >= MANY else FEW)


def _without_margins(means: np.ndarray) -> np.ndarray:
    """Mean images (K, H, W) → (K, SIDE, SIDE), cut to where there is ink."""
    common = means.mean(axis=0)
    inked = common > common.min() + 0.1 * np.ptp(common)
    inked |= not inked.any()  # blank: all of it
    for axis in (1, 2):
        found = np.flatnonzero(inked.any(axis=2 - axis))
        means = means.take(np.arange(found[0], found[-1] + 1), axis=axis)
    zoom = (1, SIDE / means.shape[1], SIDE / means.shape[2])
    return np.asarray(scipy.ndimage.zoom(means, zoom, order=1))


def _compare(
    images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]
) -> Orientation | None:
    """The answer of digits of MNIST's size; None for other images."""
    digits = _mnist()
    present = [k for k in np.unique(labels) if classes[k] in CLASSES]
    if digits is None or images.shape[1:] != digits.shape[1:]:
        return None
    if len(present) < MIN_CLASSES or np.isin(labels, present).sum() < MIN_IMAGES:
        return None
    theirs = digits[[CLASSES.index(classes[k]) for k in present]]
    return _nearest(_means(images, labels, present), theirs)


def _nearest(
    ours: np.ndarray, theirs: np.ndarray, usual: Orientation = Orientation()
) -> Orientation | None:
    """How our mean images (K, H, W) lie if theirs are upright; None if they are too unlike.

    Another turn than the usual one must be better by `MARGIN`.
    """
    ours, theirs = _contrast(ours), _contrast(theirs)
    turned = {turn: mend(ours) for turn, mend in TURNS.items()}
    near = {
        turn: float((each * theirs).sum())
        for turn, each in turned.items()
        if each.shape == theirs.shape
    }
    best = max(near, key=lambda turn: abs(near[turn]))
    if abs(near[best]) < SURE:
        return None
    if abs(near[best]) < abs(near[usual.turn]) + MARGIN:
        best = usual.turn
    return Orientation(best, near[best] < 0)


def _means(images: np.ndarray, labels: np.ndarray, present: Sequence[int]) -> np.ndarray:
    return np.array([images[labels == k].mean(axis=0) for k in present])


def _contrast(means: np.ndarray) -> np.ndarray:
    """Mean images (K, H, W), less what all have in common, as one vector of length 1."""
    contrast = means - means.mean(axis=0)
    return contrast / max(float(np.linalg.norm(contrast)), 1e-9)


@functools.cache
def _mnist() -> np.ndarray | None:
    """The mean image (10, 28, 28) of each digit in MNIST's first training images."""
    parts = []
    for name, start in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8)):
        path = MNIST / f"train-{name}.gz"
        if not path.is_file():
            return None
        with gzip.open(path) as file:
            size = EXAMPLES * (784 if start == 16 else 1)
            parts.append(np.frombuffer(file.read(start + size), np.uint8, offset=start))
    images, labels = parts[0].reshape(-1, 28, 28), parts[1]
    return np.array([images[labels == digit].mean(axis=0) for digit in range(10)])


def _on_white(images: np.ndarray) -> bool:
    """Whether the border is white nearly everywhere, and the middle darker."""
    edge = np.ones(images.shape[1:], bool)
    edge[1:-1, 1:-1] = False
    border = images[:, edge]
    return bool((border >= WHITE).mean() >= WHITE_SHARE and images.mean() < border.mean() - 5)
