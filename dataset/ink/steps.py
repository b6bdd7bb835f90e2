"""The preprocessing of `render.draw` step by step, and renderings with other sizes and pens.

With all steps on, the image is that of `render.draw`; with none, the canvas is only shrunk. The
images in between show what each step does.
"""

from collections.abc import Collection

import numpy as np

from dataset.ink import render, upstroke
from dataset.ink.render import BOX, EDGE, FIELD, MIDDLE, PEN_RADIUS, SPACING, Strokes

STEPS = ("crop", "scale", "pen", "centre")
MAX_SEGMENTS = 2_000  # per drawing; longer ones are thinned out further


def render_steps(
    strokes: Strokes, steps: Collection[str], side: float, pen: float, as_drawn: bool = False
) -> np.ndarray:
    """Render strokes from a canvas of `side` pixels and a pen of radius `pen` → (28, 28) uint8.

    `steps` are some of STEPS:
    *crop* removes the empty margins; else the whole canvas is kept.
    *scale* makes the longer side 20 pixels long; else everything is scaled as the canvas to 28.
    *pen* draws the scaled strokes with MNIST's pen, with the upstroke of a 1 shortened and without
    dots beside the drawing; else the canvas's pen is scaled with the strokes.
    *centre* moves the centre of mass to the middle; else the middle of the crop is there.

    With `as_drawn`, nothing is shortened or left out.
    """
    strokes = list(strokes)
    if set(steps) >= set(STEPS):
        return render.draw(strokes, as_drawn)
    ends = segments(strokes, as_drawn=as_drawn or "pen" not in steps)
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


def render_segments(ends: np.ndarray, size: float = BOX, pen: float = PEN_RADIUS) -> np.ndarray:
    """Render segments (S, 2, 2) as `render.draw` does, with any `size` and pen radius, in pixels.

    → (28, 28) uint8. What would reach over the edge is moved back, or cut off.
    """
    low, high = ends.min(axis=(0, 1)), ends.max(axis=(0, 1))
    scale = _scale((high - low).max(), size, pen)
    return centred(_inked((ends - low) * scale, (high - low) * scale, pen, _half(pen)))


def segments(
    strokes: Strokes, spacing: float = SPACING, most: int = MAX_SEGMENTS, as_drawn: bool = False
) -> np.ndarray:
    """Cut strokes into straight segments (S, 2, 2): both ends [x, y] of each, equal for a dot.

    Points closer than `spacing` are dropped, in pixels of a drawing 20 pixels long; the spacing
    grows where there would be more than about `most` segments. Points that are not finite are
    dropped. Dots beside the drawing and the upstroke of a 1 are treated as in `render.draw`.
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
    """Shift an image (28, 28) by whole pixels so that its centre of mass is in the middle.

    No ink is shifted over the edge.
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


def _scale(longest: float, size: float, pen: float) -> float:
    """Pixels per unit that make ink of length `longest`, pen included, `size` pixels long."""
    return (size - 2 * _half(pen)) / max(longest, 1e-100)


def _half(pen: float) -> float:
    """How far ink reaches from a line, soft edge included, as in `render.draw`."""
    return pen + (EDGE - 1) / 2


def _inked(ends: np.ndarray, extent: np.ndarray, radius: float, margin: float) -> np.ndarray:
    """Draw segments, in pixels from (0, 0) to `extent`, with that box in the middle of the image.

    The box grows by `margin` on each side. Coverage falls across a line's edge as in `render.draw`.
    """
    extent = extent + 2 * margin
    box = np.ceil(extent - 1e-9)
    corner = np.floor((FIELD - box) / 2) + (box - extent) / 2 + margin
    starts, ways = ends[:, 0] + corner, ends[:, 1] - ends[:, 0]
    starts, ways = starts.astype(np.float32), ways.astype(np.float32)
    squares = np.full((FIELD, FIELD), np.inf, np.float32)
    middles = np.arange(FIELD, dtype=np.float32) + np.float32(0.5)
    for i in range(0, len(ends), 64):  # in blocks that fit in the cache
        dx, dy = middles - starts[i : i + 64].T[:, :, None]  # (S, 28) each
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
