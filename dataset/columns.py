"""What the columns of a table mean: which is the label, and which are pixels in which order.

Names are a hint only. Whatever is not the label, an index or the like must be n × n pixels, or
3 n × n in colour.
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dataset import pixel_order
from dataset.errors import DataError
from dataset.labels import shorten
from dataset.pixel_order import shapes
from dataset.splits import MAX_CLASSES, MAX_SIDE, MIN_SIDE

MAX_COLUMNS = 3 * MAX_SIDE**2 + 200  # with labels and others
LABELS = ("label", "labels", "class", "target", "y", "digit", "category", "classes", "targets",
          "class_label", "letter", "character")  # fmt: skip
INDEXES = ("", "id", "index", "idx", "row", "row_id", "rowid", "imageid", "image_id", "unnamed: 0",
           "unnamed:0", "no", "nr", "number", "#")  # fmt: skip
SEPARATORS = "\t;|,"
META = ("usage", "split", "set", "subset", "fold", "file", "filename", "path", "image", "name",
        "writer", "user", "source")  # fmt: skip
FLAGS = {"true": "1", "false": "0"}
NUMBERED = re.compile(r".*\d\D{0,6}")  # pixel7, 1x1, r0c0, 7_red
ONE_HOT = re.compile(rf"({'|'.join(LABELS)})[ _=:.-]*([^\W_]\w*)")  # one way to match only


@dataclass
class Columns:
    """The meaning of each column of a table."""

    names: list[str]  # as in the header, or column 1, column 2 …
    label: list[int]  # the column of the label, or those of one-hot labels
    classes: list[str]  # what the columns of one-hot labels stand for
    pixels: list[int]  # row by row from the top left; in colour see `planes`
    shape: tuple[int, ...]  # (H, W) or (3, H, W)
    planes: bool | None = None  # colours one after the other; False: pixel by pixel; None: unknown
    header: bool = True
    notes: tuple[str, ...] = ()


def separator(line: str) -> str:
    """What separates the values of a line: the rarest sign that does it well, or spaces."""
    for sign in SEPARATORS:
        if line.count(sign) >= MIN_SIDE**2 or sign == "," and "," in line:
            return sign
    return " "


def split(line: str, sign: str) -> list[str]:
    """The values of a line, without quotes and spaces around. Raises `csv.Error`."""
    if sign == " ":
        return line.replace('"', "").split()
    if '"' in line:
        return [
            cell.strip() for cell in next(csv.reader([line], delimiter=sign, strict=True), [""])
        ]
    return [cell.strip() for cell in line.split(sign)]


def understand(first: list[str], rows: list[list[str]], name: str) -> Columns:
    """The columns of the table `name`: its first line, and some of the others. Raises `DataError`.

    The first line is a header unless its values are numbers.
    """
    header = not _is_data(first)
    if not header:
        rows = [first, *rows]
        names = [f"column {number}" for number in range(1, len(first) + 1)]
    else:
        names = _match(first, rows)
    left = _without_indexes(names, rows, header)
    label, classes = _find_label(left, names, rows, name, header)
    pixels = [n for n in left if n not in label]
    lower = [each.lower() for each in names]
    found = pixel_order.find([lower[n] for n in pixels])
    if not found and header:  # other columns may stand between the pixels
        pixels = [n for n in pixels if NUMBERED.fullmatch(lower[n])]
        found = pixel_order.find([lower[n] for n in pixels])
    if not found:
        raise DataError(_wrong_count(name, [names[n] for n in left if n not in label]))
    order, shape, planes = found
    notes = []
    if len(label) > 1:
        notes.append(f"The {len(label)} columns from {names[label[0]][:40]} on are one-hot labels.")
    elif not header:
        notes.append(f"The file has no header: its {names[label[0]]} was taken for the label.")
    elif lower[label[0]] not in LABELS:
        title = names[label[0]][:40] or f"in place {label[0] + 1}"
        notes.append(f"The column {title} was taken for the label.")
    used = {*label, *pixels}
    if unused := [names[n] for n in left if n not in used]:
        several = len(unused) > 1
        some = shorten([each[:40] or "without a name" for each in unused])
        notes.append(f"The column{'s' * several} {some} {'were' if several else 'was'} left out.")
    return Columns(
        names, label, classes, [pixels[n] for n in order], shape, planes, header, tuple(notes)
    )


def number(cell: str) -> float:
    """The number that a value is, also with a decimal comma; `ValueError` if it is none."""
    if "_" in cell:  # which Python allows in numbers
        raise ValueError(f"{cell} is a name")
    return float(cell.replace(",", "."))


def is_number(cell: str) -> bool:
    """Whether a value is a number; NaN counts."""
    try:
        number(cell)
    except ValueError:
        return False
    return True


def is_one_hot(cells: Sequence[str]) -> bool:
    """Whether one of the values is 1 or True, and all others are 0 or False."""
    cells = [FLAGS.get(cell.lower(), cell) for cell in cells]
    if not all(map(is_number, cells)):
        return False
    *zeros, one = sorted(map(number, cells))
    return one == 1 and not any(zeros)


def _is_data(cells: list[str]) -> bool:
    """Whether the first line is a row of numbers rather than names, which may be numbers too."""
    values = [cell for cell in cells if cell]
    numbers = [cell for cell in values if is_number(cell)]
    if 2 * len(numbers) < len(values) or not numbers:
        return False
    whole = {int(cell) for cell in numbers if re.fullmatch(r"\d{1,9}", cell, re.ASCII)}
    if len(whole) == len(numbers) > 2 and min(whole) < 2 and max(whole) < min(whole) + len(whole):
        return False  # 0, 1, 2 … are pandas' names of columns
    # 0, 0.1, 0.2 … are its names where a row of data was taken for the header
    repeats = [cell.partition(".")[2] for cell in numbers if cell.startswith("0.")]
    return len(repeats) < 10 or repeats != [str(n) for n in range(1, len(repeats) + 1)]


def _match(first: list[str], rows: list[list[str]]) -> list[str]:
    """The header, with as many names as the rows have values where one differs by one."""
    if not rows:
        return first
    width = len(rows[0])
    if width == len(first) + 1:  # a separator at the end of rows, or row names as R writes them
        return [*first, ""] if not rows[0][-1] else ["", *first]
    if width == len(first) - 1 and not first[-1]:
        return first[:-1]
    return first


def _without_indexes(names: list[str], rows: list[list[str]], header: bool) -> list[int]:
    """The columns but for those that number the rows, and an empty one at the end of each line."""
    left = list(range(len(names)))
    ends = [row[-1] for row in rows if len(row) == len(names)]
    if ends and not any(ends) and (not header or not names[-1]):
        left.pop()
    if header and 2 * names.count("") < len(names):
        return [n for n in left if names[n].lower() not in INDEXES]
    firsts = [row[0] for row in rows if row]
    if len(firsts) < 3 or not shapes(len(left) - 2):
        return left
    numbers = [int(cell) for cell in firsts if re.fullmatch(r"\d{1,15}", cell, re.ASCII)]
    counted = len(numbers) == len(firsts) and all(b - a == 1 for a, b in pairwise(numbers))
    return left[1:] if counted else left


def _find_label(
    left: list[int], names: list[str], rows: list[list[str]], name: str, header: bool
) -> tuple[list[int], list[str]]:
    """The label's column, or those of one-hot labels and their classes."""
    lower = [each.lower() for each in names]
    if header:
        known = [n for label in LABELS for n in left if lower[n] == label]
        if known:
            return known[:1], []
        found = [(n, match[2]) for n in left if (match := ONE_HOT.fullmatch(lower[n]))]
        if _hold_one_hot([n for n, _ in found], rows):
            return [n for n, _ in found], [names[n][-len(text) :] for n, text in found]
        others = [n for n in left if names[n] and not NUMBERED.fullmatch(lower[n])]
        others = [n for n in others if lower[n] not in META] or others
        if len(others) == 1:
            return others, []
        if len(others) > 1 and len(others) < len(left) / 2 and not shapes(len(left) - 1):
            some = " and ".join(repr(names[n][:30]) for n in others[:2])
            raise DataError(f"{name} has the columns {some}: name the one with the labels 'label'.")
    if shapes(len(left) - 1):
        found, likely = _by_content(left, rows)
        if not likely:
            raise DataError(
                f"{name} has no column that stands out as the label: give it a header that names "
                "one 'label'."
            )
        return [found], []
    for classes in range(2, MAX_CLASSES + 1):
        if shapes(len(left) - classes):
            for columns in (left[:classes], left[-classes:]):
                if _hold_one_hot(columns, rows):
                    return columns, [str(k) for k in range(classes)]
    if shapes(len(left)):
        raise DataError(
            f"{name} has {len(left)} columns of pixels but no label, like Kaggle's test.csv: use "
            "a file with a column named label, such as train.csv."
        )
    if more := next((more for more in (1, 2, 3) if shapes(len(left) - 1 - more)), 0):
        pixels = len(left) - 1 - more
        raise DataError(
            f"{name} has {len(left):,} columns: {pixels:,} pixels, a label and {more} more. Remove "
            "what is neither label nor pixel."
        )
    raise DataError(_wrong_count(name, [names[n] for n in left]))


