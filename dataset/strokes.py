"""Reads and writes drawings as JSON lines, one drawing per line, plain or gzipped.

A line is `{"strokes": [[[x, y], …], …], "label": 7}`: each stroke is a list of points, x to the
right, y down, in any unit. The label is optional. Other keys are ignored, and so are further
values of a point, such as a time. Drawings without strokes, with a single point, or with NaN or
null coordinates are valid.
"""

import gzip
import json
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dataset.errors import DataError
from dataset.splits import CLASSES

MAX_BYTES = 200_000_000  # of unpacked text
MAX_STROKES = 2_000  # per drawing
GZIPPED = b"\x1f\x8b"  # the first bytes of a gzipped file


@dataclass(frozen=True, eq=False)
class Drawing:
    """`strokes`: one float array (P, 2) of [x, y] per stroke; `label`: 0 … 9 or None."""

    strokes: list[np.ndarray]
    label: int | None = None


def read(path: str | Path) -> list[Drawing]:
    """Read the drawings of a file. Raises `DataError`, which names the file and the line."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            packed = file.read(len(GZIPPED)) == GZIPPED
            file.seek(0)
            with gzip.open(file) if packed else file as text:
                content = text.read(MAX_BYTES + 1)
    except OSError as error:  # includes bad gzip headers
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path} is truncated or damaged: pack it again with gzip.") from error
    return loads(content, path.name)


def loads(content: bytes, name: str = "the file") -> list[Drawing]:
    """Parse a file's bytes, as `read` does; `name` is used in error messages."""
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than {MAX_BYTES // 10**6} MB: split it up.")
    drawings = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            drawings.append(_parse(json.loads(line)))
        except (ValueError, TypeError, RecursionError) as error:
            reason = str(error) if isinstance(error, DataError) else "it is not JSON"
            raise DataError(f"{name}, line {number}: {reason}.") from error
    if not drawings:
        raise DataError(f'{name} holds no drawing: write one a line, {{"strokes": [[[x, y], …]]}}.')
    return drawings


def dumps(drawings: list[Drawing]) -> str:
    """The text of a file, the inverse of `loads`. NaN becomes null."""
    lines = []
    for drawing in drawings:
        label = {} if drawing.label is None else {"label": drawing.label}
        strokes = [
            [[value if math.isfinite(value) else None for value in point] for point in stroke]
            for stroke in (np.asarray(stroke, float).tolist() for stroke in drawing.strokes)
        ]
        lines.append(json.dumps({**label, "strokes": strokes}) + "\n")
    return "".join(lines)


def _parse(data: Any) -> Drawing:
    strokes = data.get("strokes") if isinstance(data, dict) else None
    if not isinstance(strokes, list):
        raise DataError('"strokes" is missing: give a list of strokes, each a list of points')
    if len(strokes) > MAX_STROKES:
        raise DataError(f"it has {len(strokes):,} strokes, more than {MAX_STROKES:,}")
    label = data.get("label")
    if label is not None and not (type(label) is int and 0 <= label < len(CLASSES)):
        raise DataError(
            f'"label" is {str(label)[:40]!r}: it must be a digit from 0 to {len(CLASSES) - 1}'
        )
    return Drawing([_stroke(stroke) for stroke in strokes], label)


def _stroke(stroke: Any) -> np.ndarray:
    if not isinstance(stroke, list):
        raise DataError(f"a stroke is {str(stroke)[:40]}: it must be a list of points [x, y]")
    points = np.empty((len(stroke), 2))
    for row, point in enumerate(stroke):
        if not isinstance(point, list) or len(point) < 2:
            raise DataError(f"a point is {str(point)[:40]}: it must be [x, y]")
        points[row] = [_coordinate(value) for value in point[:2]]
    return points


def _coordinate(value: Any) -> float:
    if value is None:
        return math.nan
    if type(value) not in (int, float):
        raise DataError(f"a coordinate is {str(value)[:40]!r}: it must be a number")
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf
