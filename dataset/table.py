"""Reads labelled images from CSV, in the form of Kaggle's Digit Recognizer, plain or gzipped.

The header line is `label,pixel0,…,pixel783`; each further line is one image, pixels row by row from
the top left. The file is parsed in pieces, so it takes little more memory than its pixels.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pandas as pd

from dataset.errors import DataError
from dataset.splits import CLASSES, Dataset, Split

FIELD = 28
PIXELS = FIELD * FIELD
COLUMNS = ["label", *(f"pixel{i}" for i in range(PIXELS))]
HIGHEST = np.array([len(CLASSES) - 1] + [255] * PIXELS)  # allowed value in each column

MAX_BYTES = 300_000_000  # unpacked; 70,000 images take about 128 MB
MAX_LINE = 20_000  # bytes; the header takes 6,570
MAX_ROWS = 100_000
MIN_ROWS = 14  # one image in each split
PIECE = 4_000  # rows parsed at a time


def read(source: str | Path | BinaryIO, name: str) -> Dataset:
    """Read a CSV file, given as a path or a seekable binary file, as the dataset `name`.

    The last 1/7 of the rows becomes the test split and the 1/14 before it the validation split,
    MNIST's proportions. Raises `DataError` for anything but such a table.
    """
    if isinstance(source, str | Path):
        try:
            with open(source, "rb") as file:
                return read(file, name)
        except OSError as error:
            raise DataError(f"{name} cannot be read ({error.strerror}).") from error
    source.seek(0)
    packed = source.read(2) == b"\x1f\x8b"
    source.seek(0)
    try:
        file = cast(BinaryIO, gzip.GzipFile(fileobj=source)) if packed else source
        table = _read_table(file, name)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(f"{name} is damaged gzip: pack it again.") from error
    rows = len(table)
    images = np.ascontiguousarray(table[:, 1:]).reshape(rows, FIELD, FIELD)
    every = Split(images, table[:, 0].copy())
    test = rows - rows // 7
    validation = test - rows // 14
    return Dataset(name, every[:validation], every[validation:test], every[test:])


def _read_table(file: BinaryIO, name: str) -> np.ndarray:
    """All rows, columns in the order of COLUMNS: (N, 1 + PIXELS) uint8."""
    header = _read_header(file, name)
    lines = _lines(file, name)
    pieces, rows = [], 0
    while piece := list(islice(lines, PIECE)):
        pieces.append(_parse(piece, header, name, rows))
        rows += len(piece)
    if rows < MIN_ROWS:
        raise DataError(f"{name} has {rows} rows of pixels: provide {MIN_ROWS} or more.")
    return np.concatenate(pieces)


def _read_header(file: BinaryIO, name: str) -> list[str]:
    line = file.readline(MAX_LINE)
    if not line:
        raise DataError(f"{name} is empty: choose a CSV file with a header and rows.")
    header = [cell.strip(' "\r\n') for cell in line.decode("utf-8-sig", "replace").split(",")]
    missing = [column for column in COLUMNS if column not in header]
    if missing == COLUMNS:
        raise DataError(
            f"{name} is not a CSV file whose first line is label,pixel0,…,{COLUMNS[-1]}."
        )
    if missing == ["label"]:
        raise DataError(
            f"{name} has no column label, like Kaggle's test.csv: use train.csv, which has one."
        )
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise DataError(
            f"{name} lacks the column {missing[0]}{more}: add label and {PIXELS} pixels."
        )
    if len(header) > len(COLUMNS):
        extra = next(c for i, c in enumerate(header) if c not in COLUMNS or c in header[:i])
        raise DataError(f"{name} has a column {extra[:40]!r} too many: remove it.")
    return header


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The lines that are not blank; `DataError` unless each has one value per column."""
    size = row = 0
    for count, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), 1):
        size += len(line)
        if size > MAX_BYTES:
            raise DataError(f"{name} holds more than {MAX_BYTES // 1_000_000} MB: shorten it.")
        if count > MAX_ROWS:
            raise DataError(f"{name} has more than {MAX_ROWS:,} rows: shorten it.")
        if not line.strip():
            continue
        row += 1
        values = line.count(b",") + 1
        if values != len(COLUMNS):
            raise DataError(
                f"{name} has {values} values in row {row}: every row must have {len(COLUMNS)}."
            )
        yield line


def _parse(lines: list[bytes], header: list[str], name: str, rows_before: int) -> np.ndarray:
    data = io.BytesIO(b"".join(lines))
    frame = pd.read_csv(
        data, names=header, quoting=csv.QUOTE_NONE, encoding="latin-1", low_memory=False
    )[COLUMNS]
    values = frame.to_numpy()
    if values.dtype.kind not in "iuf":  # some cells are not numbers
        values = frame.astype(str).apply(pd.to_numeric, errors="coerce").to_numpy(float)
    with np.errstate(invalid="ignore"):  # a value outside 0…255 changes in the cast
        table = values.astype(np.uint8)
    wrong = (table != values) | (table > HIGHEST)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DataError(
            f"{name} has {str(frame.iat[row, column])[:40]!r} in row {rows_before + row + 1}, "
            f"column {COLUMNS[column]}: use whole numbers from 0 to {HIGHEST[column]}."
        )
    return table
