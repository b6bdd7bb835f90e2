"""Photographs of paper with other marks than one number, and of several digits, for
`bench.photographs`: boxes, holes, points, more lines, touching digits, nothing.
"""

import numpy as np

from bench.scenes import (
    INKS,
    RULES,
    Kind,
    coverage,
    lines,
    number,
    pick,
    put,
    register,
)
from bench.sheets import blank, shot, write

KINDS: dict[str, Kind] = {}
kind = register(KINDS)


@kind
def printed_box(rng, digits):
    sheet = blank(rng)
    height, width = sheet.shape[:2]
    tall = rng.uniform(0.2, 0.4) * height
    ink, truth = number(rng, digits, 1, tall, tall * rng.uniform(0.05, 0.12))
    y, x = (
        (height - ink.shape[0]) * rng.uniform(0.3, 0.7),
        (width - ink.shape[1]) * rng.uniform(0.3, 0.7),
    )
    gap = tall * rng.uniform(0.15, 0.4, 2)
    box = np.ones([int(a + 2 * b) for a, b in zip(ink.shape, gap, strict=True)], np.float32)
    thick = max(2, int(tall * rng.uniform(0.01, 0.05)))
    box[thick:-thick, thick:-thick] = 0
    put(sheet, box, x - gap[1], y - gap[0], pick(rng, INKS[:3] + RULES))
    if rng.random() < 0.25:
        return shot(rng, sheet, "")
    put(sheet, ink, x, y, pick(rng, INKS))
    return shot(rng, sheet, truth)


@kind
def punched_holes(rng, digits):
    sheet = blank(rng)
    height, width = sheet.shape[:2]
    truth = write(sheet, rng, digits, count=1, share=rng.uniform(0.2, 0.4))
    radius = 0.02 * max(height, width)
    hole = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1])
    ring = rng.random() < 0.5
    hole = (np.abs(hole - radius + 3) < 2.5 if ring else hole < radius).astype(np.float32)
    for y in (0.25, 0.75):
        put(sheet, hole, 0.05 * width, y * height, pick(rng, [(50, 45, 45), (120, 115, 110)]))
    return shot(rng, sheet, truth)


@kind
def long_numbers(rng, digits):
    sheet = blank(rng, wide=True)
    return shot(rng, sheet, write(sheet, rng, digits, count=int(rng.integers(4, 11)), share=0.4))


@kind
def touching(rng, digits):
    """Two digits that just touch or overlap a little."""
    sheet = blank(rng)
    tall = rng.uniform(0.25, 0.45) * sheet.shape[0]
    labels = rng.integers(10, size=2)
    left, right = (
        coverage(digits[n][rng.integers(len(digits[n]))], round(tall), 0.07 * tall, rng)
        for n in labels
    )
    x, y = 0.25 * sheet.shape[1], 0.3 * sheet.shape[0]
    colour = pick(rng, INKS)
    put(sheet, left, x, y, colour)
    reach = (
        [np.flatnonzero(row > 0.5) for row in left],
        [np.flatnonzero(row > 0.5) for row in right],
    )
    rows = range(min(len(left), len(right)))
    nearest = min(
        (r[0] - a[-1] for a, r in ((reach[0][n], reach[1][n]) for n in rows) if len(a) and len(r)),
        default=0,
    )
    put(sheet, right, x - nearest - rng.uniform(0, 0.05) * tall, y, colour)
    return shot(rng, sheet, "".join(map(str, labels)))


@kind
def two_lines(rng, digits):
    sheet = blank(rng)
    height, width = sheet.shape[:2]
    for y in (0.15, 0.55):
        ink, _ = number(rng, digits, int(rng.integers(1, 4)), 0.2 * height, 0.02 * height)
        put(sheet, ink, 0.2 * width, y * height, pick(rng, INKS[:2]))
    return shot(rng, sheet, "")


@kind
def decimal_points_and_times(rng, digits):
    sheet = blank(rng)
    height, width = sheet.shape[:2]
    tall = 0.25 * min(height, 0.7 * width)
    left, _ = number(rng, digits, int(rng.integers(1, 3)), tall, 0.08 * tall)
    right, _ = number(rng, digits, int(rng.integers(1, 3)), tall, 0.08 * tall)
    x, y, colour = 0.1 * width, 0.35 * height, pick(rng, INKS[:3])
    put(sheet, left, x, y, colour)
    radius = 0.04 * tall * rng.uniform(0.9, 1.6)
    dot = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1])
    dot = (dot < radius).astype(np.float32)
    x += left.shape[1] + 0.2 * tall
    bottom = y + left.shape[0]
    heights = (
        [bottom - 0.1 * tall] if rng.random() < 0.5 else [bottom - 0.3 * tall, bottom - 0.7 * tall]
    )
    for level in heights:
        put(sheet, dot, x, level, colour)
    put(sheet, right, x + 0.2 * tall + len(dot), bottom - right.shape[0], colour)
    return shot(rng, sheet, "")


@kind
def nothing(rng, digits):
    """Blank, ruled or squared paper, specks, hairs, a lone box."""
    sheet = blank(rng)
    long = max(sheet.shape)
    for angle in [[], [0], [0, 90]][int(rng.integers(3))]:
        lines(sheet, rng, angle + 1, long * 0.06, long * 0.003, pick(rng, RULES))
    for _ in range(int(rng.integers(0, 4))):
        side = int(rng.integers(1, 8))
        speck = np.ones((side, side), np.float32)
        put(sheet, speck, *(rng.uniform(0.1, 0.9, 2) * sheet.shape[1::-1]), pick(rng, INKS))
    return shot(rng, sheet, "")
