"""Labelled images, and their three parts: train to learn from, validation to choose by, test as
the exam. All arrays are read-only views, so that every visitor can share one copy.
"""

from dataclasses import dataclass

import numpy as np

SIDE = 28
CLASSES = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Split:
    """`images` (N, 28, 28) uint8, 0 is paper and 255 ink; `labels` (N,) uint8. Both read-only."""

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        self.images.flags.writeable = False
        self.labels.flags.writeable = False

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: slice) -> "Split":
        return Split(self.images[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Dataset:
    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...] = CLASSES  # what the labels 0 … 9 stand for

    @property
    def splits(self) -> dict[str, Split]:
        return {"train": self.train, "validation": self.validation, "test": self.test}
