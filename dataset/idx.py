"""Reads IDX files, the format of MNIST and its relatives, gzipped or plain.

A file has a big-endian header (two zero bytes, the type 8 = uint8, the number of dimensions, one
32-bit length per dimension), then the bytes of the array (http://yann.lecun.com/exdb/mnist).
Headers are not trusted: a file that claims more than MAX_IMAGES images is refused.
"""

import gzip
import struct
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from dataset.errors import DataError
from dataset.splits import CLASSES, Dataset, Split

IMAGES = "images-idx3-ubyte"
LABELS = "labels-idx1-ubyte"
FILES = tuple(f"{part}-{kind}" for part in ("train", "t10k") for kind in (IMAGES, LABELS))
CLASS_FILE = "classes.txt"

VALIDATION = 5_000  # images at the end of the training file, but at most a twelfth of it
MAX_IMAGES = 100_000  # per file
MAX_CLASS_BYTES = 1_000
FIELD = 28
CHUNK = 1 << 18  # bytes read at a time


def is_complete(folder: Path) -> bool:
    """Whether `folder` has all four files, each gzipped (NAME.gz) or plain."""
    return all(_find(folder, name).is_file() for name in FILES)


def read(folder: Path) -> Dataset:
    """Read the dataset in `folder`; the end of the training file becomes the validation split.

    Raises `DataError` for a file that is missing, broken or not 28 × 28 images of ten classes.
    """
    training = _read_pair(folder, "train")
    test = _read_pair(folder, "t10k")
    if len(training) < 12:
        path = _find(folder, f"train-{LABELS}")
        raise DataError(f"{path.name} holds {len(training)} labels: provide 12 or more.")
    cut = len(training) - min(VALIDATION, len(training) // 12)
    return Dataset(folder.name, training[:cut], training[cut:], test, _read_classes(folder))


def _find(folder: Path, name: str) -> Path:
    gzipped = folder / f"{name}.gz"
    return gzipped if gzipped.is_file() else folder / name


def _read_pair(folder: Path, part: str) -> Split:
    paths = [_find(folder, f"{part}-{kind}") for kind in (IMAGES, LABELS)]
    images = _read_array(paths[0], (FIELD, FIELD))
    labels = _read_array(paths[1], ())
    if len(images) != len(labels):
        raise DataError(
            f"{paths[0].name} holds {len(images):,} images and {paths[1].name} {len(labels):,} "
            "labels: use two files of the same set."
        )
    if labels.max() >= len(CLASSES):
        raise DataError(
            f"{paths[1].name} holds the label {labels.max()}: use labels from 0 to "
            f"{len(CLASSES) - 1} only."
        )
    return Split(images, labels)


def _read_array(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Read the uint8 array (N, *shape) in the IDX file `path`. Raises `DataError`.

    `shape` is that of one image, or () for labels.
    """
    try:
        with open(path, "rb") as raw:
            if raw.peek(2)[:2] != b"\x1f\x8b":
                return _parse(raw, path.name, shape)
            with gzip.GzipFile(fileobj=raw) as unpacked:
                return _parse(unpacked, path.name, shape)
    except FileNotFoundError as error:
        raise DataError(
            f"{path.name} is missing in {path.parent.name}: add it, gzipped or plain."
        ) from error
    except EOFError as error:
        raise DataError(f"{path.name} ends too early: download it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path.name} is damaged gzip: download it again.") from error
    except OSError as error:
        raise DataError(f"{path.name} cannot be read ({error.strerror}).") from error


def _parse(file: BufferedIOBase, name: str, shape: tuple[int, ...]) -> np.ndarray:
    kind = "images" if shape else "labels"
    dimensions = 1 + len(shape)
    magic = file.read(4)
    if magic != bytes([0, 0, 8, dimensions]):
        if not magic:
            raise DataError(f"{name} is empty: download it again.")
        raise DataError(f"{name} is not an IDX file of {kind}: use the file of that name.")
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise EOFError
    count, *sides = struct.unpack(f">{dimensions}I", header)
    if tuple(sides) != shape:
        raise DataError(
            f"{name} holds images of {sides[0]} × {sides[1]} pixels: use {FIELD} × {FIELD}."
        )
    if not 0 < count <= MAX_IMAGES:
        raise DataError(
            f"{name} claims to hold {count:,} {kind}: use a file of 1 to {MAX_IMAGES:,}."
        )
    array = np.empty((count, *shape), np.uint8)
    rest = array.data.cast("B")
    while rest:
        got = file.readinto(rest[:CHUNK])
        if not got:
            raise EOFError
        rest = rest[got:]
    if file.read(1):  # for gzip, reaching the end verifies the checksum
        raise DataError(f"{name} has bytes after its last image or label: download it again.")
    return array


def _read_classes(folder: Path) -> tuple[str, ...]:
    path = folder / CLASS_FILE
    if not path.is_file():
        return CLASSES
    with open(path, "rb") as file:
        text = file.read(MAX_CLASS_BYTES).decode(errors="replace")
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(names) != len(CLASSES):
        raise DataError(
            f"{CLASS_FILE} in {folder.name} has {len(names)} lines: write one name for each of "
            f"the {len(CLASSES)} classes."
        )
    return names
