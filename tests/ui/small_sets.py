"""Small datasets of every kind that the app takes, made here: other sizes, colours and classes."""

from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from dataset import Dataset, Split

SHAPES = ("circle", "square", "triangle", "cross *of* stripes")
KINDS = {  # what is in the images: their shape and their classes
    "digits 8 x 8": ((8, 8), tuple(digits)),
    "letters": ((28, 28), tuple(ascii_uppercase)),
    "byclass": ((28, 28), tuple(digits + ascii_uppercase + ascii_lowercase)),
    "shapes in colour": ((3, 32, 32), SHAPES),
    "two": ((28, 28), ("cat", "dog")),
    "not square": ((16, 20), ("a", "b", "c")),
    "large": ((64, 64), ("left", "right", "up")),
}
WITHOUT_DIGITS = [name for name, (_, classes) in KINDS.items() if set(digits).isdisjoint(classes)]


def dataset(name, notes=()):
    """The dataset of this kind: the images of a class are noisy copies of one random pattern."""
    shape, classes = KINDS[name]
    rng = np.random.default_rng(len(classes))
    coarse = rng.random((len(classes), *shape[:-2], 4, 4)) < 0.4
    patterns = np.repeat(np.repeat(coarse, shape[-2] // 4, -2), shape[-1] // 4, -1)

    def split(each):
        labels = np.tile(np.arange(len(classes)), each)
        images = 200 * patterns[labels] + rng.integers(0, 55, (len(labels), *shape))
        return Split(images.astype(np.uint8), labels.astype(np.uint8))

    return Dataset(name, split(40), split(8), split(6), classes, tuple(notes))
