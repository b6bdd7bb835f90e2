"""Segments a drawn number into digits.

Strokes that overlap horizontally belong to one digit. Of all ways to join the remaining groups into
digits the best is chosen, by how much each piece looks like a digit and how wide the gaps are.
"""

from collections.abc import Callable, Iterable

import numpy as np

from dataset.ink import render

OVERLAP = 0.4  # of the narrower group's width: groups that share this much are joined
MAX_GROUPS_PER_DIGIT = 3
MAX_GROUPS = 12  # a drawing with more is a scribble, which is not cut
GAP = 0.15  # of the drawing's height: a narrower gap counts for one digit, a wider one against
GAP_WEIGHT = 6.0  # how much a gap, in heights, counts against a score

Judge = Callable[[list[list[np.ndarray]]], Iterable[float]]


def split(strokes: render.Strokes, judge: Judge) -> list[list[np.ndarray]]:
    """Strokes → one list of strokes per digit, from left to right.

    `judge(drawings)` gives each drawing a score: about 0 for a typical digit, lower for what looks
    less like one. It is called at most once, and only if there is something to decide.
    """
    cleaned = render.clean(strokes)
    groups = _groups(cleaned)
    if not 2 <= len(groups) <= MAX_GROUPS:
        return [cleaned]
    spans = [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups) + 1)]
    whole = (0, len(groups))
    spans = [(a, b) for a, b in spans if b - a <= MAX_GROUPS_PER_DIGIT or (a, b) == whole]
    pieces = [[stroke for group in groups[a:b] for stroke in group] for a, b in spans]
    value = dict(zip(spans, judge(pieces), strict=True))
    height = max(float(np.ptp(np.concatenate(cleaned)[:, 1])), 1e-30)
    for a, b in spans:
        inside = sum(_gap(groups[n], groups[n + 1]) / height - GAP for n in range(a, b - 1))
        value[a, b] = value[a, b] * (b - a) - GAP_WEIGHT * inside
    best = {0: (0.0, [])}
    for b in range(1, len(groups) + 1):
        best[b] = max(
            (
                (best[a][0] + value[a, b], [*best[a][1], (a, b)])
                for a in range(b)
                if (a, b) in value
            ),
            key=lambda found: found[0],
        )
    return [pieces[spans.index(span)] for span in best[len(groups)][1]]


def _groups(strokes: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Groups of strokes that overlap horizontally, from left to right."""
    groups = [[stroke] for stroke in sorted(strokes, key=lambda s: s[:, 0].min())]
    joined = True
    while joined:
        joined = False
        for n in range(len(groups) - 1, 0, -1):
            if _overlap(groups[n - 1], groups[n]):
                groups[n - 1] += groups.pop(n)
                joined = True
    return groups


def _extent(group: list[np.ndarray]) -> tuple[float, float]:
    x = np.concatenate(group)[:, 0]
    return float(x.min()), float(x.max())


def _gap(left: list[np.ndarray], right: list[np.ndarray]) -> float:
    """Distance from the right edge of one to the left edge of the other; negative in an overlap."""
    return _extent(right)[0] - _extent(left)[1]


def _overlap(left: list[np.ndarray], right: list[np.ndarray]) -> bool:
    (a, b), (c, d) = _extent(left), _extent(right)
    shared = min(b, d) - max(a, c)
    return shared >= OVERLAP * min(b - a, d - c) and shared >= 0
