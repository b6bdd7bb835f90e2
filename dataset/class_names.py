"""Names of classes, from a file classes.txt beside IDX files or as EMNIST's are known."""

import json
import re
from pathlib import Path
from string import ascii_uppercase, digits

import numpy as np

from dataset import labels, text
from dataset.errors import DataError
from dataset.splits import MAX_CLASSES

FILE, MAX_BYTES = "classes.txt", 20_000  # all classes with the longest names
NUMBERED = re.compile(r"[\"']?(-?\d{1,9})[\"']?[\s:,;.=)-]+(?=\S)")
QUOTES = "'\" \t"

MERGED = digits + ascii_uppercase + "abdefghnqrt"  # small letters that differ from capitals
EMNIST = {  # what its labels stand for, from the first on: Cohen et al. 2017
    "letters": (1, ascii_uppercase),
    "balanced": (0, MERGED),
    "bymerge": (0, MERGED),
    "byclass": (0, digits + ascii_uppercase + ascii_uppercase.lower()),
}


def find(
    file: Path, parts: tuple[np.ndarray, np.ndarray]
) -> tuple[tuple[str, ...], list[np.ndarray], str | None]:
    """The classes, the labels of both parts as 0 … K − 1, and a note about them.

    `parts` are the whole numbers in the files of labels, of which `file` is the first. Names with
    numbers belong to these labels; others to 0, 1, 2 …, or to as many labels as there are, in
    order. Raises `DataError`.
    """
    values = np.unique(np.concatenate([np.unique(part) for part in parts]))
    if parts[0].min() == parts[0].max():
        values = values[values == parts[0][0]]  # refused below
    found, order = labels.name_classes([str(value) for value in values.tolist()], file.name)
    names = _read(file.with_name(FILE), values.tolist()) or _emnist(file.name, values)
    if names is None:
        codes = [order[np.searchsorted(values, part)] for part in parts]
        return found, codes, labels.note(found)
    if set(values.tolist()) <= set(names):  # a name for each label, used or not
        known = np.array(sorted(names))
    elif len(names) == len(values):
        known = values
    else:
        raise DataError(
            f"{FILE} in {file.parent.name} has {len(names)} lines: write one name for each of "
            f"the {len(values)} classes."
        )
    each = tuple(names[number] for number in sorted(names))
    if twice := next((name for name in each if each.count(name) > 1), None):
        raise DataError(
            f"{FILE} in {file.parent.name} has the name {twice[:40]!r} twice: give each class a "
            "name of its own."
        )
    codes = [np.searchsorted(known, part).astype(np.uint8) for part in parts]
    return each, codes, None


def _emnist(file: str, values: np.ndarray) -> dict[int, str] | None:
    match = re.match(r"emnist-(\w+)", file, re.IGNORECASE)
    first, names = EMNIST.get(match[1].lower() if match else "", (0, ""))
    known = dict(enumerate(names, first))
    return known if known and values.tolist() == list(known) else None


def _read(path: Path, values: list[int]) -> dict[int, str] | None:
    """The names in classes.txt by their labels, in any encoding; None without such a file."""
    if not path.is_file():
        return None
    try:
        with open(path, "rb") as file:
            content = text.decode(file.read(MAX_BYTES))
    except OSError as error:
        raise DataError(f"{FILE} cannot be read ({error.strerror}).") from error
    names = _by_number(_names(content), set(values))
    if any(len(name) > labels.MAX_NAME for name in names.values()):
        raise DataError(
            f"{FILE} in {path.parent.name} has a name of over {labels.MAX_NAME} letters: write "
            "one short name a line."
        )
    if not 2 <= len(names) <= MAX_CLASSES:
        raise DataError(
            f"{FILE} in {path.parent.name} has {len(names)} lines: write one name for each "
            f"class, 2 to {MAX_CLASSES}."
        )
    return names


def _names(content: str) -> list[str]:
    """The names as they are written: one a line, as JSON, or with commas between in one line."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        pairs = data.items()
        if all(type(number) is int for number in data.values()):  # {"Trouser": 1}
            pairs = ((number, name) for name, number in pairs)
        return [f"{number}: {name}" for number, name in pairs]
    if isinstance(data, list):
        return [str(name).strip() for name in data]
    lines = [line.strip() for line in content.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    sign = next((sign for sign in ",;\t" if len(lines) == 1 and sign in lines[0]), None)
    if sign:
        lines = [name.strip(QUOTES) for name in lines[0].strip("[]() ").split(sign)]
    return [line for line in lines if line]


def _by_number(names: list[str], values: set[int]) -> dict[int, str]:
    """The names by the numbers that all of them have, counted from 0 or 1; else in their order.

    A first line without a number is then the title of a table.
    """
    numbered = [NUMBERED.match(name) for name in names]
    if len(names) > 2 and not numbered[0] and all(numbered[1:]):
        names, numbered = names[1:], numbered[1:]
    found = {
        int(match[1]): name[match.end() :].strip(QUOTES)
        for name, match in zip(names, numbered, strict=True)
        if match
    }
    plain = dict(enumerate(names))
    if len(found) < len(names):
        return plain
    if values <= set(found):
        return found
    by_order = sorted(found) == list(range(min(found), min(found) + len(found)))
    if by_order and min(found) in (0, 1):
        return {number - min(found): name for number, name in found.items()}
    return plain
