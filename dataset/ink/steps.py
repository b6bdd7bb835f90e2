"""The road of `render.draw` taken apart: every step a switch, and drawings inked in other ways.

With all steps on the image is that of `render.draw`; without any, the canvas is merely shrunk. What
lies between shows what each step is good for.
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from dataset.ink import render, upstroke
from dataset.ink.render import BOX, EDGE, FIELD, MIDDLE, PEN_RADIUS

STEPS = ("crop", "scale", "pen", "centre")
FINE = 0.25  # pixels between the points kept of a stroke
MOST = 2_000  # segments of a drawing; a longer scribble is thinned out further

Strokes = Iterable[Sequence[Sequence[float]]]


def road(strokes: Strokes, steps: Collection[str], side: float, pen: float) -> np.ndarray:
    """Ink strokes drawn on a canvas of `side` by a pen of radius `pen`; → (28, 28) uint8.

    `steps`, some of STEPS: *crop* cuts the empty paper off, else the whole canvas is kept; *scale*
    makes the longer side of what is left 20 pixels long, else all is shrunk as the canvas would be
    to 28; *pen* inks the strokes with MNIST's pen after that, the long upstroke of a 1 cut short
    and without dots beside the drawing, else the canvas's pen shrinks with them; *centre* moves the
    centre of mass to the middle, else the middle of what is left is there.
    """
    strokes = list(strokes)
    if set(steps) >= set(STEPS):
        return render.draw(strokes)
    ends = segments(strokes, as_drawn="pen" not in steps)
    if not len(ends):
        return np.zeros((FIELD, FIELD), np.uint8)
    low, high = ends.min(axis=(0, 1)), ends.max(axis=(0, 1))
    cropped = "crop" in steps
    if not cropped:
        low, high = np.zeros(2), np.full(2, float(side))
    longest = (high - low).max()
    if "scale" not in steps:
        scale = FIELD / side
    elif not cropped:
        scale = BOX / side
    elif "pen" in steps:
        scale = _scale(longest, BOX, PEN_RADIUS)
    else:
        scale = (BOX - (EDGE - 1)) / (longest + 2 * pen)
    radius = PEN_RADIUS if "pen" in steps else pen * scale
    image = _inked(
        (ends - low) * scale, (high - low) * scale, radius, _half(radius) if cropped else 0
    )
    return centred(image) if "centre" in steps else image


def normal(ends: np.ndarray, size: float = BOX, pen: float = PEN_RADIUS) -> np.ndarray:
    """Ink segments (S, 2, 2) as `render.draw` does, but `size` pixels long and with a pen of radius
    `pen`; → (28, 28) uint8. What would reach over the edge is moved back, or cut off.
    """
    low, high = ends.min(axis=(0, 1)), ends.max(axis=(0, 1))
    scale = _scale((high - low).max(), size, pen)
    return centred(_inked((ends - low) * scale, (high - low) * scale, pen, _half(pen)))


def segments(
    strokes: Strokes, spacing: float = FINE, most: int = MOST, as_drawn: bool = False
) -> np.ndarray:
    """The strokes cut into straight pieces: (S, 2, 2), both ends [x, y] of each, a dot's the same.

    Of points nearer than `spacing` pixels, the longest side having 20, one is kept; the spacing
    grows if there were more than about `most`. Points that are not finite are dropped, and so are
    dots beside the drawing and what `render.draw` cuts of a 1, unless all is to stay `as_drawn`.
    """
    parts = render.clean(strokes, as_drawn)
    if not as_drawn:
        parts = upstroke.shorten(parts)
    if not parts:
        return np.zeros((0, 2, 2))
    longest = np.ptp(np.concatenate(parts), axis=0).max()
    ways = [np.cumsum(np.hypot(*np.diff(part, axis=0, prepend=part[:1]).T)) for part in parts]
    spacing = max(longest * spacing / BOX, sum(way[-1] for way in ways) / most, 1e-100)
    found = []
    for part, way in zip(parts, ways, strict=True):
        keep = np.diff(np.floor(way / spacing), prepend=-1) > 0
        keep[-1] = True
        points = part[keep]
        found.append(np.stack([points[: max(len(points) - 1, 1)], points[-len(points) + 1 :]], 1))
    return np.concatenate(found)


def centred(image: np.ndarray) -> np.ndarray:
    """Move an image (28, 28) by whole pixels so that its centre of mass is in the middle, as MNIST
    has it; no ink is pushed over the edge.
    """
    for axis in (0, 1):
        lines = image.sum(axis=1 - axis, dtype=int)
        inked = np.flatnonzero(lines)
        if not len(inked):
            return image
        middle = lines @ np.arange(FIELD) / lines.sum()
        shift = int(np.ceil(MIDDLE - 0.5 - 1e-6 - middle))
        image = np.roll(image, np.clip(shift, -inked[0], FIELD - 1 - inked[-1]), axis)
    return image


def _scale(longest, size, pen):
    """Pixels a unit, so that ink of that length, pen included, has `size`; a dot stays one."""
    return (size - 2 * _half(pen)) / max(longest, 1e-100)


def _half(pen):
    """How far from a line its ink reaches, soft edge included, as `render.draw` counts it."""
    return pen + (EDGE - 1) / 2


def _inked(ends, extent, radius, margin):
    """Segments in pixels, from (0, 0) to `extent` → their picture, that box in its middle.

    The box grows by `margin` all around. A pixel's coverage falls from 1 to 0 across the line's
    edge as in `render.draw`.
    """
    extent = extent + 2 * margin
    box = np.ceil(extent - 1e-9)
    corner = np.floor((FIELD - box) / 2) + (box - extent) / 2 + margin
    starts, ways = ends[:, 0] + corner, ends[:, 1] - ends[:, 0]
    starts, ways = starts.astype(np.float32), ways.astype(np.float32)
    squares = np.full((FIELD, FIELD), np.inf, np.float32)
    middles = np.arange(FIELD, dtype=np.float32) + np.float32(0.5)
    for i in range(0, len(ends), 64):  # bounds the memory, and stays in the cache
        dx, dy = (middles - starts[i : i + 64].T[:, :, None])[:, :, :]  # (S, 28) each
        vx, vy = ways[i : i + 64].T[:, :, None]
        length = np.maximum(vx * vx + vy * vy, np.float32(1e-12))[:, :, None]  # squared
        along = (dx * vx)[:, None, :] + (dy * vy)[:, :, None]  # (S, 28, 28)
        t = np.clip(along / length, 0, 1)
        along *= 2
        along -= t * length
        along *= t
        square = (dx * dx)[:, None, :] + (dy * dy)[:, :, None]
        square -= along
        np.minimum(squares, square.min(axis=0), out=squares)
    distance = np.sqrt(np.maximum(squares, 0))
    t = np.clip((radius - distance) / EDGE + 0.5, 0, 1)
    return np.rint(255 * t * t * (3 - 2 * t)).astype(np.uint8)
