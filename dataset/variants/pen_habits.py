"""Augmentation with habits that MNIST hardly shows: a flagged 1, a crossed 7, open loops.

MNIST's writers were American. Most others draw a 1 with an upstroke, and many cross their 7. A
network that has never seen such digits reads the first as 7 and the second as 2. So these strokes
are drawn into some of the images as line segments.
"""

import numpy as np

FOOT, TICK, GAP = 0.2, 0.3, 0.3  # share of the digits that get one, of those that can


def add_habits(
    images: np.ndarray, labels: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Images (N, H, W) uint8, labels (N,) → a copy in which `share` of the digits are changed.

    A 1 gets a flag at the top and sometimes a foot, a 7 a bar across and sometimes a tick at the
    left end of its roof; 0, 4, 6, 8 and 9 get a gap, as where a loop is not closed.
    """
    images = images.copy()
    chosen = rng.random(len(images)) < share
    for digits, change in (([1], _flag), ([7], _cross), ([0, 4, 6, 8, 9], _gap)):
        which = np.flatnonzero(chosen & np.isin(labels, digits))
        if len(which):
            images[which] = change(images[which], rng)
    return images


def _flag(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add an upstroke from the lower left to the top of each stem, and a foot to some."""
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


def _cross(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add a bar across each stem, and to some a tick down from the left end of the roof."""
    count = len(images)
    top, bottom = _ends(images)
    columns = np.arange(images.shape[2], dtype=np.float32)
    row = top[:, 0] + (bottom[:, 0] - top[:, 0]) * rng.uniform(0.4, 0.68, count)
    ink = images[np.arange(count), np.rint(row).astype(int)].astype(np.float32)
    middle = np.stack([row, (ink @ columns) / np.maximum(ink.sum(1), 1)], 1)
    tilt, half = np.deg2rad(rng.uniform(-30, 20, count)), rng.uniform(2.5, 6, count)
    reach = half[:, None] * np.stack([np.sin(tilt), np.cos(tilt)], 1)
    images = _draw(images, middle - reach, middle + reach, _pens(count, rng))
    left = np.argmax((images > 96).any(axis=1), axis=1)
    start = np.stack([np.argmax(images[np.arange(count), :, left] > 96, axis=1), left], 1)
    down = rng.uniform(1, 5, count) * (rng.random(count) < TICK)
    return _draw(images, start, start + down[:, None] * [1, 0], _pens(count, rng))


def _gap(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Erase a round spot of ink, in a few only, since an open 9 looks like a 4."""
    ink = images > 128
    order = rng.random(images.shape) * ink
    place = order.reshape(len(images), -1).argmax(axis=1)
    row, column = np.divmod(place, images.shape[2])
    rows, columns = np.indices(images.shape[1:], np.float32)
    distance = np.hypot(rows - row[:, None, None], columns - column[:, None, None])
    radius = np.where(rng.random(len(images)) < GAP, rng.uniform(1, 3, len(images)), -1)
    return (images * np.clip(distance - radius[:, None, None], 0, 1)).astype(np.uint8)


def _ends(images: np.ndarray) -> list[np.ndarray]:
    """The top and the bottom end of the ink: two arrays (N, 2) of row and column."""
    rows = np.asarray((images > 96).any(axis=2))
    columns = np.arange(images.shape[2], dtype=np.float32)
    ends = []
    for row in (rows.argmax(axis=1), images.shape[1] - 1 - rows[:, ::-1].argmax(axis=1)):
        ink = images[np.arange(len(images)), row].astype(np.float32)
        ends.append(np.stack([row, (ink @ columns) / np.maximum(ink.sum(axis=1), 1)], 1))
    return ends


def _pens(count: int, rng: np.random.Generator) -> np.ndarray:
    """Half the width of each stroke, in pixels."""
    return rng.uniform(0.7, 1.5, count)


def _draw(images: np.ndarray, start: np.ndarray, stop: np.ndarray, pen: np.ndarray) -> np.ndarray:
    """Draw a segment from start (N, 2) to stop with a round pen; nothing if its length is 0."""
    rows, columns = np.indices(images.shape[1:], np.float32)
    along = stop - start
    length2 = np.square(along).sum(axis=1)
    row = rows - start[:, 0, None, None]
    column = columns - start[:, 1, None, None]
    dy, dx = along[:, 0, None, None], along[:, 1, None, None]
    share = (row * dy + column * dx) / np.maximum(length2, 1e-9)[:, None, None]
    share = np.clip(share, 0, 1)
    distance = np.hypot(row - share * dy, column - share * dx)
    stroke = 255 * np.clip(0.5 + pen[:, None, None] - distance, 0, 1)
    stroke *= (length2 > 0)[:, None, None]
    return np.maximum(images, stroke.astype(np.uint8))