def _hold_one_hot(columns: Sequence[int], rows: list[list[str]]) -> bool:
    """Whether in each row one of these columns is 1 and the others are 0."""
    return (
        bool(rows)
        and 2 <= len(columns) <= MAX_CLASSES
        and all(is_one_hot([row[n] for n in columns if n < len(row)] or [""]) for row in rows)
    )


def _by_content(left: list[int], rows: list[list[str]]) -> tuple[int, int]:
    """The first or the last column, whichever looks more like a label, and how much it does."""
    first, last = (_likeness([row[n] for row in rows if n < len(row)]) for n in (left[0], left[-1]))
    return (left[-1], last) if last > first else (left[0], first)


def _likeness(cells: list[str]) -> int:
    """How much the values of a column look like labels: 0 to 3. A corner's pixels seldom vary."""
    if not all(map(is_number, cells)):
        return 3
    numbers = {number(cell) for cell in cells}
    if any(number % 1 for number in numbers) or max(numbers, default=0) > MAX_CLASSES:
        return 0
    return 2 if len(numbers) > 1 else 1


def _wrong_count(name: str, names: list[str]) -> str:
    """A sentence about a table whose pixels are not n × n."""
    count = len(names)
    if count < MIN_SIDE**2:
        return (
            f"{name} is not a table of images: each row needs a label and n × n pixels, such as "
            "785 values."
        )
    twice = [each for each, times in Counter(names).items() if each and times > 1]
    if 0 < len(twice) < count / 4:
        return f"{name} has the column {twice[0][:40]!r} twice: remove one."
    side = math.isqrt(count)
    if side**2 == count:
        return (
            f"{name} holds images of {side} × {side}: use at most {MAX_SIDE} × {MAX_SIDE} pixels."
        )
    return (
        f"{name} has {count:,} columns of pixels{_missing(names)}: use n × n of them, such as 784 "
        "for 28 × 28, or 3 n × n in colour, and a label."
    )


def _missing(names: list[str]) -> str:
    """Which pixel a sequence of numbered names lacks: ", but no pixel5"."""
    numbers = {}
    for name in names:
        if match := re.fullmatch(r"(\D*)(\d{1,6})", name):
            numbers.setdefault(match[1], set()).add(int(match[2]))
    for text, found in numbers.items():
        gaps = set(range(min(found), max(found))) - found
        if 0 < len(gaps) < len(found):
            return f", but no {text[:30]}{min(gaps)}"
    return ""
