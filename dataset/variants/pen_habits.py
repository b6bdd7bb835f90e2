"""What pens do that MNIST hardly shows: a 1 with a flag and a foot, a crossed 7, loops left open.

The writers of MNIST were American; most others draw a 1 with an upstroke, as a 1 is printed, and
many cross their 7. A network that never met such digits takes the one for a 7, the other for a 2.
So some of the images get these strokes, drawn as segments of a line into the picture.
"""

import numpy as np

SIDE = 28
_ROW, _COLUMN = np.meshgrid(*2 * [np.arange(SIDE, dtype=np.float32)], indexing="ij")
FOOT, TICK, GAP = 0.2, 0.3, 0.3  # of the digits that may get one: how many do


def add_habits(images, labels, share, rng):
    """images: (N, 28, 28) uint8, labels: (N,) → a copy in which `share` of the digits have habits.

    1: a flag at the top and sometimes a foot; 7: a bar across and sometimes a tick at its left
    end; 0, 4, 6, 8, 9: a gap, as where a loop was not closed.
    """
    images = images.copy()
    chosen = rng.random(len(images)) < share
    for digits, change in (([1], _flag), ([7], _cross), ([0, 4, 6, 8, 9], _gap)):
        which = np.flatnonzero(chosen & np.isin(labels, digits))
        if len(which):
            images[which] = change(images[which], rng)
    return images


def _flag(images, rng):
    """An upstroke from the lower left to the top of each stem; some get a line to stand on."""
    count = len(images)
    top, bottom = _ends(images)
    height = bottom[:, 0] - top[:, 0]
    angle = np.deg2rad(rng.uniform(20, 75, count))  # from straight down, towards the left
    length = height * rng.uniform(0.15, 0.6, count)
    tip = top + length[:, None] * np.stack([np.cos(angle), -np.sin(angle)], 1)
    images = _draw(images, top, tip, _pens(count, rng))
    reach = np.stack([np.zeros(count), rng.uniform(2, 6, count)], 1)
    reach *= (rng.random(count) < FOOT)[:, None]
    return _draw(images, bottom - reach, bottom + reach, _pens(count, rng))


def _cross(images, rng):
    """A bar across each stem, and at some a tick down from the left end of the roof."""
    count = len(images)
    top, bottom = _ends(images)
    row = top[:, 0] + (bottom[:, 0] - top[:, 0]) * rng.uniform(0.4, 0.68, count)
    ink = images[np.arange(count), np.rint(row).astype(int)].astype(np.float32)
    middle = np.stack([row, (ink @ _COLUMN[0]) / np.maximum(ink.sum(1), 1)], 1)
    tilt, half = np.deg2rad(rng.uniform(-30, 20, count)), rng.uniform(2.5, 6, count)
    reach = half[:, None] * np.stack([np.sin(tilt), np.cos(tilt)], 1)
    images = _draw(images, middle - reach, middle + reach, _pens(count, rng))
    left = np.argmax((images > 96).any(axis=1), axis=1)
    start = np.stack([np.argmax(images[np.arange(count), :, left] > 96, axis=1), left], 1)
    down = rng.uniform(1, 5, count) * (rng.random(count) < TICK)
    return _draw(images, start, start + down[:, None] * [1, 0], _pens(count, rng))


def _gap(images, rng):
    """A round spot of the ink is paper, but at a few only, or a 9 comes to look like a 4."""
    ink = images > 128
    order = rng.random(images.shape) * ink
    place = order.reshape(len(images), -1).argmax(axis=1)
    row, column = np.divmod(place, SIDE)
    distance = np.hypot(_ROW - row[:, None, None], _COLUMN - column[:, None, None])
    radius = np.where(rng.random(len(images)) < GAP, rng.uniform(1, 3, len(images)), -1)
    return (images * np.clip(distance - radius[:, None, None], 0, 1)).astype(np.uint8)


def _ends(images):
    """Where the ink begins above and ends below: two arrays (N, 2) of row and column."""
    rows = (images > 96).any(axis=2)
    ends = []
    for row in (rows.argmax(axis=1), SIDE - 1 - rows[:, ::-1].argmax(axis=1)):
        ink = images[np.arange(len(images)), row].astype(np.float32)
        ends.append(np.stack([row, (ink @ _COLUMN[0]) / np.maximum(ink.sum(axis=1), 1)], 1))
    return ends


def _pens(count, rng):
    return rng.uniform(0.7, 1.5, count)  # half the width of a stroke, in pixels


def _draw(images, start, stop, pen):
    """Add a segment from start (N, 2) to stop with a round pen; of no length, it adds nothing."""
    along = stop - start
    length2 = np.square(along).sum(axis=1)
    row = _ROW - start[:, 0, None, None]
    column = _COLUMN - start[:, 1, None, None]
    dy, dx = along[:, 0, None, None], along[:, 1, None, None]
    share = (row * dy + column * dx) / np.maximum(length2, 1e-9)[:, None, None]
    share = np.clip(share, 0, 1)
    distance = np.hypot(row - share * dy, column - share * dx)
    stroke = 255 * np.clip(0.5 + pen[:, None, None] - distance, 0, 1)
    stroke *= (length2 > 0)[:, None, None]
    return np.maximum(images, stroke.astype(np.uint8))
