"""Labelled images in three splits: train to learn from, validation to choose by, test to score.

All arrays are read-only views, so that all visitors can share one copy.
"""

from dataclasses import dataclass

import numpy as np

FIELD = 28  # pixels, side of MNIST's images; the readers accept no other size yet
CLASSES = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Split:
    """`images` (N, H, W) uint8, 0 is paper and 255 ink; `labels` (N,) uint8. Both read-only."""

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
    classes: tuple[str, ...] = CLASSES  # names of the labels 0 … K − 1

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of every image, in pixels."""
        height, width = self.train.images.shape[1:]
        return height, width

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name, in the order in which they are cut."""
        return {"train": self.train, "validation": self.validation, "test": self.test}
