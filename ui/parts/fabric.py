"""Converts between strokes and the Fabric.js drawings that the canvas in the browser exchanges.

Drawings come from untrusted browsers: whatever is not a path is skipped, and the work is bounded.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

SIDE = 280  # pixels of the canvas; fits a phone
PEN = 18  # pixels, width of the pen
ERASER = 30  # pixels, width of the eraser
PAPER, INK = "#000000", "#ffffff"  # light on dark in both themes, like the data
MAX_STROKES = 200
MAX_POINTS = 20_000  # per drawing
CURVE = (0.25, 0.5, 0.75, 1.0)  # parameters at which a curve is sampled, after its start
DECIMALS = 2  # of coordinates; the browser keeps four, so these come back unchanged
DOT = 5  # pixels; a smaller path is a tap of an unsteady finger and becomes a dot
SPACING = 2  # pixels between the points of a stroke that the eraser may cut


def strokes(drawing) -> list[np.ndarray]:
    """{"strokes": [[[x, y], …], …]}, the form of `state.DRAWING` → one (P, 2) array per stroke."""
    return [np.array(stroke, float) for stroke in (drawing or {}).get("strokes", ())]


def read(raw) -> list[np.ndarray]:
    """The canvas's drawing → one (P, 2) array of [x, y] per stroke, in canvas pixels, y down.

    Curves are sampled. Ink outside the canvas is removed, and so is ink under a later path in the
    colour of the paper, which is the eraser's.
    """
    objects = raw.get("objects") if isinstance(raw, dict) else None
    found, erased, room = [], [], MAX_POINTS
    for item in (objects if isinstance(objects, list) else [])[:MAX_STROKES]:
        path = item.get("path") if isinstance(item, dict) else None
        points = _sample(path[:room] if isinstance(path, list) else [], room)
        room -= len(points)
        if not len(points):
            continue
        visible = _clip(_transform(points, item).round(DECIMALS))
        if item.get("stroke") == PAPER:
            erased += visible
        else:
            found, erased = [*erase(found, erased), *visible], []
    found = erase(found, erased)
    ends = np.cumsum([len(stroke) for stroke in found])
    return [_steady(stroke) for stroke, end in zip(found, ends, strict=True) if end <= MAX_POINTS]


def objects(drawn: list[np.ndarray], width: float = PEN) -> list[dict]:
    """Strokes → Fabric paths, from which `read` gets the same strokes."""
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


def erase(
    drawn: list[np.ndarray], eraser: list[np.ndarray], width: float = ERASER
) -> list[np.ndarray]:
    """Strokes without what an eraser of this width, in pixels, covers along its own strokes.

    A stroke that the eraser crosses becomes two.
    """
    if not drawn or not eraser:
        return drawn
    covered = rasterize(eraser, width) > 127
    left = []
    for stroke in drawn:
        points = _refine(stroke)
        x, y = points.round().astype(int).clip(0, SIDE - 1).T
        kept = ~covered[y, x]
        if kept.all():
            left.append(stroke)
        else:
            left += [part for part in _runs(points, kept) if len(part) > 1]
    return left


def _refine(stroke: np.ndarray) -> np.ndarray:
    """The same line with points at most `SPACING` apart, so that it can be cut anywhere."""
    gaps = np.hypot(*np.diff(stroke, axis=0).T)
    pieces = np.maximum(np.ceil(gaps / SPACING), 1).astype(int)
    at = np.concatenate([[0], np.cumsum(pieces)])
    steps = np.arange(at[-1] + 1)
    return np.stack([np.interp(steps, at, axis) for axis in stroke.T], axis=1).round(DECIMALS)


def _steady(stroke: np.ndarray) -> np.ndarray:
    """The stroke, but one smaller than `DOT` has all its points in the middle.

    A tap on an empty canvas would otherwise be scaled up to a full-size stroke.
    """
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    if (high - low).max() >= DOT:
        return stroke
    return np.tile(((low + high) / 2).round(DECIMALS), (len(stroke), 1))


def _sample(path: list, most: int) -> np.ndarray:
    """Commands ["M" or "L", x, y] and ["Q", control x, control y, x, y] → points (P, 2).

    At most `most` points.
    """
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


def _transform(points: np.ndarray, item: dict) -> np.ndarray:
    """Move, scale and rotate a path as the canvas's own edit tool did.

    `left` and `top` are the position of the middle of the path's bounding box.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    to = [_number(item.get("left", middle[0])), _number(item.get("top", middle[1]))]
    scale = [_number(item.get(key, 1)) for key in ("scaleX", "scaleY")]
    flip = [-1 if item.get(key) is True else 1 for key in ("flipX", "flipY")]
    angle = math.radians(_number(item.get("angle", 0)))
    turn = [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    return (points - middle) * scale * flip @ np.array(turn) + to


def _number(value) -> float:
    """The value as a float, or NaN if it is no number or not within ±1,000,000 pixels."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e6 else math.nan


def _clip(points: np.ndarray) -> list[np.ndarray]:
    """The parts of a stroke that lie on the canvas, cut at its edge (Liang & Barsky 1984)."""
    inside = ((points >= 0) & (points <= SIDE)).all(axis=1)
    if inside.all() or len(points) == 1:
        return [points] * bool(inside[0])
    start, way = points[:-1], np.diff(points, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN: along an edge, which is inside
        bounds = np.sort([(0 - start) / way, (SIDE - start) / way], axis=0)  # (2, P − 1, axes)
    enter = np.fmax.reduce(bounds[0], axis=1, initial=0)
    leave = np.fmin.reduce(bounds[1], axis=1, initial=1)
    parts: list[list[np.ndarray]] = []
    for n in np.flatnonzero(enter < leave):
        if enter[n] > 0 or not n or leave[n - 1] < 1 or enter[n - 1] >= leave[n - 1]:
            parts.append([start[n] + enter[n] * way[n]])
        parts[-1].append(start[n] + leave[n] * way[n])
    return [np.array(part).round(DECIMALS) for part in parts]


def _runs(points: np.ndarray, kept: np.ndarray) -> list[np.ndarray]:
    """The runs of points (P, 2) for which `kept` (P,) is true."""
    runs = np.split(points, np.flatnonzero(np.diff(kept)) + 1)
    return runs[0 if kept[0] else 1 :: 2]


def rasterize(drawn: list[np.ndarray], width: float = PEN) -> np.ndarray:
    """Strokes as they look on the canvas, (SIDE, SIDE) uint8, ink 255 on 0."""
    fine = 2  # drawn twice as large and reduced, for smooth edges
    image = Image.new("L", (fine * SIDE, fine * SIDE))
    pen = ImageDraw.Draw(image)
    for stroke in drawn:
        points = [(x, y) for x, y in fine * stroke]
        pen.line(points, fill=255, width=round(fine * width))
        for point in points:
            pen.circle(point, fine * width / 2, fill=255)
    return np.asarray(image.reduce(fine))
