"""Shortens the upstroke of a 1: many people write a long one, MNIST's writers did not.

When the pen goes up, turns sharply and comes straight down, the angle between the two lines is
under 40° in most ones with an upstroke, and over 60° in nearly all sevens, whose bar is level.
Strokes tell which line came first; in the image alone the two digits look much alike.
"""

import numpy as np

STEEP, FLAT = 40, 55  # degrees: shortened fully below, not at all above, in part between
LEFT = 0.15  # of the downstroke: length of the upstroke that remains
LONGEST = 0.9  # of the downstroke: a longer line up is something else
STRAIGHT_DOWN, STRAIGHT_UP = 0.9, 0.7  # chord over length, at least
STEM = 0.6  # cosine between the downstroke and the vertical, at least
ACROSS = 0.2  # of the downstroke: another stroke this long is a bar, so the digit is no 1
FOOT = 0.7  # of the downstroke: a bar below this share of it is the foot of a 1


def shorten(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """Shorten the upstroke of a 1. Strokes: each (P, 2) of finite points, y down."""
    ways = [_way(stroke) for stroke in strokes]
    longest = max(range(len(ways)), key=lambda k: ways[k][-1], default=None)
    if longest is None or len(strokes[longest]) < 3:
        return strokes
    stroke, way = strokes[longest], ways[longest]
    # The turning point has the largest sum of distances to both ends.
    turn = int(np.argmax(np.hypot(*(stroke - stroke[0]).T) + np.hypot(*(stroke - stroke[-1]).T)))
    up, down = stroke[0] - stroke[turn], stroke[-1] - stroke[turn]
    up_chord, down_chord = np.hypot(*up), np.hypot(*down)
    if (
        min(up_chord, down_chord) == 0
        or up[1] < 0
        or down[1] < STEM * down_chord
        or not LEFT < up_chord / down_chord < LONGEST
        or up_chord < STRAIGHT_UP * way[turn]
        or down_chord < STRAIGHT_DOWN * (way[-1] - way[turn])
    ):
        return strokes
    angle = np.degrees(np.arccos(np.clip(up / up_chord @ (down / down_chord), -1, 1)))
    if angle >= FLAT:
        return strokes
    foot = stroke[turn, 1] + FOOT * down[1]
    for other, length in zip(strokes, ways, strict=True):
        if other is not stroke and length[-1] > ACROSS * down_chord and other[:, 1].mean() < foot:
            return strokes
    share = max(0, (angle - STEEP) / (FLAT - STEEP))
    kept = max(LEFT * down_chord, share * up_chord)
    first = int(np.searchsorted(way, way[turn] - kept))  # the cut falls between two points
    return [stroke[first:] if part is stroke else part for part in strokes]


def _way(stroke: np.ndarray) -> np.ndarray:
    """Length of the stroke up to each point (P,)."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    return np.concatenate([[0], np.cumsum(steps)])
