"""The connected parts of a picture's ink, and which of them can belong to a digit.

What a pen does not do is told by shape: dots and holes are round and filled, boxes and notes are
rectangles around paper, underlines are flat, shadows and tables are thick and reach the edge.
"""

from typing import NamedTuple

import numpy as np
import scipy.ndimage

from dataset.pictures import shapes

SPECK_SIDE = 3  # pixels: smaller parts are grain
SMALLEST = 8  # pixels: smaller parts are no digit, in any picture
SPECK = 0.12  # of the tallest part's height, both sides: smaller parts are dirt
JOIN = 0.004  # of the picture's longer side: parts this near are one
FILLED = 0.6  # of its box: a dot fills as much
DOT_WIDTH = 0.63  # a dot's greatest thickness, of its longer side
BLOT = 0.36  # a blot's mean thickness, of its longer side: pens are thinner
SPANS = 0.85  # of the picture's sides: a tight crop
PEN = 0.2  # mean thickness, of its longer side: tables and shadows are thicker
AT_EDGE = 0.4  # of its longer side on the picture's edge: a table, another sheet, a shadow
ALL_AROUND = 0.7  # the same, of the third most: a frame
FLAT = 0.16  # height by width of an underline; the flattest digits are taller
FAINT = 0.45  # of the strength of the tallest part: fainter ones show through or are printed
THROUGH, THREAD = 0.9, 0.02  # of the picture's side, of its length: what is left of a rule
SQUARE = 0.9  # of its smallest rectangle: what fills so much, with its inside, is a box
INSIDE = 0.2  # of a frame's height: something this tall inside makes it a frame
ROUND = 0.035  # spread of a ring's radius: pens are less exact


class Part(NamedTuple):
    """Connected ink. Sizes in pixels."""

    mask: np.ndarray  # (H, W) bool, of the picture's box `rows`, `columns`
    rows: slice
    columns: slice
    thickness: float  # the greatest, of its lines
    mean_thickness: float
    strength: float
    contact: tuple[float, ...]  # shares of the picture's edges it lies on, as of its longer side
    spans: tuple[float, float]  # the shares of the picture's sides that it spans, the less first

    @property
    def height(self) -> int:
        return self.rows.stop - self.rows.start

    @property
    def width(self) -> int:
        return self.columns.stop - self.columns.start

    @property
    def longer(self) -> int:
        return max(self.height, self.width)


def connected(mask: np.ndarray, strength: np.ndarray) -> list[Part]:
    """The parts of the ink (H, W), the tallest first, without specks."""
    gap = round(JOIN * max(mask.shape) / 2)
    joined = scipy.ndimage.maximum_filter(mask, 2 * gap + 1)
    labels, _ = shapes.label(np.asarray(joined))
    labels = np.where(mask, labels, 0)
    found = []
    for number, box in enumerate(scipy.ndimage.find_objects(labels), start=1):
        if box is None or max(side.stop - side.start for side in box) < SPECK_SIDE:
            continue
        own = labels[box] == number
        inside = np.asarray(scipy.ndimage.distance_transform_edt(np.pad(own, 1)))[1:-1, 1:-1]
        rows, columns = box
        contact = _contact(own, box, mask.shape)
        level = float(np.quantile(strength[box][own], 0.75))
        less, more = sorted(a / b for a, b in zip(own.shape, mask.shape, strict=True))
        greatest, mean = float(2 * inside.max() - 1), float(4 * inside[own].mean() - 1)
        found.append(Part(own, rows, columns, greatest, mean, level, contact, (less, more)))
    return sorted(found, key=lambda part: -part.longer)


def _contact(own: np.ndarray, box: tuple[slice, slice], size: tuple[int, ...]) -> tuple[float, ...]:
    """How much of a part lies on each of the picture's edges, as shares of its longer side."""
    rows, columns = box
    sides = [
        own[0].sum() if rows.start == 0 else 0,
        own[-1].sum() if rows.stop == size[0] else 0,
        own[:, 0].sum() if columns.start == 0 else 0,
        own[:, -1].sum() if columns.stop == size[1] else 0,
    ]
    return tuple(sorted((float(side) / max(own.shape) for side in sides), reverse=True))


