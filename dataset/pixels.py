"""Pixels in any usual range of numbers → uint8, and a sentence that says how.

Images arrive in pieces and wait as bytes where they are bytes, else as float32. The range of all of
them decides: 0 … 255, 0 … 1, −1 … 1, 0 … 16 as in scikit-learn's digits, or standardised.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dataset.errors import DataError

MAX_BYTES = 800_000_000  # of the pixels of one file: EMNIST's 814,255 images take 638 MB
DARK = 128  # if no pixel is brighter, something is odd
ALIKE = 2.0  # times the smaller range: files whose ranges differ by more are scaled on their own
STANDARDISED = 20.0  # no standardised pixel is further from zero
RANGES = "whole numbers from 0 to 255, or numbers from 0 to 1 or from −1 to 1"


class Scale(NamedTuple):
    """pixel = factor · (value + offset), rounded."""

    factor: float = 1.0
    offset: float = 0.0
    note: str | None = None  # a sentence, if that changes anything

    @property
    def changes(self) -> bool:
        """Whether anything but the bytes of a file comes out."""
        return self.note is not None and "No pixel is brighter" not in self.note

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Values of any shape → uint8; those that are bytes already stay as they are."""
        if values.dtype == np.uint8:
            if self.factor == 1 and self.offset == 0:
                return values
            return self.apply(np.arange(256, dtype=np.float32))[values]
        scaled = values + np.float32(self.offset)
        scaled *= np.float32(self.factor)
        return np.clip(np.rint(scaled, out=scaled), 0, 255, out=scaled).astype(np.uint8)


class Pixels:
    """Collects pieces (n, pixels) of the images of the file `name`, of any numbers.

    `where(row, column)` says where a pixel lies in the file, for error messages.
    """

    def __init__(self, name: str, where: Callable[[int, int], str]):
        self.name, self.where = name, where
        self.pieces: list[np.ndarray] = []
        self.low, self.high, self.whole = np.inf, -np.inf, True
        self.count = self.bytes = 0
        self.first_wrong: str | None = None  # the first pixel outside 0 … 255, and its place

    def add(self, values: np.ndarray) -> None:
        """Add numbers. DataError if one is not finite, or if there are too many."""
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise DataError(self.refusal(f"{values[row, column]:g}", row, column))
        low, high = float(values.min()), float(values.max())
        self.low, self.high = min(self.low, low), max(self.high, high)
        whole = values.dtype.kind != "f" or bool((values == np.rint(values)).all())
        self.whole = self.whole and whole
        exact = low >= 0 and high <= 255 and whole
        if self.first_wrong is None and (low < 0 or high > 255):
            row, column = np.argwhere((values < 0) | (values > 255))[0]
            self.first_wrong = self.refusal(f"{values[row, column]:g}", row, column)
        self.count += len(values)
        with np.errstate(over="ignore"):  # what is too large for float32 is refused later
            values = values.astype(np.uint8 if exact else np.float32, copy=False)
        self.bytes += values.nbytes
        if self.bytes > MAX_BYTES:
            raise DataError(
                f"{self.name} holds more than {MAX_BYTES // 10**6} MB of pixels: shorten it."
            )
        self.pieces.append(values)

    def refusal(self, value: str, row: int, column: int, mending: str | None = None) -> str:
        """A sentence about a value in the piece that comes next."""
        place = self.where(self.count + row, column)
        return f"{self.name} has {value} in {place}: {mending or f'use {RANGES}'}."

    def scaled(self, scale: Scale) -> np.ndarray:
        """All pieces as one array (N, …) uint8. They are let go: a second time is an IndexError."""
        if len(self.pieces) == 1:
            return scale.apply(self.pieces.pop())
        count = self.count
        images = np.empty((count, *self.pieces[0].shape[1:]), np.uint8)
        while self.pieces:  # from the end
            piece = self.pieces.pop()
            images[count - len(piece) : count] = scale.apply(piece)
            count -= len(piece)
        return images


def find_scales(train: Pixels, test: Pixels) -> tuple[Scale, Scale]:
    """The scales of two files of a dataset: one for both, unless their ranges differ by far.

    Then each is scaled by itself, as where one was saved as 0 … 1 and the other as 0 … 255.
    DataError if they are in no known range.
    """
    files = train, test
    spans = [file.high - file.low for file in files]
    alike = min(spans) > max(spans) / ALIKE and (train.low < 0) == (test.low < 0)
    if not alike and min(spans):  # one value only tells nothing
        first, second = (
            scale._replace(note=scale.note and f"In {file.name}: {scale.note}")
            for scale, file in zip(map(find_scale, files), files, strict=True)
        )
        if first[:2] != second[:2]:
            return first, second
    scale = find_scale(*files)
    return scale, scale


def find_scale(*files: Pixels) -> Scale:
    """The scale of the pixels of a dataset, which may lie in several files.

    DataError if they are in no known range.
    """
    low, high = min(file.low for file in files), max(file.high for file in files)
    whole = all(file.whole for file in files)
    if low >= 0 and high <= 255:
        return _positive(high, whole)
    if low >= -0.5 and high <= 0.5:
        return Scale(255, 0.5, "The pixels go from −0.5 to 0.5. They were scaled to 0 … 255.")
    if low >= -1 and high <= 1:
        return Scale(127.5, 1, "The pixels go from −1 to 1. They were scaled to 0 … 255.")
    if low < 0 and not whole and max(-low, high) <= STANDARDISED:
        note = f"The pixels go from {low:.3g} to {high:.3g}, as if standardised. "
        return Scale(255 / (high - low), -low, note + "They were scaled to 0 … 255.")
    raise DataError(next(file.first_wrong for file in files if file.first_wrong))


def _positive(high: float, whole: bool) -> Scale:
    """The scale of pixels from 0 to `high`, at most 255."""
    if high == 0:
        return Scale()
    if high == 1 and whole:
        note = "All pixels are 0 or 1, so 1 was taken for 255, which is white."
        return Scale(255, note=note)
    if high <= 1:
        return Scale(255, note="The pixels go from 0 to 1. They were multiplied by 255.")
    if high <= 16:
        note = f"The pixels go from 0 to {high:g}. They were multiplied by 255/{high:g}."
        return Scale(255 / high, note=note)
    if not whole:
        return Scale(note="The pixels were rounded to whole numbers.")
    dark = f"No pixel is brighter than {high:g}, though 255 is white."
    return Scale(note=dark if high < DARK else None)
