"""What is odd with a dataset: said in its notes before anybody trains, and mended where it is sure.

Rows sorted by label are shuffled. Digits that lie on their side next to MNIST's are turned, and
dark on light becomes light on dark, as MNIST is and as drawings are. The rest is only said.
"""

from dataclasses import replace

import numpy as np

from dataset import likeness
from dataset.likeness import Orientation
from dataset.splits import Dataset, Split
from dataset.stats import blocks

SEED = 0
SORTED = 0.4  # of the label changes that random order would have: fewer are sorted
MIN_IMAGES = 20  # fewer say nothing about their order
LISTED = 4  # classes by name; of more only the number
SPLITS = {"train": "training", "validation": "validation", "test": "test"}


def shuffle(split: Split) -> tuple[Split, str | None]:
    """The images in an order of their own if they are sorted by label, and a note about it."""
    if not is_sorted(split.labels):
        return split, None
    order = np.random.default_rng(SEED).permutation(len(split))
    note = f"The images were sorted by label, so they were shuffled (seed {SEED})."
    return Split(split.images[order], split.labels[order]), note


def is_sorted(labels: np.ndarray) -> bool:
    """Whether equal labels stand together far more often than chance would have it."""
    if len(labels) < MIN_IMAGES:
        return False
    shares = np.bincount(labels) / len(labels)
    expected = (len(labels) - 1) * (1 - np.square(shares).sum())
    return np.count_nonzero(np.diff(labels)) < SORTED * expected


def examine(
    data: Dataset, shuffled: str | None = None, transposed: bool = False, apart: bool = False
) -> Dataset:
    """The dataset with its images upright and light on dark, and all notes.

    Classes that only look like digits by their labels get other names.

    `shuffled` is the note of `shuffle`; `transposed`: whether such sets are known to be, as EMNIST;
    `apart`: whether the test images come from a file of their own, which may differ.
    """
    notes = [*data.notes, shuffled] if shuffled else [*data.notes]
    orientation = likeness.find(data.train.images, data.train.labels, data.classes, transposed)
    train = _mend(data.train, orientation)
    test_orientation = likeness.follow(train, data.test, orientation) if apart else orientation
    if test_orientation == orientation:
        notes += _turned(orientation, "")
    else:
        notes += [*_turned(orientation, "training "), *_turned(test_orientation, "test ")]
    validation, test = _mend(data.validation, orientation), _mend(data.test, test_orientation)
    data = replace(data, train=train, validation=validation, test=test)
    if data.is_digits and not likeness.are_digits(data.train.images, data.train.labels):
        data = replace(data, classes=tuple(f"class {label}" for label in data.classes))
        notes.append("The labels are 0 to 9, but the images do not look like handwritten digits.")
    notes += filter(None, (_blank(data), *_missing(data)))
    verbatim = data.verbatim and not shuffled and orientation == test_orientation == Orientation()
    return replace(data, notes=tuple(notes), verbatim=verbatim)


def has_planes(images: np.ndarray, shape: tuple[int, ...]) -> bool | None:
    """Whether rows (N, 3·H·W) of colour images hold the colours one after the other.

    In the right arrangement neighbouring pixels differ least; None if neither is smoother.
    """
    _, height, width = shape
    some = images[:: max(1, len(images) // 200)].astype(np.float32)
    planes = some.reshape(-1, 3, height, width)
    in_turn = some.reshape(-1, height, width, 3).transpose(0, 3, 1, 2)
    rough = [
        np.abs(np.diff(x, axis=2)).mean() + np.abs(np.diff(x, axis=3)).mean()
        for x in (planes, in_turn)
    ]
    if min(rough) > 0.9 * max(rough):
        return None
    return bool(rough[0] < rough[1])


def _turned(orientation: Orientation, part: str) -> list[str]:
    """Notes about what was done to the images of a part, such as "test "."""
    notes = []
    if orientation.turn:
        how = f"{orientation.turn}, unlike MNIST's, so they were turned upright"
        notes.append(f"The {part}images were {how}.")
    if orientation.inverted:
        how = "dark on light, so they were inverted to light on dark"
        notes.append(f"The {part}images were {how}.")
    return notes


def _mend(split: Split, orientation: Orientation) -> Split:
    if orientation == Orientation():
        return split
    images = np.empty_like(split.images)
    start = 0
    for block in blocks(split.images):
        images[start : start + len(block)] = orientation.apply(block)
        start += len(block)
    return Split(images, split.labels)


def _blank(data: Dataset) -> str | None:
    """A note about images of one value only."""
    blank = total = 0
    for split in data.splits.values():
        for block in blocks(split.images):
            flat = block.reshape(len(block), -1)
            blank += int((flat.min(axis=1) == flat.max(axis=1)).sum())
            total += len(block)
        if split is data.train and blank == total:
            return "All training images are blank: a network learns nothing from them."
    if not blank:
        return None
    return f"{blank:,} of the {total:,} images {'is' if blank == 1 else 'are'} blank."


def _missing(data: Dataset) -> list[str]:
    """Notes about classes that a split lacks."""
    notes = []
    for name, split in data.splits.items():
        counts = np.bincount(split.labels, minlength=len(data.classes))
        lacking = [data.classes[k] for k in np.flatnonzero(counts == 0)]
        some = f"{len(lacking)} of the {len(counts)} classes"
        if len(lacking) <= LISTED:
            named = all(name.startswith("class ") for name in lacking)
            some = "" if named else f"the class{'es' if len(lacking) > 1 else ''} "
            some += ", ".join(lacking)
        if lacking:
            end = ", so no network can learn that" if name == "train" else ""
            notes.append(f"The {SPLITS[name]} images lack {some}{end}.")
    return notes
