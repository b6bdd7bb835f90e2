"""Reads labelled images from a CSV file: one image a row, with its label and its pixels.

Text is read in any encoding (`dataset.text`), columns are found by what they mean
(`dataset.columns`) and pixels may have any usual range (`dataset.pixels`). The file is parsed in
pieces, so it takes little more memory than its pixels.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
import pandas as pd

from dataset import labels, oddities, text
from dataset.errors import DataError
from dataset.pixels import Pixels, find_scale
from dataset.rows import Rows
from dataset.splits import Dataset, Split

MAX_BYTES = 300_000_000  # of an upload, unpacked; 70,000 images take about 128 MB
MAX_ROWS = 100_000  # of an upload
MAX_BYTES_ON_DISK = 4_000_000_000  # of a file given by its path
MAX_ROWS_ON_DISK = 1_000_000
MIN_ROWS = 14  # one image in each split
MAX_LABELS = 1_000  # different texts, some of which may mean the same
PIECE = 8_000_000  # characters parsed at a time: four thousand rows of 28 × 28 pixels
MISSING = ("", "nan", "na", "n/a", "null", "none")
NAMES = ("na", "null", "none")  # of these the ones that are labels where other labels are words


def read(source: str | Path | BinaryIO, name: str) -> Dataset:
    """Read a CSV file, given as a path or a seekable binary file, as the dataset `name`.

    The last 1/7 of the rows becomes the test split and the 1/14 before it the validation split,
    MNIST's proportions; rows that are sorted by label are shuffled before. The limits of a binary
    file, which is somebody's upload, are lower than those of a path. Raises `DataError` for
    anything but such a table.
    """
    if not isinstance(source, str | Path):
        return _read(source, name, MAX_BYTES, MAX_ROWS)
    try:
        with open(source, "rb") as file:
            return _read(file, name, MAX_BYTES_ON_DISK, MAX_ROWS_ON_DISK)
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}).") from error


def _read(file: BinaryIO, name: str, max_size: int, max_rows: int) -> Dataset:
    with text.reading(file, name) as opened:
        rows = Rows(opened, name, max_size, max_rows)
        pixels, written, codes = _read_rows(rows, name)
    if len(codes) < MIN_ROWS:
        raise DataError(f"{name} has {len(codes)} rows of pixels: provide {MIN_ROWS} or more.")
    scale = find_scale(pixels)
    classes, numbers = labels.name_classes(written, name)
    images, order = _shape(pixels.scaled(scale), rows)
    every, shuffled = oddities.shuffle(Split(images, numbers[codes]))
    test = len(codes) - len(codes) // 7
    validation = test - len(codes) // 14
    data = Dataset(
        name,
        every[:validation],
        every[validation:test],
        every[test:],
        classes,
        tuple(filter(None, (*rows.columns.notes, labels.note(classes), scale.note, order))),
        # Whether a program that takes the first column for the label reads the same
        rows.plain
        and len(rows.columns.shape) == 2
        and not scale.changes
        and all(label == str(code) for label, code in zip(written, numbers, strict=True)),
    )
    return oddities.examine(data, shuffled)


def _read_rows(rows: Rows, name: str) -> tuple[Pixels, list[str], np.ndarray]:
    """All pixels, the different labels as written, and for each row the index of its own."""
    names = [rows.columns.names[n] or f"number {n + 1}" for n in rows.columns.pixels]
    pixels = Pixels(name, lambda row, column: f"row {row + 1}, column {names[column][:40]}")
    written: dict[str, int] = {}
    codes, missing = [], None
    for piece in _pieces(rows):
        for label, _ in piece:
            if missing is None and label.lower() in MISSING:
                missing = len(codes) + 1
            if label.lower() in MISSING and label.lower() not in NAMES:
                raise DataError(f"{name} has no label in row {missing}: add it, or remove the row.")
            codes.append(written.setdefault(label, len(written)))
        if len(written) > MAX_LABELS:
            title = rows.columns.names[rows.columns.label[0]][:40]
            raise DataError(
                f"{name} has over {MAX_LABELS:,} different labels in the column {title!r}: name "
                "the column that holds the labels 'label'."
            )
        pixels.add(_numbers([line for _, line in piece], rows.separator, pixels))
    others = [label for label in written if label.lower() not in NAMES]
    if missing and not np.isnan([labels.number_of(label) for label in others]).any():
        raise DataError(f"{name} has no label in row {missing}: add it, or remove the row.")
    return pixels, list(written), np.array(codes, np.intp)


def _pieces(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The rows, as many at a time as reach `PIECE`: they may be short and many, or few and long."""
    piece, size = [], 0
    for row in rows:
        piece.append(row)
        size += len(row[1])
        if size >= PIECE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _numbers(lines: list[str], separator: str, pixels: Pixels) -> np.ndarray:
    """Lines of pixels → (n, pixels) numbers; DataError for cells that are none."""
    data = io.BytesIO("\n".join(lines).encode(errors="replace"))
    frame = pd.read_csv(
        data,
        header=None,
        sep=separator,
        quoting=csv.QUOTE_NONE,
        skipinitialspace=True,
        skip_blank_lines=False,
        low_memory=False,
    )
    plain = np.array([kind.kind in "iuf" for kind in frame.dtypes])
    if plain.all():
        values = frame.to_numpy()
    else:  # some cells are not numbers, or are too long for one
        values = np.empty(frame.shape)
        values[:, plain] = frame.loc[:, plain].to_numpy(float)
    for column in np.flatnonzero(~plain):
        cells = frame[column].astype(str)
        values[:, column] = np.asarray(pd.to_numeric(cells, errors="coerce"), float)
        if not np.isfinite(values[:, column]).all():  # one is enough: the others may be as many
            _refuse(lines, separator, pixels, ~np.isfinite(values[:, [column]]), int(column))
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        _refuse(lines, separator, pixels, ~np.isfinite(values))
    return values


def _refuse(
    lines: list[str], separator: str, pixels: Pixels, wrong: np.ndarray, first: int = 0
) -> NoReturn:
    """DataError for the first of the `wrong` cells of the columns from `first` on."""
    row, column = (int(n) for n in np.argwhere(wrong)[0])
    cell = lines[row].split(separator)[first + column].strip()
    mending = "write 0 for a pixel without a value" if cell.lower() in MISSING else None
    shown = repr(cell[:40]) if cell else "an empty cell"
    raise DataError(pixels.refusal(shown, row, first + column, mending))


def _shape(images: np.ndarray, rows: Rows) -> tuple[np.ndarray, str | None]:
    """(N, pixels) → (N, H, W) or (N, 3, H, W), and how the colours were found to be stored."""
    shape = rows.columns.shape
    if len(shape) == 2:
        return images.reshape(-1, *shape), None
    planes = rows.columns.planes
    if planes is None:
        planes = oddities.has_planes(images, shape)
    if planes:
        order = "all red values, then all green, then all blue"
        return images.reshape(-1, *shape), f"A row holds the colours one by one: {order}."
    _, height, width = shape
    images = images.reshape(-1, height, width, 3).transpose(0, 3, 1, 2)
    order = "red, green and blue of each pixel in turn"
    if planes is None:
        return np.ascontiguousarray(images), f"The colours were taken as {order}, which is a guess."
    return np.ascontiguousarray(images), f"A row holds {order}."
