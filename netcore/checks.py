"""Checks of what comes from outside: examples and their labels are refused with a sentence.

Each costs a pass over its array, so a `Trainer` checks its data once and not in every step.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np


class InputError(ValueError):
    """Examples or labels that cannot be used; the message says what is wrong and what to do."""


def check_x(x: Any, input_shape: Sequence[int], name: str = "x") -> None:
    """InputError unless x is an array (N, *input_shape) of uint8 pixels or of floats."""
    if not isinstance(x, np.ndarray):
        raise InputError(f"{name} is a {type(x).__name__}: make it an array with np.asarray")
    if x.dtype != np.uint8 and x.dtype.kind != "f":
        raise InputError(
            f"{name} is of type {x.dtype}: give pixels 0…255 as uint8, or floats scaled to 0…1"
        )
    shape = tuple(input_shape)
    if x.ndim == 0 or x.shape[1:] != shape:
        if x.shape == shape:
            mend = "a single example needs the axis N too, x[None]"
        elif x.ndim and x.size and x[0].size == np.prod(shape, dtype=int):
            mend = f"use x.reshape{(-1, *shape)}"
        else:
            mend = "resize the examples, or take a network for their shape"
        takes = ", ".join(map(str, ("N", *shape)))
        raise InputError(f"{name} has the shape {x.shape}, but the network takes ({takes}): {mend}")


def check_finite(x: np.ndarray, name: str = "x") -> None:
    """InputError if x (N, …) holds NaN or infinity."""
    if x.dtype.kind == "f" and not (finite := np.isfinite(x)).all():
        place = int(np.argmin(finite.reshape(len(x), -1).all(axis=1)))
        raise InputError(
            f"{name} holds NaN or infinity, first in example {place}: replace these values, or "
            "leave such examples out"
        )


def check_labels(
    targets: Any, count: int | None = None, classes: int | None = None, name: str = "targets"
) -> np.ndarray:
    """Class numbers as an array (N,) of integers; InputError if they are anything else.

    `count` is the N that is expected, and the numbers must be 0 … `classes` − 1.
    """
    targets = np.asarray(targets)
    if targets.ndim != 1:
        raise InputError(
            f"{name} have the shape {targets.shape}, not (N,): give one class number for each "
            "example; one-hot rows become that with .argmax(axis=1)"
        )
    if targets.dtype.kind not in "iu":
        raise InputError(
            f"{name} are of type {targets.dtype}: classes are integers from 0, so convert them "
            "with .astype(int)"
        )
    if count is not None and len(targets) != count:
        raise InputError(
            f"there are {len(targets):,} {name} for {count:,} examples: give one for each"
        )
    wrong = targets < 0
    if classes is not None:
        wrong = wrong | (targets >= classes)
    if wrong.any():
        place = int(wrong.argmax())
        known = f"0…{classes - 1}" if classes is not None else "numbered from 0"
        raise InputError(f"{name}[{place}] is {targets[place]}: the classes are {known}")
    return targets


def check_data(train: Any, validation: Any) -> None:
    """InputError unless both are pairs of examples x (N, …) of one shape and their labels (N,)."""
    shape = None
    for name, pair in (("training", train), ("validation", validation)):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(f"the {name} data are no pair: give (x, targets)")
        x, targets = pair
        about = f"x of the {name} data"
        if shape is None:
            shape = getattr(x, "shape", (0,))[1:]
        check_x(x, shape, about)
        if not shape:
            raise InputError(f"{about} has the shape {x.shape}: add an axis of features, (N, D)")
        check_finite(x, about)
        if not isinstance(targets, np.ndarray):
            raise InputError(f"targets of the {name} data are no array: use np.asarray")
        check_labels(targets, len(x), name=f"targets of the {name} data")


def labels_fit(targets: np.ndarray, count: int, classes: int) -> bool:
    """Whether `check_labels` would accept the array, in a microsecond: for each step."""
    if targets.shape != (count,) or targets.dtype.kind not in "iu":
        return False
    if targets.dtype.kind == "i":  # read as unsigned, a negative number is large
        targets = targets.view(targets.dtype.str.replace("i", "u"))
    return not count or targets[targets.argmax()] < classes