def written(parts: list[Part], faintest: float, side: int) -> tuple[list[Part], list[Part]]:
    """The parts that a pen may have written as a digit, and the dots.

    `faintest` is the least strength, `side` the picture's shorter side in pixels.
    """
    parts = [part for part in parts if part.strength >= faintest]
    dots = [part for part in parts if is_dot(part)]
    strokes = [part for part in parts if part.longer >= SMALLEST]
    strokes = [part for part in strokes if not is_dot(part) and not _is_blot(part)]
    strokes = [part for part in strokes if not _is_beside_the_paper(part)]
    strokes = [p for p in strokes if p.longer < THROUGH * side or p.thickness > THREAD * p.longer]
    frames = [part for part in strokes if _is_frame(part, strokes)]
    strokes = [part for part in strokes if not any(part is frame for frame in frames)]
    rings = [part for part in strokes if _is_ring(part)]
    if len(rings) < len(strokes):  # a ring that stands alone is a 0
        tallest = max(part.height for part in strokes if not _is_ring(part))
        small = [part for part in rings if part.height < 0.7 * tallest]
        strokes = [part for part in strokes if not any(part is ring for ring in small)]
    strokes = [part for part in strokes if not _is_underline(part, strokes)]
    if not strokes:
        return [], dots
    inner = [part for part in strokes if not part.contact[0]] or strokes
    main = max(inner, key=lambda part: part.mask.sum() * part.strength)
    return [
        part
        for part in strokes
        if part.strength >= FAINT * main.strength and part.longer >= SPECK * main.longer
    ], dots


def is_dot(part: Part) -> bool:
    """Filled and about as wide as high: a decimal point, a hole, a speck."""
    filled = part.mask.mean()
    return filled >= FILLED and part.thickness >= DOT_WIDTH * part.longer


def _is_blot(part: Part) -> bool:
    """A shadow, a finger, a sheet: thick all over. A 1 may be as thick as it is wide."""
    if part.longer > 2.5 * min(part.height, part.width):
        return False
    return part.mean_thickness > BLOT * part.longer or (
        part.mean_thickness > 0.5 * BLOT * part.longer and _fills_a_rectangle(part)
    )


def _is_beside_the_paper(part: Part) -> bool:
    """A table, a frame, another sheet: along the picture's edge. Tight crops touch it, too."""
    if part.spans[0] > SPANS:
        return part.contact[2] > ALL_AROUND
    if part.spans[1] > SPANS and part.mean_thickness < PEN * part.longer:
        return part.contact[0] > SPANS or part.contact[2] > 0
    return part.contact[0] > AT_EDGE


def _fills_a_rectangle(part: Part) -> bool:
    around = np.asarray(scipy.ndimage.binary_fill_holes(np.pad(part.mask, 1)))
    return bool(around.sum() >= SQUARE * shapes.smallest_rectangle(around))


def _is_underline(part: Part, parts: list[Part]) -> bool:
    """Flat, and much wider than high, while there is something taller."""
    tallest = max(other.height for other in parts)
    flat = part.height < FLAT * part.width
    return flat and (part.width > 0.8 * tallest or tallest == part.height)


def _is_frame(part: Part, parts: list[Part]) -> bool:
    """A rectangle around paper, or any closed line around another part."""
    closed = part.mask.copy()
    if part.contact[0]:  # the picture's edge may cut a box open
        for edge in (closed[0], closed[-1], closed[:, 0], closed[:, -1]):
            ink = np.flatnonzero(edge)
            edge[ink[0] : ink[-1] + 1] = True
    around = np.asarray(scipy.ndimage.binary_fill_holes(np.pad(closed, 1)))[1:-1, 1:-1]
    hole = around & ~closed
    if hole.sum() < 0.3 * part.mask.size:
        return False
    for other in parts:
        if other is part or other.height < INSIDE * part.height:
            continue
        y = (other.rows.start + other.rows.stop) // 2 - part.rows.start
        x = (other.columns.start + other.columns.stop) // 2 - part.columns.start
        if 0 <= y < part.height and 0 <= x < part.width and around[y, x]:
            return True
    return _fills_a_rectangle(part)


def _is_ring(part: Part) -> bool:
    """A circle that no hand draws: the rim of a punched hole."""
    if min(part.height, part.width) < 0.9 * part.longer:
        return False
    around = np.asarray(scipy.ndimage.binary_fill_holes(part.mask))
    y, x = np.nonzero(around ^ scipy.ndimage.binary_erosion(around))
    radius = np.hypot(y - y.mean(), x - x.mean())
    return bool(radius.std() < ROUND * radius.mean()) and bool((around & ~part.mask).any())
