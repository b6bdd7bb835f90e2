"""Fabric.js drawings → strokes: what the canvas in the browser sends, as lists of points.

It comes from a stranger's browser, so whatever is not a path is passed over, and the work is
bounded.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

SIDE = 280  # pixels of the canvas; fits a phone
PEN = 18  # pixels
MAX_STROKES = 200
MAX_POINTS = 20_000  # of a drawing
CURVE = (0.25, 0.5, 0.75, 1.0)  # where a curve is sampled, past its start


def strokes(json_data) -> list[np.ndarray]:
    """The canvas's `json_data` → one (P, 2) array of [x, y] a stroke, in canvas pixels, y down.

    Curves are sampled. Ink beyond the edge is cut off, as it is on the screen.
    """
    objects = json_data.get("objects") if isinstance(json_data, dict) else None
    found, room = [], MAX_POINTS
    for item in (objects if isinstance(objects, list) else [])[:MAX_STROKES]:
        path = item.get("path") if isinstance(item, dict) else None
        points = _sample(path[:room] if isinstance(path, list) else [], room)
        if len(points):
            room -= len(points)
            found += _visible(_place(points, item))
    return found


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
    inside = ((points >= 0) & (points <= SIDE)).all(axis=1)
    runs = np.split(points, np.flatnonzero(np.diff(inside)) + 1)
    return runs[0 if inside[0] else 1 :: 2]


def picture(drawn: list[np.ndarray]) -> np.ndarray:
    """What strokes look like on the canvas, (SIDE, SIDE) uint8, ink 255 on 0."""
    fine = 2  # drawn larger and reduced, for smooth edges
    image = Image.new("L", (fine * SIDE, fine * SIDE))
    pen = ImageDraw.Draw(image)
    for stroke in drawn:
        points = [(x, y) for x, y in fine * stroke]
        pen.line(points, fill=255, width=fine * PEN)
        for point in points:
            pen.circle(point, fine * PEN / 2, fill=255)
    return np.asarray(image.reduce(fine))
