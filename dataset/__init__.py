"""Datasets of labelled images, from files in the repository or from a visitor.

A folder here with the four IDX files of MNIST, or of a relative such as Fashion-MNIST, is a
dataset. So is a CSV file in the form of Kaggle's Digit Recognizer.
"""

from pathlib import Path
from typing import NamedTuple

from dataset import idx, table
from dataset.errors import DataError
from dataset.splits import Dataset, Split

__all__ = ["DataError", "Dataset", "Place", "Split", "load", "names", "place"]

ROOT = Path(__file__).parent


def names() -> list[str]:
    """The names of the datasets in the repository, mnist first."""
    found = [folder.name for folder in ROOT.iterdir() if idx.is_complete(folder)]
    return sorted(found, key=lambda name: (name != "mnist", name))


def load(name: str | Path) -> Dataset:
    """Read one of `names()`, or a path: a folder of four IDX files or a CSV(.gz) file.

    A path is opened without further checks, so a `name` that comes from a visitor must be in
    `names()`. Raises `DataError`.
    """
    if name in names():
        return idx.read(ROOT / name)
    path = Path(name)
    if path.is_dir():
        return idx.read(path.resolve())
    if path.is_file():
        return table.read(path, path.name)
    raise DataError(
        f"There is no dataset {str(name)!r}: choose {' or '.join(names())}, or give the path of a "
        "folder or CSV file."
    )


class Place(NamedTuple):
    """Where a split lies in the published files."""

    description: str  # such as "the test images of mnist"
    files: str  # names, separated by spaces
    rows: tuple[int, int]  # first row, and one past the last


def place(data: Dataset, split: str) -> Place:
    """Where a split of `data` lies in the files it was read from."""
    lengths = [len(part) for part in data.splits.values()]
    first = sum(lengths[: list(data.splits).index(split)])
    description = f"the {split} images of {data.name}"
    if data.name not in names():
        return Place(description, data.name, (first, first + len(data.splits[split])))
    if split == "test":
        first = 0
    part = "t10k" if split == "test" else "train"
    files = f"{part}-{idx.IMAGES}.gz {part}-{idx.LABELS}.gz"
    return Place(description, files, (first, first + len(data.splits[split])))
