"""Reads and writes drawings as JSON lines, one drawing per line, plain or gzipped.

A line is `{"strokes": [[[x, y], …], …], "label": 7}`: each stroke is a list of points, x to the
right, y down, in any unit. The label is optional. Other keys are ignored, and so are further
values of a point, such as a time. Drawings without strokes, with a single point, or with NaN or
null coordinates are valid.

Other ways to write the same are read too: a stroke as the lists of its coordinates,
`[[x, x, …], [y, y, …]]`, as Quick, Draw! has it under the name "drawing"; points as
`{"x": x, "y": y}`; all drawings in one JSON array, or one drawing over several lines.
"""

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dataset import text
from dataset.errors import DataError
from dataset.splits import CLASSES

MAX_BYTES = 100_000_000  # of unpacked text
MAX_LISTS = 3_000_000  # [ and { of a file: parsed, each takes up to 70 times its length
MAX_BYTES_AT_ONCE, MAX_LISTS_AT_ONCE = 10_000_000, 300_000  # of a line, or of all in one array
MAX_STROKES = 2_000  # per drawing
MAX_VALUES = 5  # of a point: x, y, and perhaps a time, a pressure and a tilt
KEYS = "strokes", "drawing"  # the second as in Quick, Draw!
LINE = re.compile(r"\S[^\r\n]*")  # that is not blank
NO_POINTS = np.empty((0, 2))  # one for all strokes without, which may be many


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
            packed = file.read(len(text.GZIPPED)) == text.GZIPPED
            file.seek(0)
            with gzip.open(file) if packed else file as unpacked:
                content = unpacked.read(MAX_BYTES + 1)
    except OSError as error:  # includes bad gzip headers
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path} is truncated or damaged: pack it again with gzip.") from error
    return loads(content, path.name)


