"""The rows of a table: each line is cut into its label and its pixels, still as text."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO
from zipfile import ZipExtFile

from dataset import columns, text
from dataset.errors import DataError
from dataset.splits import MAX_SIDE, MIN_SIDE

MAX_LINE = 400_000  # characters; an image of 64 × 64 in colour has 12,288 values
MAX_SAMPLE = 500_000  # characters of the lines by which the columns are understood
SAMPLE = 100  # lines, likewise
COMMENTS = ("#", "%")
SIGNS = ",;\t| "  # at the end of a line above the header
INSIDE = "\x1f"  # stands for a separator within quotes


class Rows:
    """Iterates over an open table → (label, pixels as text, in order, with `separator` between).

    `columns` says what was understood of the table. The limits are numbers of characters and of
    rows. Raises `DataError`.
    """

    def __init__(self, opened: TextIO, name: str, max_size: int, max_rows: int):
        self.name, self.max_rows = name, max_rows
        self._as_is = opened.encoding == "utf-8" and not isinstance(opened.buffer, ZipExtFile)
        lines = _lines(opened, name, max_size)
        first = next(lines, "")
        if first.lower().startswith("sep=") and len(first) == 5:  # a hint for Excel
            first = next(lines, "")
        if first.startswith("'") and first.count("'") > MIN_SIDE**2:
            first, lines = first.replace("'", '"'), (line.replace("'", '"') for line in lines)
        sample, title = _sample(lines), None
        if sample and "[" in sample[0]:  # a list as Python or JSON writes it: [70, 80, 82 …
            sample, lines = list(map(_without_commas, sample)), map(_without_commas, lines)
        if sample and _is_title(first, sample[0]):
            title, first = first, sample.pop(0)
        names, written = first.split(","), first
        found = (
            (n, _listed(cell)) for line in sample[:1] for n, cell in enumerate(line.split(","))
        )
        place, values = next((each for each in found if each[1]), (len(names), []))
        if place < len(names) > 1:  # all pixels of an image in one cell
            names[place : place + 1] = [f"pixel{n}" for n in range(len(values))]
            first, sample = ",".join(names), list(map(_unpack, sample))
            lines = map(_unpack, lines)
        self.sign = columns.separator(first)
        if first.count(self.sign) > columns.MAX_COLUMNS:
            raise DataError(
                f"{name} has over {columns.MAX_COLUMNS:,} columns: images may have up to "
                f"{MAX_SIDE} × {MAX_SIDE} pixels in three colours."
            )
        short = [line for line in sample if line.count(self.sign) <= columns.MAX_COLUMNS]
        short = [line for line in short if line not in (first, written)]  # headers once more
        try:
            names, *cells = [columns.split(line, self.sign) for line in (first, *short)]
        except csv.Error as error:
            raise DataError(f"{name} has quotes that do not close: remove them.") from error
        self.columns = columns.understand(names, cells, name)
        if title:
            notes = f"The first line, {title.strip(SIGNS)[:40]!r}, was skipped as a title."
            self.columns.notes = (*self.columns.notes, notes)
        self._headers = {first, written} if self.columns.header else set()
        self._lines = chain([] if self.columns.header else [first], sample, lines)
        self.width = len(self.columns.names)
        order = self.columns.pixels
        block = list(range(order[0], order[0] + len(order)))
        self._block = (block[0], block[-1] + 1) if order == block else None
        self.separator = "\t" if self.sign == " " else self.sign

    @property
    def plain(self) -> bool:
        """Whether the label comes first and all other columns are pixels in order."""
        label, block = self.columns.label == [0], self._block == (1, self.width)
        return self.sign == "," and self.columns.header and label and block and self._as_is

    def __iter__(self) -> Iterator[tuple[str, str]]:
        row = 0
        for line in self._lines:
            if line in self._headers:  # once more, where files were joined
                continue
            row += 1
            if row > self.max_rows:
                raise DataError(f"{self.name} has more than {self.max_rows:,} rows: shorten it.")
            try:
                yield self._cut(line, row)
            except csv.Error as error:
                raise DataError(
                    f"{self.name} has quotes that do not close in row {row}."
                ) from error

    def _cut(self, line: str, row: int) -> tuple[str, str]:
        sign = self.separator
        if self.sign == " " or '"' in line:
            cells = columns.split(line, self.sign)
            line = sign.join(self._unquoted(cell) for cell in cells)
        values = line.count(sign) + 1
        if values == self.width + 1 and line.endswith(sign):
            line, values = line[:-1], self.width
        elif values == self.width - 1 and not self.columns.names[-1]:
            line, values = line + sign, self.width
        if values != self.width:
            raise DataError(
                f"{self.name} has {values:,} values in row {row}: every row must have {self.width}."
            )
        if self._block is None:
            others = line.split(sign)
            pixels = sign.join(others[n] for n in self.columns.pixels)
        else:
            start, stop = self._block
            *before, pixels = line.split(sign, start)
            pixels, *after = pixels.rsplit(sign, self.width - stop)
            others = [*before, *[""] * (stop - start), *after]
        if sign != ",":
            pixels = pixels.replace(",", ".")  # decimals as in much of Europe
        return self._label([others[n].strip() for n in self.columns.label], row), pixels

    def _unquoted(self, cell: str) -> str:
        if "," in cell and columns.is_number(cell):
            return cell.replace(",", ".")
        return cell.replace(self.separator, INSIDE)

    def _label(self, cells: list[str], row: int) -> str:
        if len(cells) == 1:
            return text.mend(cells[0].replace(INSIDE, self.separator))
        if not columns.is_one_hot(cells):
            raise DataError(
                f"{self.name} has no single 1 among the labels of row {row}: one-hot labels have a "
                "1 for the class and 0 for all others."
            )
        ones = [columns.is_one_hot([cell, "0"]) for cell in cells]
        return self.columns.classes[ones.index(True)]


def _is_title(first: str, second: str) -> bool:
    """Whether the first line is one of few words above the names or values of many columns.

    Programs that calculate fill it up with empty cells; then names must follow.
    """
    words = first.rstrip(SIGNS)
    many = [sign for sign in columns.SEPARATORS if second.count(sign) >= MIN_SIDE**2]
    filled = words != first and not second.lstrip('"')[:1].isalpha()
    return bool(many) and max(map(words.count, many)) < MIN_SIDE and not filled


def _without_commas(line: str) -> str:
    """A line with a list of pixels in brackets → with spaces between them."""
    start, end = line.find("["), line.rfind("]") + 1
    if not 0 <= start < end:
        return line
    return line[:start] + line[start:end].replace(",", " ") + line[end:]


def _unpack(line: str) -> str:
    """A line with a list of pixels in one cell → each in a cell of its own."""
    return ",".join(",".join(_listed(cell)) or cell for cell in line.split(","))


def _listed(cell: str) -> list[str]:
    """The pixels of an image in one cell, as in FER2013: 70 80 82 …; [] for any other cell."""
    cell = cell.strip('"[] ')
    values = cell.split() if cell.replace(" ", "").isdecimal() else []
    return values if len(values) >= MIN_SIDE**2 else []


def _lines(opened: TextIO, name: str, max_size: int) -> Iterator[str]:
    """The lines that are neither blank nor comments. DataError for more than `max_size`."""
    size = 0
    while line := opened.readline(MAX_LINE):
        size += len(line)
        if size > max_size:
            raise DataError(f"{name} holds more than {max_size // 10**6:,} MB: shorten it.")
        line = line.strip("\r\n \ufeff")
        if line and not line.startswith(COMMENTS):
            yield line


def _sample(lines: Iterator[str]) -> list[str]:
    sample, size = [], 0
    for line in islice(lines, SAMPLE):
        sample.append(line)
        size += len(line)
        if size > MAX_SAMPLE:
            break
    return sample
