"""Reads IDX files, the format of MNIST and its relatives, gzipped or plain.

A file has a big-endian header (two zero bytes, the type, the number of dimensions, one 32-bit
length per dimension), then the numbers of the array (http://yann.lecun.com/exdb/mnist). Headers are
not trusted: a file that claims more than MAX_IMAGES images or too many pixels is refused before
anything is allocated. Numbers may also be little-endian, which is noticed by their size.
"""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import cast

import numpy as np

from dataset import text
from dataset.errors import DataError
from dataset.pixels import MAX_BYTES, Pixels
from dataset.splits import MAX_SIDE, MIN_SIDE

TYPES = {8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8"}
MAX_IMAGES = 1_000_000  # per file; EMNIST has 814,255 in two
MAX_LABEL_COLUMNS = 128  # QMNIST has 8, one-hot labels one for each class
CHUNK = 1 << 18  # bytes read at a time
PIECE = 2_000  # images of other types than bytes turned into pixels at a time
HIGHEST = 100_000_000  # no length is greater: a file that says so has its bytes swapped


@dataclass
class Header:
    """What a file holds: `sides` has the number of images first."""

    name: str
    dtype: np.dtype
    sides: list[int]
    swapped: bool  # little-endian

    @property
    def verbatim(self) -> bool:
        return self.dtype == np.uint8 and not self.swapped


def read_images(path: Path) -> tuple[Pixels, tuple[int, ...], Header]:
    """The pixels of all images, the shape of one as stored, and the header. Raises `DataError`.

    The shape is (H, W), or (3, H, W) or (H, W, 3) in colour. Flat images must be square.
    """
    with _opened(path, "images") as (file, header):
        shape = _image_shape(header)
        count, size = header.sides[0], math.prod(shape)
        pixels = Pixels(path.name, lambda row, column: f"image {row + 1}, pixel {column + 1}")
        most = min(MAX_IMAGES, MAX_BYTES // (size * (1 if header.dtype.itemsize == 1 else 4)))
        if not 0 < count <= most:
            raise DataError(
                f"{path.name} claims to hold {count:,} images: use a file of 1 to {most:,}."
            )
        piece = count if header.dtype.itemsize == 1 else PIECE
        for start in range(0, count, piece):
            pixels.add(_read(file, header.dtype, (min(piece, count - start), size)))
        _check_end(file, path.name)
    return pixels, shape, header


def read_labels(path: Path) -> tuple[np.ndarray, Header]:
    """The labels (N,) as whole numbers, int64, and the header. Raises `DataError`.

    Of several columns the first counts, as in QMNIST, unless they are one-hot.
    """
    with _opened(path, "labels") as (file, header):
        count, *others = header.sides
        columns = math.prod(others)
        if not 0 < count <= MAX_IMAGES or not 0 < columns <= MAX_LABEL_COLUMNS:
            raise DataError(
                f"{path.name} claims to hold {math.prod(header.sides):,} labels: use a file of 1 "
                f"to {MAX_IMAGES:,}."
            )
        labels = _read(file, header.dtype, (count, columns))
        _check_end(file, path.name)
    one_hot = columns > 1 and bool(((labels == 0) | (labels == 1)).all())
    if one_hot and (labels.sum(axis=1) == 1).all():
        return labels.argmax(axis=1), header
    labels = labels[:, 0]
    with np.errstate(invalid="ignore"):
        whole = labels.astype(np.int64)
    if (whole != labels).any():
        wrong = labels[np.argmax(whole != labels)]
        raise DataError(f"{path.name} has the label {wrong:g}: use whole numbers.")
    return whole, header


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[tuple[BufferedIOBase, Header]]:
    """The open file behind its header; `DataError` for whatever is wrong, also while it is read."""
    name = path.name
    try:
        with open(path, "rb") as raw:
            file = cast(BufferedIOBase, raw)
            for _ in range(text.MAX_LAYERS):
                if file.peek(2)[:2] == text.GZIPPED:  # pyright: ignore[reportAttributeAccessIssue]
                    file = cast(BufferedIOBase, gzip.GzipFile(fileobj=file, mode="rb"))
            yield file, _header(file, name, kind)
    except FileNotFoundError as error:
        raise DataError(f"{name} is missing in {path.parent.name}.") from error
    except EOFError as error:
        raise DataError(f"{name} ends too early: download it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{name} is damaged gzip: download it again.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}).") from error


def _header(file: BufferedIOBase, name: str, kind: str) -> Header:
    magic = file.read(4)
    if not magic:
        raise DataError(f"{name} is empty: download it again.")
    swapped = magic[2:] == b"\0\0" and magic[:2] != b"\0\0"
    ordered = magic[::-1] if swapped else magic
    if len(magic) == 4 and (ordered[:2] != b"\0\0" or ordered[2] not in TYPES):
        found = text.kind_of(magic + file.read(text.HEAD))
        if found:
            raise DataError(f"{name} is {found[0]}: {found[1]}.")
    elif len(magic) < 4:
        raise EOFError
    if ordered[:2] != b"\0\0" or not 1 <= ordered[3] <= 4:
        usual = "00 00 08 03" if kind == "images" else "00 00 08 01"
        starts = f"it starts with {magic.hex(' ')}, not with {usual}"
        raise DataError(f"{name} is not an IDX file of {kind}: {starts}. Download it again.")
    if ordered[2] not in TYPES:
        unknown = f"its number type {ordered[2]} is unknown"
        raise DataError(
            f"{name} is not an IDX file of {kind}: {unknown}. Save it as bytes, type 8."
        )
    dimensions = ordered[3]
    content = file.read(4 * dimensions)
    if len(content) < 4 * dimensions:
        raise EOFError
    sides, other = (np.frombuffer(content, f"{order}u4").tolist() for order in "><")
    if max(sides) > HIGHEST >= max(other) or swapped:
        sides, swapped = other, True
    if (dimensions == 1) != (kind == "labels") and (dimensions > 2 or kind == "images"):
        holds = "labels" if kind == "images" else "images"
        raise DataError(
            f"{name} is not an IDX file of {kind}, it holds {holds}: give each file its own name."
        )
    return Header(name, np.dtype(("<" if swapped else ">") + TYPES[ordered[2]]), sides, swapped)


def _image_shape(header: Header) -> tuple[int, ...]:
    """The shape of one image as stored; DataError for images that are none, or of another size."""
    _, *sides = header.sides
    if len(sides) == 3 and 1 in (sides[0], sides[-1]):
        sides = sides[1:] if sides[0] == 1 else sides[:-1]
    flat = math.isqrt(sides[0]) if len(sides) == 1 else 0
    if len(sides) == 1 and flat**2 == sides[0]:
        sides = [flat, flat]
    lengths = sides
    if len(sides) == 3 and 3 in (sides[0], sides[-1]):
        lengths = sides[1:] if sides[0] == 3 else sides[:-1]
    if len(lengths) != 2 or not all(MIN_SIDE <= length <= MAX_SIDE for length in lengths):
        size = " × ".join(map(str, sides))
        raise DataError(
            f"{header.name} holds images of {size} pixels: use {MIN_SIDE} × {MIN_SIDE} to "
            f"{MAX_SIDE} × {MAX_SIDE}, in one channel or three."
        )
    return tuple(sides)


def _read(file: BufferedIOBase, dtype: np.dtype, shape: tuple[int, int]) -> np.ndarray:
    """The next numbers of the file. EOFError if it ends before."""
    array = np.empty(shape, dtype)
    rest = array.reshape(-1).view(np.uint8).data.cast("B")
    while rest:
        got = file.readinto(rest[:CHUNK])
        if not got:
            raise EOFError
        rest = rest[got:]
    return array


def _check_end(file: BufferedIOBase, name: str) -> None:
    if file.read(1):  # for gzip, reaching the end verifies the checksum
        raise DataError(f"{name} has bytes after its last image or label: download it again.")
