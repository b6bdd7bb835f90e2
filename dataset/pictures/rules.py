"""Takes printed lines out of a picture's ink: ruled and squared paper, in any direction.

A rule is long, thin, unbroken and regular. Its direction and place are those in which much thin ink
lies on one line through the picture (a Hough transform of the thin ink). Each line is then followed
pixel by pixel, since paper is curved, and its ink is taken away where nothing crosses it.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import scipy.ndimage

from dataset.pictures import shapes

THICKEST = 0.016  # of the longer side: wider lines are not printed
HOUGH_SIDE = 256  # pixels of the longer side on which lines are looked for
ALONG = 0.5  # of its way through the picture: a line with less ink is none
ABOVE = 0.25  # as much more ink than on other lines of its direction, as a share of the way
SIBLINGS = 4  # degrees by which lines of one family differ, by perspective
COARSE, COARSE_LESS = 2, 0.1  # degrees between the directions tried first, and less ink there
SHORTEST = 0.1  # of the longer side: shorter ways, across a corner, do not tell a direction
CORNER = 0.03  # the same, of a line whose direction is known
MAX_LINES, MAX_FAMILIES = 80, 4
REACH = 9  # pixels to each side in which a line is followed
STEP = 0.7  # pixels between samples: no pixel is missed
COVERED = 0.75  # of a line's length: broken lines are not rules
THROUGH = 0.9  # of the way through the picture: a line that is alone must be so long
FAMILY = 3  # lines of one direction are rules even if they end inside the picture
CROSSED = 1.5  # times a rule's width, and a pixel: where the ink is wider, something crosses it


COS, SIN = (function(np.deg2rad(np.arange(180))) for function in (np.cos, np.sin))


class Line(NamedTuple):
    """x cos + y sin = offset; angle in degrees, of the normal."""

    angle: int
    offset: float


class Trace(NamedTuple):
    """A line as it was followed: samples along it and across (T, O)."""

    rows: np.ndarray  # int
    columns: np.ndarray  # int
    erased: np.ndarray  # bool: the line's own ink, which nothing crosses
    length: float  # as a share of its way through the picture


def without_rules(mask: np.ndarray) -> np.ndarray:
    """Ink (H, W) bool without its printed lines.

    It is unchanged if only one or two lines were there and nothing else: a 1 in a tight crop.
    """
    families = _families(mask)
    left = mask
    for family in families:
        left = _erase(left, family)
    return left if left.any() or sum(map(len, families)) >= FAMILY else mask


def _families(mask: np.ndarray) -> list[list[Line]]:
    """Lines by direction, the direction with the most lines first."""
    widest = max(3, round(THICKEST * max(mask.shape)))
    thick = scipy.ndimage.maximum_filter(shapes.opened(mask, widest + 1), 3)
    factor = max(1, -(-max(mask.shape) // HOUGH_SIDE))
    y, x = np.nonzero(_any_of(mask & ~np.asarray(thick, bool), factor))
    height, width = (-(-side // factor) for side in mask.shape)
    families = []
    while len(families) < MAX_FAMILIES and len(y) >= ALONG * min(height, width) / 2:
        shares = _shares(x, y, tuple(range(0, 180, COARSE)), (height, width))
        scores = np.maximum(shares - ALONG + COARSE_LESS, 0).sum(axis=1)
        main = COARSE * int(np.argmax(scores))
        near = tuple((main + turn) % 180 for turn in range(-SIBLINGS, SIBLINGS + 1))
        lines = []
        while len(lines) < MAX_LINES and len(y):
            shares = _shares(x, y, near, (height, width), CORNER)
            length = np.where(shares >= ALONG, shares * _ways(near, (height, width)), 0)
            row, column = np.unravel_index(length.argmax(), shares.shape)
            if not length[row, column]:
                break
            angle, offset = near[row], int(column) - shares.shape[1] // 2
            lines.append(Line(angle, (offset + 0.5) * factor - 0.5))
            keep = np.asarray(np.abs(x * COS[angle] + y * SIN[angle] - offset) > 1.6)
            x, y = x[keep], y[keep]
        if not lines:
            break
        families.append(lines)
    return families


def _any_of(mask: np.ndarray, factor: int) -> np.ndarray:
    """Reduce a mask by a factor: True where any pixel is."""
    height, width = (-(-side // factor) for side in mask.shape)
    full = np.zeros((height * factor, width * factor), bool)
    full[: mask.shape[0], : mask.shape[1]] = mask
    return np.asarray(full.reshape(height, factor, width, factor).any(axis=(1, 3)))


def _shares(
    x: np.ndarray,
    y: np.ndarray,
    angles: tuple[int, ...],
    size: tuple[int, int],
    shortest: float = SHORTEST,
) -> np.ndarray:
    """For lines of some angles (A,), the ink on each as a share of its way through the picture.

    Returns (A, R) for offsets from -R // 2 on; 0 for lines that do not stand out or are short.
    """
    ways = _ways(angles, size)
    reach, turns = ways.shape[1] // 2, list(angles)
    offsets = np.rint(np.outer(COS[turns], x) + np.outer(SIN[turns], y)).astype(int) + reach
    place = offsets + ways.shape[1] * np.arange(len(turns))[:, None]
    counts = np.bincount(place.ravel(), minlength=ways.size).reshape(ways.shape)
    share = np.where(ways >= shortest * max(size), counts / np.maximum(ways, 1), 0)
    usual = len(x) / ways.sum(axis=1, keepdims=True)
    return np.where(share > usual + ABOVE, share, 0)


@functools.lru_cache(maxsize=64)
def _ways(angles: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """How far lines go through a picture, in pixels of their longer axis (A, R)."""
    height, width = size
    reach = math.ceil(math.hypot(height, width))
    ways = np.zeros((len(angles), 2 * reach + 1))
    y, x = np.indices(size)
    for row, angle in enumerate(angles):
        offsets = np.rint(x * COS[angle] + y * SIN[angle]).astype(int) + reach
        ways[row] = np.bincount(offsets.ravel(), minlength=2 * reach + 1)
    return ways * np.maximum(np.abs(COS), np.abs(SIN))[list(angles), None]


def _erase(mask: np.ndarray, lines: list[Line]) -> np.ndarray:
    """Take away the ink of those lines that are rules."""
    widest = max(3, round(THICKEST * max(mask.shape)))
    traces = [trace for line in lines if (trace := _trace(mask, line, widest))]
    if len(traces) < FAMILY:
        traces = [trace for trace in traces if trace.length >= THROUGH]
    left = mask.copy()
    for trace in traces:
        left[trace.rows[trace.erased], trace.columns[trace.erased]] = False
    return left


def _trace(mask: np.ndarray, line: Line, widest: int) -> Trace | None:
    """Follow a line; None if it is broken, too thick or too short."""
    height, width = mask.shape
    turn = np.deg2rad(line.angle)
    cos, sin = np.cos(turn), np.sin(turn)
    reach = REACH + widest
    far = np.arange(-np.hypot(height, width), np.hypot(height, width), STEP)
    x, y = line.offset * cos - far * sin, line.offset * sin + far * cos
    inside = (x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5)
    if inside.sum() < 20:
        return None
    x, y = x[inside], y[inside]
    across = np.arange(-reach, reach + STEP, STEP)

    def sample(shift: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        away = across[None] + np.reshape(shift, (-1, 1))
        columns = np.rint(x[:, None] + away * cos).astype(int)
        rows = np.rint(y[:, None] + away * sin).astype(int)
        there = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
        return rows, columns, mask[rows, columns] & there

    _, _, near = sample(0.0)
    shift = _course(near, across, widest)
    if shift is None:
        return None
    rows, columns, near = sample(shift)
    middle = len(across) // 2
    on = np.asarray(near[:, middle - 1 : middle + 2].any(axis=1))
    first, last = np.flatnonzero(on)[[0, -1]] if on.any() else (0, 0)
    length = (last - first + 1) / len(on)
    if length < ALONG or on[first : last + 1].mean() < COVERED:
        return None
    band = _run_through(near, middle)
    run = band.sum(axis=1) * STEP
    thickness = np.median(run[on])
    if thickness > widest:
        return None
    erased = band & (run <= CROSSED * thickness + 1.5)[:, None]
    erased = np.asarray(scipy.ndimage.binary_dilation(erased, np.ones((1, 3)))) & near
    erased &= (run <= CROSSED * thickness + 1.5)[:, None]
    return Trace(rows, columns, erased, float(length))


def _course(near: np.ndarray, across: np.ndarray, widest: int) -> np.ndarray | None:
    """How far a line lies from its straight place at each sample: a cubic, in pixels."""
    thin = near & (near.sum(axis=1) * STEP <= 2 * widest)[:, None]
    count = thin.sum(axis=1)
    place = np.flatnonzero(count)
    if len(place) < 12:
        return None
    middle = (thin[place] * across).sum(axis=1) / count[place]
    t = place / len(near) - 0.5
    keep = np.ones(len(place), bool)
    for degree, limit in ((1, 4.0), (2, 2.5), (3, 2.0)):
        curve = np.polynomial.Polynomial.fit(t[keep], middle[keep], degree, domain=[-0.5, 0.5])
        miss = np.abs(middle - curve(t))
        keep = miss < limit
        if keep.sum() < 12:
            return None
    return curve(np.arange(len(near)) / len(near) - 0.5).clip(-REACH, REACH)


def _run_through(near: np.ndarray, middle: int) -> np.ndarray:
    """The samples across a line (T, O) that hang together with its middle."""
    seed = np.zeros_like(near)
    seed[:, middle - 1 : middle + 2] = near[:, middle - 1 : middle + 2]
    across = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
    return np.asarray(scipy.ndimage.binary_propagation(seed, across, mask=near))
