"""Labels of any kind → classes 0 … K − 1, named by the labels and sorted."""

import math
from collections.abc import Sequence

import numpy as np

from dataset.errors import DataError
from dataset.splits import CLASSES, MAX_CLASSES

MAX_NAME = 80  # letters, as in files of models


def name_classes(labels: Sequence[str], name: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The distinct labels of the file `name`, as they are written → (classes, codes).

    Numbers are sorted by their value and words by the alphabet; "3" and "3.0" are one class.
    `codes` (len(labels),) uint8 are the classes of these labels. Raises `DataError`.
    """
    numbers = list(map(number_of, labels))
    if not np.isnan(numbers).any():
        for label, number in zip(labels, numbers, strict=True):
            if number % 1:
                raise DataError(f"{name} has the label {label!r}: use whole numbers or words.")
        names = [str(int(number)) for number in numbers]
        classes = sorted(set(names), key=int)
    else:
        names = [label.strip() for label in labels]
        if long := next((each for each in names if len(each) > MAX_NAME), None):
            raise DataError(
                f"{name} has a label of {len(long)} letters ({long[:20]} …): write at most "
                f"{MAX_NAME}."
            )
        classes = sorted(set(names))
    if len(classes) > MAX_CLASSES:
        some = ", ".join(classes[:3])
        raise DataError(
            f"{name} has {len(classes):,} different labels ({some[:60]} …): use at most "
            f"{MAX_CLASSES} classes."
        )
    if len(classes) < 2:
        none = f" ({classes[0]} often stands for no label)" if classes[0] in ("255", "-1") else ""
        raise DataError(
            f"{name} has the label {classes[0][:40]!r} everywhere{none}: use a file with at least "
            "two classes."
        )
    return tuple(classes), np.array([classes.index(each) for each in names], np.uint8)


def note(classes: tuple[str, ...]) -> str | None:
    """A sentence about classes that are numbers but not 0 … K − 1."""
    plain = classes == tuple(map(str, range(len(classes))))
    if plain or np.isnan(list(map(number_of, classes))).any():
        return None
    missing = [name for name in CLASSES if name not in classes]
    if len(missing) <= 3 and set(classes) < set(CLASSES):
        return f"No image has the label {_or(missing)}, so there are {len(classes)} classes."
    return f"The labels are {shorten(classes)}: these {len(classes)} are the classes."


def shorten(names: Sequence[str], most: int = 4) -> str:
    """The names, or the first and the last of many: 1, 2, 3 … 26."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} … {names[-1]}"


def _or(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def number_of(text: str) -> float:
    """The finite number that a label is, or NaN."""
    if "_" in text:  # which Python allows in numbers
        return math.nan
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if abs(number) < 1e15 else math.nan
