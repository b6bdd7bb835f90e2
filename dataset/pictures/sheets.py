"""Finds a sheet that lies inside a picture, a note or a panel, and cuts the picture down to it."""

import numpy as np
import scipy.ndimage

from dataset.pictures import light, picture, shapes

SMALLEST = 64  # pixels of a picture's shorter side: smaller ones show no sheet
SIDE = 160  # pixels of the longer side on which the sheet is looked for
AREA = (0.05, 0.92)  # of the picture
FILLED = 0.6  # of the sheet without what is on it: a frame has less
NOTCH = 0.1  # of the longer side: ink that reaches over the sheet's edge is narrower
SQUARE = 0.93  # of its smallest rectangle
LONGEST = 4.0  # width by height: longer ones are bars
FREE = 0.35  # of its side at the picture's edge, at most on one side: paper goes on beyond a shadow
RATIO = 1.25  # of the brightness of sheet and table
INK = 0.002  # of the sheet: with less on it, it is no sheet of writing
THIN = 5  # pixels of the reduced picture: what is thinner sticks out of the sheet
RIM = 0.02  # of the longer side of the picture, cut off all around


def inside(sheet: np.ndarray) -> np.ndarray:
    """A picture, float (H, W) or (H, W, 3), cut down to the sheet in it; as it is without one."""
    if min(sheet.shape[:2]) < SMALLEST:
        return sheet
    plane = sheet if sheet.ndim == 2 else sheet @ picture.GREY
    coarse = light.reduced(plane, SIDE)
    limit = otsu(coarse)
    for mask in (coarse > limit, coarse <= limit):
        found = _sheet(mask)
        if found is None:
            continue
        there, away = np.median(coarse[found & mask]), np.median(coarse[~found])
        if max(there, away) < RATIO * min(there, away) + 10:
            continue
        return _cut_out(sheet, found)
    return sheet


def otsu(plane: np.ndarray) -> float:
    """The level that separates dark and bright best (Otsu 1979, eq. 12)."""
    counts, edges = np.histogram(plane, 64)
    levels = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    sums = np.cumsum(counts * levels)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / below[-1] - sums) ** 2 / (below * above)
    return float(edges[1 + int(np.nanargmax(between[:-1]))]) if len(np.unique(plane)) > 1 else 0.0


def _sheet(mask: np.ndarray) -> np.ndarray | None:
    """The largest part of a mask, with what is on it, if it is a rectangle inside the picture."""
    labels, count = shapes.label(mask)
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    own = labels == 1 + int(sizes.argmax())
    notch = round(NOTCH * max(mask.shape))
    around = np.pad(own, notch, mode="edge")
    around = shapes.closed(around, notch)[notch:-notch, notch:-notch]
    around = shapes.opened(np.asarray(scipy.ndimage.binary_fill_holes(around)), THIN)
    area = around.sum()
    if not AREA[0] * mask.size <= area <= AREA[1] * mask.size or own.sum() < FILLED * area:
        return None
    rows, columns = (np.flatnonzero(around.any(axis=axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    if max(height, width) > LONGEST * min(height, width):
        return None
    sides = [around[0].sum() / width, around[-1].sum() / width]
    sides += [around[:, 0].sum() / height, around[:, -1].sum() / height]
    if sorted(sides)[-2] > FREE or area < SQUARE * shapes.smallest_rectangle(around):
        return None
    return around if (around & ~mask).sum() >= INK * area else None


def _cut_out(sheet: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The box around a sheet; what is in the box beside it gets its colour."""
    rim = max(1, round(RIM * max(found.shape)))
    inner = np.asarray(scipy.ndimage.binary_erosion(found, iterations=rim, border_value=1))
    if not inner.any():
        return sheet
    y, x = (
        (np.arange(side) * small // side)
        for side, small in zip(sheet.shape, found.shape, strict=False)
    )
    large = inner[y][:, x]
    rows, columns = (np.flatnonzero(large.any(axis=axis)) for axis in (1, 0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    part, there = sheet[box].copy(), np.asarray(large[box], bool)
    part[~there] = np.median(part[there], axis=0)
    return part
