"""Renders strokes as 28 × 28 grey images, prepared as MNIST's were.

MNIST's authors scaled each digit into a box of 20 × 20 pixels, keeping its aspect ratio, and placed
the box in a 28 × 28 image so that the centre of mass is in the middle
(http://yann.lecun.com/exdb/mnist). Here strokes are scaled first and drawn afterwards, so the pen
is always as wide as MNIST's. Ink is 255, paper 0. For pictures see `dataset.pictures`.

All functions work on many drawings at once: the points of all lie in one array, with parallel
arrays for the index of the drawing and of the stroke.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from dataset.ink import upstroke

FIELD = 28  # pixels, side of MNIST's images
BOX = 20  # pixels, longest side of the ink
MIDDLE = 14  # row and column index of the centre of mass, to within half a pixel, as in MNIST

# With this pen and edge, digits drawn on a tablet are about as bright as MNIST's training images
# (mean 32.4 of 255, MNIST 33.6), as thick (2 × ink / total variation = 2.06 pixels, MNIST 2.05),
# and have as many half-tones (grey levels up to half: 33 % of the inked pixels, MNIST 31 %).
PEN_RADIUS = 1.25  # pixels
EDGE = 1.4  # pixels over which coverage falls from 1 to 0 at the edge of a line
SPACING = 0.25  # pixels between the points that are kept of a stroke
MAX_POINTS = 2_000  # per drawing; longer ones are thinned out further
TAP = 0.05  # of the longest stroke: a shorter stroke is a dot
ASIDE = 0.1  # of the longest stroke: a dot this far beside all other strokes is a slip
MAX_COORDINATE = 1e100  # larger ones count as not finite, since their differences may overflow
PIECE = 1.5  # pixels, longest segment that is drawn in one go
FRAME = 4  # pixels around the box that drawing a segment may touch
AT_ONCE = 400  # drawings rendered together, to bound the memory

Strokes = Iterable[Sequence[Sequence[float]] | np.ndarray]  # points [x, y] of each stroke


def draw(strokes: Strokes, as_drawn: bool = False) -> np.ndarray:
    """Render `strokes`, lists of points [x, y] with y down, in any unit → (28, 28) uint8.

    Points that are not finite are dropped. Without any point the image is all zero. The long
    upstroke of a 1 is shortened (`dataset.ink.upstroke`) and dots beside the drawing are left out,
    unless `as_drawn`.
    """
    return draw_all([strokes], as_drawn=as_drawn)[0]


def draw_all(
    drawings: Sequence[Strokes],
    pens: float | np.ndarray = PEN_RADIUS,
    transforms: np.ndarray | None = None,
    as_drawn: bool = False,
) -> np.ndarray:
    """Render N drawings → (N, 28, 28) uint8, each the same as `draw` gives.

    `pens` (N,) are pen radii in pixels. `transforms` (N, 2, 2) are applied to the points before
    they are scaled: [x, y] @ transform.
    """
    images = np.zeros((len(drawings), FIELD, FIELD), np.uint8)
    pens = np.broadcast_to(pens, len(drawings)).astype(float)
    for start in range(0, len(drawings), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        points, stroke, owner = _gather(drawings[part], as_drawn)
        if transforms is not None:
            points = np.einsum("pi,pij->pj", points, transforms[part][owner])
        _draw(points, stroke, owner, pens[part], images[part])
    return images


def clean(strokes: Strokes, as_drawn: bool = False) -> list[np.ndarray]:
    """The strokes as arrays (P, 2) of their finite points, without empty ones.

    Dots to the left or right of everything else are dropped as slips, unless `as_drawn`.
    """
    parts = [np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes]
    parts = [part[(np.abs(part) < MAX_COORDINATE).all(axis=1)] for part in parts]
    parts = [part for part in parts if len(part)]
    if as_drawn or len(parts) < 2:
        return parts
    low, high = (np.array([end(part, axis=0) for part in parts]) for end in (np.min, np.max))
    length = (high - low).max(axis=1)
    tap = length < TAP * length.max()
    slack = ASIDE * length.max()  # a dot may stand a little outside
    left, right = low[~tap, 0].min() - slack, high[~tap, 0].max() + slack
    stray = tap & ((high[:, 0] < left) | (low[:, 0] > right))
    return [part for part, slip in zip(parts, stray, strict=True) if not slip]


def _gather(
    drawings: Sequence[Strokes], as_drawn: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All finite points (P, 2), and for each the index of its stroke and of its drawing (P,)."""
    parts, owners = [np.zeros((0, 2))], [0]
    for number, strokes in enumerate(drawings):
        strokes = clean(strokes, as_drawn)
        strokes = strokes if as_drawn else upstroke.shorten(strokes)
        parts += strokes
        owners += [number] * len(strokes)
    stroke = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.concatenate(parts), stroke, np.array(owners)[stroke]


