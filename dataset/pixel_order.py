"""Which column of a table is which pixel, by how many there are and by their names."""

import math
import re
from collections.abc import Sequence

from dataset.splits import MAX_SIDE, MIN_SIDE


def shapes(count: int) -> list[tuple[int, ...]]:
    """The shapes that square images of `count` values may have: one or none."""
    for channels in (1, 3):
        side = math.isqrt(max(count, 0) // channels)
        if channels * side**2 == count and MIN_SIDE <= side <= MAX_SIDE:
            return [(side, side) if channels == 1 else (3, side, side)]
    return []


def find(names: list[str]) -> tuple[list[int], tuple[int, ...], bool | None] | None:
    """Pixels by their names → (positions from the top left, shape of an image, `planes`).

    Numbers in the names give the order where they are complete: 0 … 783, 1x1 … 28x28, or with a
    third number or a letter for the colour. Else the order stays. None for other counts.
    """
    keys = [tuple(int(text) for text in re.findall(r"\d{1,6}", name)) for name in names]
    if colours := _colours(names):
        keys = [(colour, *key) for colour, key in zip(colours, keys, strict=True)]
    order = sorted(range(len(names)), key=keys.__getitem__)
    sides = _grid(keys)
    lengths = [side for side in sides if side != 3] if len(sides) == 3 else sides
    if len(sides) > 1 and len(lengths) == 2 and all(MIN_SIDE <= n <= MAX_SIDE for n in lengths):
        if len(sides) == 2:
            return order, tuple(sides), None
        if sides[1] != 3:
            return order, (3, *lengths), sides[0] == 3
    square = shapes(len(names))
    if not square:
        return None
    if colours and len(sides) == 2:
        return order, square[0], True
    return order if len(sides) == 1 else list(range(len(names))), square[0], None


def _grid(keys: Sequence[tuple[int, ...]]) -> list[int]:
    """The sides of the box that tuples of numbers fill, each place once; [] if they do not."""
    if not keys or len(set(map(len, keys))) != 1 or len(set(keys)) != len(keys):
        return []
    ranges = [(min(numbers), max(numbers)) for numbers in zip(*keys, strict=True)]
    sides = [high - low + 1 for low, high in ranges]
    starts = all(low in (0, 1) for low, _ in ranges)
    return sides if sides and starts and math.prod(sides) == len(keys) else []


def _colours(names: list[str]) -> list[int]:
    """0, 1 or 2 for each name that says red, green or blue, or r, g or b; [] if not all do."""
    kinds = [re.sub(r"\d+", "#", name) for name in names]
    colour = {
        kind: number
        for kind in set(kinds)
        for number, word in enumerate(("r(ed)?", "g(reen)?", "b(lue)?"))
        if re.search(rf"(^|[^a-z]){word}($|[^a-z])", kind)
    }
    complete = len(set(kinds)) == 3 and sorted(colour.values()) == [0, 1, 2]
    return [colour[kind] for kind in kinds] if complete else []
