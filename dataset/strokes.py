"""Reads and writes drawings as JSON lines, one drawing per line, plain or gzipped.

A line is `{"strokes": [[[x, y], …], …], "label": 7}`: each stroke is a list of points, x to the
right, y down, in any unit. The label is optional. Other keys are ignored, and so are further
values of a point, such as a time. Drawings without strokes, with a single point, or with NaN or
null coordinates are valid.

Other ways to write the same are read too: a stroke as the lists of its coordinates,
`[[x, x, …], [y, y, …]]`, as Quick, Draw! has it under the name "drawing"; points as
`{"x": x, "y": y}`; all drawings in one JSON array, or one drawing over several lines.
"""

import codecs
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
MAX_VALUES = 5  # of a point: x, y, and perhaps a time, a pressure and a tilt
KEYS = "strokes", "drawing"  # the second as in Quick, Draw!
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
    found = _whole(content) or _lines(content, name)
    if not found:
        raise DataError(f'{name} holds no drawing: write one a line, {{"strokes": [[[x, y], …]]}}.')
    by_axis = {key: _lists_axes(found, key) for key in KEYS}
    drawings = []
    for place, data in found:
        try:
            drawings.append(_parse(data, by_axis))
        except DataError as error:
            raise DataError(f"{name}, {place}: {error}.") from error
    return drawings


def _whole(content: bytes) -> list[tuple[str, Any]]:
    """The places and data of drawings in one JSON value over all lines; none if it is not that."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return []
    if isinstance(whole, list):
        return [(f"drawing {number}", data) for number, data in enumerate(whole, start=1)]
    return [("line 1", whole)]


def _lines(content: bytes, name: str) -> list[tuple[str, Any]]:
    """The places and data of drawings, one in each line that is not blank."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    found = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append((f"line {number}", json.loads(line)))
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}, line {number}: it is not JSON.") from error
    return found


def _lists_axes(found: list[tuple[str, Any]], key: str) -> bool:
    """Whether the strokes of all drawings are the lists of their x and y, and perhaps of a time.

    They must be two or three lists of one length each. So may short lists of points be, but all
    points of a file have as many values, and seldom more than three.
    """
    sizes = set()
    for _, data in found:
        strokes = data.get(key) if isinstance(data, dict) else None
        for stroke in strokes if isinstance(strokes, list) else []:
            if not isinstance(stroke, list) or not all(isinstance(each, list) for each in stroke):
                return False
            if len({len(each) for each in stroke}) > 1:
                return False
            if stroke:
                sizes.add((len(stroke), len(stroke[0])))
    lists, lengths = ({size[n] for size in sizes} for n in (0, 1))
    if not sizes or not lists <= {2, 3}:
        return False
    return (
        key == "drawing"
        or max(lengths) > MAX_VALUES
        or (len(lists) == 1 and (len(lengths) > 1 or max(lengths) > 3))
    )


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


def _parse(data: Any, by_axis: dict[str, bool]) -> Drawing:
    data = data if isinstance(data, dict) else {}
    key = next((key for key in KEYS if isinstance(data.get(key), list)), None)
    if key is None:
        raise DataError('"strokes" is missing: give a list of strokes, each a list of points')
    strokes = data[key]
    if len(strokes) > MAX_STROKES:
        raise DataError(f"it has {len(strokes):,} strokes, more than {MAX_STROKES:,}")
    if by_axis[key]:
        strokes = [[list(point) for point in zip(*stroke, strict=True)] for stroke in strokes]
    return Drawing([_stroke(stroke) for stroke in strokes], _label(data.get("label")))


def _label(label: Any) -> int | None:
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    text = label.strip() if isinstance(label, str) else label
    if label is None or text in CLASSES:
        return None if label is None else CLASSES.index(text)
    if type(label) is not int or not 0 <= label < len(CLASSES):
        raise DataError(
            f'"label" is {str(label)[:40]!r}: it must be a digit from 0 to {len(CLASSES) - 1}'
        )
    return label


def _stroke(stroke: Any) -> np.ndarray:
    if not isinstance(stroke, list):
        raise DataError(f"a stroke is {str(stroke)[:40]}: it must be a list of points [x, y]")
    points = np.empty((len(stroke), 2))
    for row, point in enumerate(stroke):
        if isinstance(point, dict) and {"x", "y"} <= set(point):
            point = [point["x"], point["y"]]
        if not isinstance(point, list) or len(point) < 2:
            raise DataError(f"a point is {str(point)[:40]}: it must be [x, y]")
        if len(point) > MAX_VALUES:
            raise DataError(
                f"a point has {len(point)} numbers: give [x, y] for each, or for each stroke two "
                "lists of equal length, its x and its y"
            )
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
