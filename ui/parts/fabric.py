"""Fabric.js drawings ↔ strokes: what the canvas in the browser sends and shows, as lists of points.

What it sends comes from a stranger's browser, so whatever is not a path is passed over, and the
work is bounded.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

SIDE = 280  # pixels of the canvas; fits a phone
PEN = 18  # pixels
ERASER = 30  # pixels
PAPER, INK = "#000000", "#ffffff"  # light on dark in both themes, as the data are
MAX_STROKES = 200
MAX_POINTS = 20_000  # of a drawing
CURVE = (0.25, 0.5, 0.75, 1.0)  # where a curve is sampled, past its start
DIGITS = 2  # after the point; the browser keeps four, so what it sends back is what it was shown
STILL = 5  # pixels; a path no larger is a touch with a trembling finger, and reads as a dot
APART = 2  # pixels between the points of a stroke that is cut


def strokes(drawing) -> list[np.ndarray]:
    """{"strokes": [[[x, y], …], …]}, as `state.DRAWING` has it → one (P, 2) array a stroke."""
    return [np.array(stroke, float) for stroke in (drawing or {}).get("strokes", ())]


def read(raw) -> list[np.ndarray]:
    """The canvas's drawing → one (P, 2) array of [x, y] a stroke, in canvas pixels, y down.

    Curves are sampled. Ink beyond the edge is cut off, as it is on the screen, and so is ink that
    was drawn before a path in the colour of the paper and lies under it.
    """
    objects = raw.get("objects") if isinstance(raw, dict) else None
    found, way, room = [], [], MAX_POINTS
    for item in (objects if isinstance(objects, list) else [])[:MAX_STROKES]:
        path = item.get("path") if isinstance(item, dict) else None
        points = _sample(path[:room] if isinstance(path, list) else [], room)
        room -= len(points)
        if not len(points):
            continue
        seen = _visible(_place(points, item).round(DIGITS))
        if item.get("stroke") == PAPER:
            way += seen
        else:
            found, way = [*rub(found, way), *seen], []
    found = rub(found, way)
    ends = np.cumsum([len(stroke) for stroke in found])
    return [_calm(stroke) for stroke, end in zip(found, ends, strict=True) if end <= MAX_POINTS]


def objects(drawn: list[np.ndarray], width: float = PEN) -> list[dict]:
    """Strokes → Fabric paths that `read` gives back as they were."""
    return [
        {
            "type": "Path",
            "path": [["L" if k else "M", x, y] for k, (x, y) in enumerate(stroke.tolist())],
            "stroke": INK,
            "strokeWidth": width,
            "strokeLineCap": "round",
            "strokeLineJoin": "round",
            "fill": None,
        }
        for stroke in drawn
    ]


def rub(drawn: list[np.ndarray], way: list[np.ndarray], width: float = ERASER) -> list[np.ndarray]:
    """Strokes without what an eraser of this width, in pixels, covers on its way.

    What is left of a stroke on both sides of the eraser are strokes of their own.
    """
    if not drawn or not way:
        return drawn
    covered = picture(way, width) > 127
    left = []
    for stroke in drawn:
        points = _refined(stroke)
        x, y = points.round().astype(int).clip(0, SIDE - 1).T
        stays = ~covered[y, x]
        if stays.all():
            left.append(stroke)
        else:
            left += [part for part in _runs(points, stays) if len(part) > 1]
    return left


def _refined(stroke: np.ndarray) -> np.ndarray:
    """The same line with points so close together that it can be cut anywhere."""
    gaps = np.hypot(*np.diff(stroke, axis=0).T)
    pieces = np.maximum(np.ceil(gaps / APART), 1).astype(int)
    at = np.concatenate([[0], np.cumsum(pieces)])
    steps = np.arange(at[-1] + 1)
    return np.stack([np.interp(steps, at, axis) for axis in stroke.T], axis=1).round(DIGITS)


def _calm(stroke: np.ndarray) -> np.ndarray:
    """A stroke, or where it is no larger than `STILL`, as many times its middle.

    By itself it would be scaled to a 1, as high as any.
    """
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    if (high - low).max() >= STILL:
        return stroke
    return np.tile(((low + high) / 2).round(DIGITS), (len(stroke), 1))


def _sample(path: list, most: int) -> np.ndarray:
    """Commands ["M" or "L", x, y] and ["Q", control x, control y, x, y] → points (P, 2)."""
    points: list[tuple[float, float]] = []
    for command in path:
        if len(points) >= most:
            break
        kind, *numbers = command if isinstance(command, list) and command else [None]
        ends = [_number(value) for value in numbers[:4]]
        if not all(map(math.isfinite, ends)):
            continue
        if kind in ("M", "L") and len(ends) == 2:
            points.append(tuple(ends))
        elif kind == "Q" and len(ends) == 4 and points:
            (x0, y0), (x1, y1, x2, y2) = points[-1], ends
            points += [
                (
                    (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t**2 * x2,
                    (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t**2 * y2,
                )
                for t in CURVE
            ]
    return np.array(points[:most]).reshape(-1, 2)


def _place(points: np.ndarray, item: dict) -> np.ndarray:
    """Move, scale and turn a path as the canvas's own edit tool did.

    `left` and `top` say where the middle of the path's box has come to lie.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    to = [_number(item.get("left", middle[0])), _number(item.get("top", middle[1]))]
    scale = [_number(item.get(key, 1)) for key in ("scaleX", "scaleY")]
    flip = [-1 if item.get(key) is True else 1 for key in ("flipX", "flipY")]
    angle = math.radians(_number(item.get("angle", 0)))
    turn = [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    return (points - middle) * scale * flip @ np.array(turn) + to


def _number(value) -> float:
    """NaN, which is never visible, unless it is a number of a size that a canvas can hold."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e6 else math.nan


def _visible(points: np.ndarray) -> list[np.ndarray]:
    """Cut a stroke where it leaves the canvas."""
    return _runs(points, ((points >= 0) & (points <= SIDE)).all(axis=1))


def _runs(points: np.ndarray, kept: np.ndarray) -> list[np.ndarray]:
    """Cut points (P, 2) where `kept` (P,) is false."""
    runs = np.split(points, np.flatnonzero(np.diff(kept)) + 1)
    return runs[0 if kept[0] else 1 :: 2]


def picture(drawn: list[np.ndarray], width: float = PEN) -> np.ndarray:
    """What strokes look like on the canvas, (SIDE, SIDE) uint8, ink 255 on 0."""
    fine = 2  # drawn larger and reduced, for smooth edges
    image = Image.new("L", (fine * SIDE, fine * SIDE))
    pen = ImageDraw.Draw(image)
    for stroke in drawn:
        points = [(x, y) for x, y in fine * stroke]
        pen.line(points, fill=255, width=round(fine * width))
        for point in points:
            pen.circle(point, fine * width / 2, fill=255)
    return np.asarray(image.reduce(fine))
