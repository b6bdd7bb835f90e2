"""What the canvas sends: strokes as lists of points, checked.

It comes from a stranger's browser, so whatever is not a stroke is passed over, and the work is
bounded.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

SIDE = 280  # units and pixels of the canvas; fits a phone
PEN = 18  # pixels
MAX_STROKES = 200
MAX_POINTS = 20_000  # of a drawing


def strokes(drawing) -> list[np.ndarray]:
    """The canvas's {"strokes": [[[x, y], …], …]} → one (P, 2) array a stroke, y down.

    Ink beyond the edge is cut off, as it is on the screen.
    """
    sent = drawing.get("strokes") if isinstance(drawing, dict) else None
    found, room = [], MAX_POINTS
    for stroke in (sent if isinstance(sent, list) else [])[:MAX_STROKES]:
        points = [_point(point) for point in (stroke if isinstance(stroke, list) else [])[:room]]
        points = [point for point in points if all(map(math.isfinite, point))]
        if points:
            room -= len(points)
            found += _visible(np.array(points))
    return found


def _point(point) -> tuple[float, float]:
    if not isinstance(point, list | tuple) or len(point) != 2:
        return math.nan, math.nan
    return _number(point[0]), _number(point[1])


def _number(value) -> float:
    """NaN, which is never visible, unless it is a number of a size that a canvas can hold."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e6 else math.nan


def _visible(points: np.ndarray) -> list[np.ndarray]:
    """Cut a stroke where it leaves the canvas."""
    inside = ((points >= 0) & (points <= SIDE)).all(axis=1)
    runs = np.split(points, np.flatnonzero(np.diff(inside)) + 1)
    return runs[0 if inside[0] else 1 :: 2]


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
