"""The upstroke of a 1, cut short: many people write a 1 with a long one, MNIST's writers did not.

Where a pen goes up, turns sharply and comes straight down, the line up leans against the line
down: under 40° in most ones that have it, over 60° in nearly all sevens, whose bar lies across.
A pen tells which line came first; in the picture alone the two digits look much alike.
"""

import numpy as np

STEEP, FLAT = 40, 55  # degrees: cut all the way below, not at all above, in part between
LEFT = 0.15  # of the line down: what is left of the upstroke
LONGEST = 0.9  # of the line down: a longer line up is something else
STRAIGHT_DOWN, STRAIGHT_UP = 0.9, 0.7  # chord over length, at least
STEM = 0.6  # cosine of the line down against the vertical, at least
ACROSS = 0.2  # of the line down: a stroke of this length elsewhere is a bar, so it is no 1
FOOT = 0.7  # … unless it lies below so much of the line down


def shorten(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """Strokes (P, 2) of finite points, y down → the same, but for the upstroke of a 1."""
    ways = [_way(stroke) for stroke in strokes]
    longest = max(range(len(ways)), key=lambda k: ways[k][-1], default=None)
    if longest is None or len(strokes[longest]) < 3:
        return strokes
    stroke, way = strokes[longest], ways[longest]
    # The turn is farthest from both ends together.
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


def _way(stroke):
    """How far the pen has come at each point (P,)."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    return np.concatenate([[0], np.cumsum(steps)])
