"""From strokes to the digits that are read: each part of a drawing is rendered once.

Finding the digits of a number means judging many possible parts of the drawing. Those that turn out
to be the digits keep their images, so nothing is rendered again to read them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dataset.ink import render, segment
from dataset.variants import views

BATCH = 2_000  # drawings rendered together, to bound the memory

Judge = Callable[[np.ndarray], Iterable[float]]


class Digit(NamedTuple):
    """One digit as it is read."""

    strokes: list[np.ndarray]  # none if it came as an image
    views: np.ndarray  # (V, 28, 28) uint8, the first as drawn


def find(strokes: render.Strokes, judge: Judge) -> list[Digit]:
    """The digits of a drawing, from left to right; none if nothing is drawn.

    `judge(views)` takes views (N, V, 28, 28) of parts of the drawing and says how much each looks
    like one digit, as `segment.split` asks for. It is called once, or not at all.
    """
    strokes = render.clean(strokes)
    rendered = {}  # by the identity of the part; `split` gives the parts it judged, not copies

    def judge_parts(parts: list[list[np.ndarray]]) -> Iterable[float]:
        images = views.of_drawings(parts)
        rendered.update(zip(map(id, parts), images, strict=True))
        return judge(images)

    if not strokes:
        return []
    parts = segment.split(strokes, judge_parts)
    if not rendered:  # one digit beyond doubt
        return [Digit(part, views.of_drawings([part])[0]) for part in parts]
    return [Digit(part, rendered[id(part)]) for part in parts]


def whole(strokes: render.Strokes) -> list[Digit]:
    """The whole drawing as one, of a letter or anything else; none if nothing is drawn.

    Nothing is left out or shortened, as it is in digits.
    """
    strokes = render.clean(strokes, as_drawn=True)
    return [Digit(strokes, views.of_drawings([strokes], as_drawn=True)[0])] if strokes else []


def views_of(digits: Sequence[Digit]) -> np.ndarray:
    """(N, V, 28, 28) uint8."""
    images = np.array([digit.views for digit in digits], np.uint8)
    return images.reshape(-1, views.COUNT, render.FIELD, render.FIELD)


def batches(drawings: Sequence[render.Strokes], size: int = BATCH) -> Iterator[np.ndarray]:
    """Views (n, V, 28, 28) of many drawings of one digit each, at most `size` at a time."""
    for start in range(0, len(drawings), size):
        yield views.of_drawings(drawings[start : start + size])