def loads(content: bytes, name: str = "the file") -> list[Drawing]:
    """Parse a file's bytes, as `read` does; `name` is used in error messages.

    Lists are counted before they are parsed, and lines parsed one at a time. Raises `DataError`.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than {MAX_BYTES // 10**6} MB: split it up.")
    if other := _other_kind(content[: text.HEAD]):
        raise DataError(f"{name} is {other}.")
    written = text.decode(content)
    if _count_lists(written) > MAX_LISTS:
        raise DataError(f"{name} holds over {MAX_LISTS:,} points or other lists: split it up.")
    whole = _whole(written)

    def found() -> Iterable[tuple[str, Any]]:  # again from the start, each time
        return _lines(written, name) if whole is None else whole

    by_axis = _lists_axes(data for _, data in found())
    drawings = []
    for place, data in found():
        try:
            drawings.append(_parse(data, by_axis))
        except DataError as error:
            raise DataError(f"{name}, {place}: {error}.") from error
    if not drawings:
        raise DataError(f'{name} holds no drawing: write one a line, {{"strokes": [[[x, y], …]]}}.')
    return drawings


def _other_kind(head: bytes) -> str | None:
    """What a file is that is no JSON, and what to do; None for what may be JSON."""
    start = text.decode(head).lstrip("\ufeff \r\n\t")
    if start[:1] in ("[", "{"):
        return None
    kind, mending = text.kind_of(head) or ("", "")
    if kind:
        useful = mending if mending.startswith(("unpack", "run", "download")) else ""
        return f"{kind}: {useful or 'use a file of drawings, one in each line as JSON'}"
    first, end, _ = start.partition("\n")
    if max(map(first.count, ",;\t")) > 1 and (end or first[0].isalpha()):
        return "a table: use a file of drawings, one in each line as JSON"
    return None


def _count_lists(written: str) -> int:
    """How many lists and objects a text may hold."""
    return written.count("[") + written.count("{")


def _is_much(written: str) -> bool:
    """Whether a text is too much to be parsed at once."""
    return len(written) > MAX_BYTES_AT_ONCE or _count_lists(written) > MAX_LISTS_AT_ONCE


def _whole(written: str) -> list[tuple[str, Any]] | None:
    """The places and data of drawings in one JSON value over all lines; None if it is not that."""
    if _is_much(written):
        return None
    try:
        whole = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if isinstance(whole, list):
        return [(f"drawing {number}", data) for number, data in enumerate(whole, start=1)]
    return [("line 1", whole)]


def _lines(written: str, name: str) -> Iterator[tuple[str, Any]]:
    """The places and data of drawings, one in each line that is not blank."""
    number, end = 1, 0
    for line in LINE.finditer(written):
        number += max(written.count(sign, end, line.start()) for sign in "\r\n")
        end = line.end()
        if _is_much(line[0]):
            problem = "it holds too much for one drawing: write each in a line of its own"
            raise DataError(f"{name}, line {number}: {problem}.")
        try:
            yield f"line {number}", json.loads(line[0])
        except (ValueError, RecursionError) as error:
            at = (
                f" from character {error.colno} on"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            problem = f"it is not JSON{at}: write one drawing in each line"
            raise DataError(f"{name}, line {number}: {problem}.") from error


def _lists_axes(found: Iterable[Any]) -> list[str]:
    """The keys under which strokes are the lists of their x and y, and perhaps of a time.

    Short ones may be lists of points too, but all points of a file have as many values, and seldom
    more than three.
    """
    all_sizes = {key: set() for key in KEYS}
    sure, unfit = set(), set()
    for data in found:
        key = _key(data)
        sizes = None if key is None else _sizes(data[key])
        if key is None or sizes is None:
            unfit.add(key)
            continue
        if any(length > MAX_VALUES for _, length in sizes):
            sure.add(key)
        all_sizes[key] |= sizes
    for key in set(KEYS) - sure - unfit:
        counts, lengths = ({size[n] for size in all_sizes[key]} for n in (0, 1))
        if lengths and (
            key == "drawing" or (len(counts) == 1 and (len(lengths) > 1 or max(lengths) > 3))
        ):
            sure.add(key)
    return list(sure)


def _sizes(strokes: list) -> set[tuple[int, int]] | None:
    """How many lists of which length the strokes are; None if some cannot be lists of axes."""
    sizes = set()
    for stroke in filter(None, strokes):
        if not isinstance(stroke, list) or not 2 <= len(stroke) <= 3:
            return None
        if not all(isinstance(axis, list) and len(axis) == len(stroke[0]) for axis in stroke):
            return None
        sizes.add((len(stroke), len(stroke[0])))
    return sizes


def _key(data: Any) -> str | None:
    """The name that the strokes of a drawing have."""
    if not isinstance(data, dict):
        return None
    return next((key for key in KEYS if isinstance(data.get(key), list)), None)


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


def _parse(data: Any, by_axis: list[str]) -> Drawing:
    key = _key(data)
    if key is None:
        raise DataError('"strokes" is missing: give a list of strokes, each a list of points')
    strokes = data[key]
    if len(strokes) > MAX_STROKES:
        raise DataError(f"it has {len(strokes):,} strokes, more than {MAX_STROKES:,}")
    if key in by_axis and _sizes(strokes) is not None:
        strokes = [[list(point) for point in zip(*stroke, strict=True)] for stroke in strokes]
    return Drawing([_stroke(stroke) for stroke in strokes], _label(data.get("label")))


def _label(label: Any) -> int | None:
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    name = label.strip() if isinstance(label, str) else label
    if label is None or name in CLASSES:
        return None if label is None else CLASSES.index(name)
    if type(label) is not int or not 0 <= label < len(CLASSES):
        raise DataError(
            f'"label" is {str(label)[:40]!r}: it must be a digit from 0 to {len(CLASSES) - 1}'
        )
    return label


def _stroke(stroke: Any) -> np.ndarray:
    if not isinstance(stroke, list):
        raise DataError(f"a stroke is {str(stroke)[:40]}: it must be a list of points [x, y]")
    if not stroke:
        return NO_POINTS
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
