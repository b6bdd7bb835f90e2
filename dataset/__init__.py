"""Datasets of labelled images, from files in the repository or from a visitor.

A folder here with four IDX files, of MNIST or a relative such as Fashion-MNIST or EMNIST, is a
dataset. So is a CSV file with a label and the pixels of an image in each row.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from dataset import folder, table
from dataset.errors import DataError
from dataset.splits import CLASSES, Dataset, Split

__all__ = ["CLASSES", "DataError", "Dataset", "Place", "Split", "load", "names", "place"]

ROOT = Path(__file__).parent


def names() -> list[str]:
    """The names of the datasets in the repository, mnist first; of several in a folder, paths."""
    found = [
        (Path(place.name) / each).as_posix()
        for place in ROOT.iterdir()
        if place.is_dir() and not (place / "__init__.py").exists()
        for each in folder.sets(place)
    ]
    return sorted(found, key=lambda name: (name != "mnist", name))


def load(name: str | Path) -> Dataset:
    """Read one of `names()`, or a path: a folder of four IDX files or a CSV(.gz) file.

    Where a folder holds several sets, as EMNIST's does, the set's name ends the path, as in
    gzip/emnist-letters. A path is opened without further checks, so a `name` that comes from a
    visitor must be in `names()`. Raises `DataError`.
    """
    if not str(name).strip():
        raise DataError(f"The name of the dataset is empty: choose {' or '.join(names())}.")
    known = name in names()
    found = _open(ROOT / name, str(name)) if known else _open(Path(name))
    if found is None and (why := _no_file(str(name))):
        raise DataError(why)
    if found is None:
        raise DataError(
            f"There is no dataset {str(name)!r}: choose {' or '.join(names())}, or give the path "
            "of a folder or CSV file."
        )
    return found


def _open(path: Path, name: str | None = None) -> Dataset | None:
    """The dataset at a path; None if nothing is there."""
    if path.is_dir():
        return folder.read(path.resolve(), name)
    if path.is_file() and not folder.is_idx(path):
        return table.read(path, name or path.name)
    if path.is_file():
        return folder.read(path.resolve().parent, name, folder.set_of(path))
    if path.parent.is_dir() and path.name in folder.sets(path.parent):
        return folder.read(path.resolve().parent, name, path.name)
    return None


def _no_file(name: str) -> str | None:
    """Why nothing at a path can be read; None if simply nothing is there."""
    path = Path(name)
    if re.match(r"\w{2,}:/", name):
        return f"{name[:100]} is an address on the web: download it and give the path of the file."
    if path.is_symlink() and not path.exists():
        return f"{path.name} is a link to {os.readlink(path)[:100]}, which is not there: mend it."
    if path.exists():
        return f"{path.name} is a pipe or a device: save its data in a file and give its path."
    return None


class Place(NamedTuple):
    """Where a split lies in the published files."""

    description: str  # such as "the test images of mnist"
    files: str  # names, separated by spaces
    rows: tuple[int, int]  # first row, and one past the last


def place(data: Dataset, split: str) -> Place:
    """Where a split of `data`, if it is verbatim, lies in the files it was read from."""
    lengths = [len(part) for part in data.splits.values()]
    first = sum(lengths[: list(data.splits).index(split)])
    files = (data.name,)
    if data.files:
        files = data.files[2:] if split == "test" else data.files[:2]
        first = 0 if split == "test" else first
    description = f"the {split} images of {data.name}"
    return Place(description, " ".join(files), (first, first + len(data.splits[split])))
