"""Digits side by side: which strokes belong together, so that a number can be read.

Strokes that lie above each other are of one digit. Between the groups that remain, every way to cut
them into digits is weighed: how much each piece looks like a digit, and how wide the gaps are.
"""

from collections.abc import Callable, Sequence

import numpy as np

from dataset.ink import render

OVERLAP = 0.4  # of the narrower group's width: groups that share so much belong together
LONGEST_DIGIT = 3  # groups that one digit may have
MOST_GROUPS = 12  # more are a scribble, which is left whole
GAP = 0.15  # of the drawing's height: what lies closer speaks for one digit
WEIGHT = 6.0  # how much a gap, in heights, counts against a score

Judge = Callable[[list[list[np.ndarray]]], Sequence[float]]


def split(strokes: render.Strokes, judge: Judge) -> list[list[np.ndarray]]:
    """Strokes → lists of strokes, a digit each, from left to right; one list if it is one digit.

    `judge(drawings)` gives each of them a score, higher the more it looks like one digit, with
    about 0 for a typical one. It is asked once, and only if there is anything to decide.
    """
    strokes = render.clean(strokes)
    groups = _groups(strokes)
    if not 2 <= len(groups) <= MOST_GROUPS:
        return [strokes]
    spans = [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups) + 1)]
    whole = (0, len(groups))
    spans = [(a, b) for a, b in spans if b - a <= LONGEST_DIGIT or (a, b) == whole]
    pieces = [[stroke for group in groups[a:b] for stroke in group] for a, b in spans]
    value = dict(zip(spans, judge(pieces), strict=True))
    height = max(float(np.ptp(np.concatenate(strokes)[:, 1])), 1e-30)
    for a, b in spans:  # a wide gap inside a digit counts against it, a narrow one for it
        inside = sum(_gap(groups[n], groups[n + 1]) / height - GAP for n in range(a, b - 1))
        value[a, b] = value[a, b] * (b - a) - WEIGHT * inside
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


def _groups(strokes):
    """Strokes that overlap sideways, together; from left to right."""
    groups = [[stroke] for stroke in sorted(strokes, key=lambda s: s[:, 0].min())]
    joined = True
    while joined:
        joined = False
        for n in range(len(groups) - 1, 0, -1):
            if _belong(groups[n - 1], groups[n]):
                groups[n - 1] += groups.pop(n)
                joined = True
    return groups


def _extent(group):
    x = np.concatenate(group)[:, 0]
    return float(x.min()), float(x.max())


def _gap(left, right):
    """From the right edge of one to the left edge of the other; negative where they overlap."""
    return _extent(right)[0] - _extent(left)[1]


def _belong(left, right):
    (a, b), (c, d) = _extent(left), _extent(right)
    shared = min(b, d) - max(a, c)
    return shared >= OVERLAP * min(b - a, d - c) and shared >= 0