def _draw(
    points: np.ndarray,
    stroke: np.ndarray,
    owner: np.ndarray,
    pens: np.ndarray,
    images: np.ndarray,
) -> None:
    """Draw what `_gather` returns into `images` (n, 28, 28), with the pens (n,)."""
    if not len(points):
        return
    inked, first, owner = np.unique(owner, return_index=True, return_inverse=True)
    points = points - np.minimum.reduceat(points, first)[owner]
    longest = np.maximum.reduceat(points.max(axis=1), first)
    points /= np.maximum(longest, 1 / MAX_COORDINATE)[owner, None]  # a dot stays at 0
    starts, ends, owner = _segments(points, stroke, owner, first)
    left = np.arange(len(inked))
    for size in range(BOX, BOX // 2, -1):
        images[inked[left]], fits = center_by_mass(
            *_ink(starts, ends, owner, pens[inked[left]], size)
        )
        if fits.all():
            break
        # Centred by mass, lopsided ink may reach over the edge. It is then drawn smaller until it
        # fits; 13 pixels always do.
        keep = ~fits[owner]
        owner = (np.cumsum(~fits) - 1)[owner[keep]]
        starts, ends, left = starts[keep], ends[keep], left[~fits]


def _segments(
    points: np.ndarray, stroke: np.ndarray, owner: np.ndarray, first: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thin out the strokes and cut them into segments: starts, ends (S, 2) and owners (S,).

    A dot is a segment of length 0.
    """
    begins = np.diff(stroke, prepend=-1) != 0
    last = np.append(begins[1:], True)
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    way = np.cumsum(np.where(begins, 0, steps))
    way -= way[first][owner]
    length = np.maximum.reduceat(way, first)
    milestones = np.floor(way / np.maximum(SPACING / BOX, length / MAX_POINTS)[owner])
    keep = begins | last | (np.diff(milestones, prepend=-1) > 0)
    points, begins, owner = points[keep], begins[keep], owner[keep]
    ends = np.flatnonzero(
        ~begins | np.append(begins[1:], True)
    )  # all but a stroke's first, and dots
    return points[np.where(begins[ends], ends, ends - 1)], points[ends], owner[ends]


def _ink(
    starts: np.ndarray, ends: np.ndarray, owner: np.ndarray, pens: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw segments, given in a unit box, so that the longest side has `size` pixels.

    A pixel's coverage is 3 t² - 2 t³ with t = clip((radius - distance) / EDGE + 1/2, 0, 1), where
    distance is that to the nearest segment. This also rounds ends and joins. Returns boxes
    (n, size, size) uint8, and the width and height in use of each (n, 2).
    """
    count = len(pens)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    half = pens[:, None] + (EDGE - 1) / 2  # pixels farther from the line stay empty
    span = size - 2 * half
    extent = np.maximum.reduceat(np.maximum(starts, ends), first) * span + 2 * half
    used = np.ceil(extent - 1e-9)  # (x, y)
    margin = (half + (used - extent) / 2)[owner]
    starts, ends = starts * span[owner] + margin, ends * span[owner] + margin
    pieces = np.maximum(1, np.ceil(np.hypot(*(ends - starts).T) / PIECE)).astype(int)
    whole = np.repeat(np.arange(len(owner)), pieces)
    number = np.arange(len(whole)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    way = (ends - starts) / pieces[:, None]
    starts = starts[whole] + way[whole] * number[:, None]
    way, reach = way[whole], pens[owner[whole]] + EDGE / 2
    corner = np.ceil(np.minimum(starts, starts + way) - reach[:, None] - 0.5)
    patch = np.arange(int(np.ceil(PIECE + 2 * reach.max())))
    dx = corner[:, :1] + patch + 0.5 - starts[:, :1]  # (S, k)
    dy = corner[:, 1:] + patch + 0.5 - starts[:, 1:]
    vx, vy = way.T[:, :, None]
    squared = np.maximum(vx * vx + vy * vy, 1e-30)
    along = (dx * (vx / squared))[:, None, :] + (dy * (vy / squared))[:, :, None]  # (S, k, k)
    t = np.clip(along, 0, 1)
    t *= t - 2 * along
    t *= squared[:, :, None]
    t += (dx * dx)[:, None, :]
    t += (dy * dy)[:, :, None]
    side = size + 2 * FRAME
    column, row = (corner[:, axis, None].astype(int) + FRAME + patch for axis in (0, 1))
    place = (owner[whole, None] * side + row)[:, :, None] * side + column[:, None, :]
    nearest = np.full(count * side * side, np.inf)
    np.minimum.at(nearest, place.ravel(), t.ravel())
    nearest = nearest.reshape(count, side, side)[:, FRAME:-FRAME, FRAME:-FRAME]
    distance = np.sqrt(np.maximum(nearest, 0))
    t = np.clip((pens[:, None, None] - distance) / EDGE + 0.5, 0, 1)
    return np.rint(255 * t * t * (3 - 2 * t)).astype(np.uint8), used.astype(int)


def center_by_mass(boxes: np.ndarray, used: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place boxes of ink (n, side, side) in images so that the centre of mass is in the middle.

    `used` (n, 2) are the width and height that the ink takes in its box, from the top left.
    Returns images (n, 28, 28), and (n,) bool: False where ink would reach over the edge.
    """
    side = boxes.shape[1]
    mass = boxes.sum(axis=(1, 2), dtype=int)
    # Halves round down; with the epsilon, rounding errors do not move symmetric ink.
    x, y = (
        np.ceil(
            MIDDLE - 0.5 - 1e-6 - boxes.sum(axis=axis, dtype=int) @ np.arange(side) / mass
        ).astype(int)
        for axis in (1, 2)
    )
    framed = np.pad(boxes, ((0, 0), (1, 1), (1, 1)))
    rows, columns = (
        np.clip(np.arange(FIELD) - corner[:, None] + 1, 0, side + 1) for corner in (y, x)
    )
    fields = framed[np.arange(len(boxes))[:, None, None], rows[:, :, None], columns[:, None, :]]
    corners = np.column_stack([x, y])
    return fields, np.all((corners >= 0) & (corners + used <= FIELD), axis=1)
