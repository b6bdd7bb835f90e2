"""Labelled images in three splits: train to learn from, validation to choose by, test to score.

All arrays are read-only views, so that all visitors can share one copy.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

CLASSES = tuple("0123456789")
MAX_CLASSES = 62  # EMNIST's: ten digits and all letters, capital and small
MIN_SIDE, MAX_SIDE = 5, 64  # pixels, of an image


def noun(classes: Collection[str]) -> str:
    """What an image of these classes shows: "digit", "letter" or, of any others, just "image".

    Labels of 0 to 3 may stand for anything, so only those of all ten digits count as such.
    """
    if tuple(classes) == CLASSES:
        return "digit"
    return "letter" if all(len(name) == 1 and name.isalpha() for name in classes) else "image"


@dataclass(frozen=True, eq=False)
class Split:
    """`images` (N, H, W) uint8, 0 is paper and 255 ink, or (N, 3, H, W) in red, green and blue;
    `labels` (N,) uint8. Both read-only.
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        self.images.flags.writeable = False
        self.labels.flags.writeable = False

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: slice) -> "Split":
        return Split(self.images[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named dataset: its three splits, and what the labels stand for."""

    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...] = CLASSES  # names of the labels 0 … K − 1, 2 to MAX_CLASSES of them
    notes: tuple[str, ...] = ()  # sentences: what is odd with the data, and what was done about it
    verbatim: bool = True  # the splits hold the pixels, labels and order of the files themselves
    files: tuple[str, ...] = ()  # of IDX: images and labels to train on, then those of the test

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of every image: (H, W) in pixels, or (3, H, W) in colour."""
        return self.train.images.shape[1:]

    @property
    def is_digits(self) -> bool:
        """Whether the classes are the ten digits."""
        return self.classes == CLASSES

    @property
    def noun(self) -> str:
        """What one image shows: see `noun`."""
        return noun(self.classes)

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name, in the order in which they are cut."""
        return {"train": self.train, "validation": self.validation, "test": self.test}
