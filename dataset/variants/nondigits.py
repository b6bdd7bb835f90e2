"""What is not a digit, made up by the thousand: letters, scribbles, two digits at once.

A network has to be told where its knowledge ends. These images told what to measure, and they
measure how well that works, which flatters it a little. Digits come from the images given.
"""

import numpy as np

from dataset.ink import render
from dataset.pictures import picture

# Capital and small letters that no digit looks like, as lines through points of a grid of
# 5 × 7: column A … E, row 0 … 6.
LETTERS = {
    "A": "A6 C0 E6|B4 D4", "E": "E0 A0 A6 E6|A3 D3", "F": "E0 A0 A6|A3 D3",
    "H": "A0 A6|E0 E6|A3 E3", "K": "A0 A6|E0 A4|B3 E6", "M": "A6 A0 C4 E0 E6", "N": "A6 A0 E6 E0",
    "P": "A6 A0 D0 E1 E2 D3 A3", "R": "A6 A0 D0 E1 E2 D3 A3|C3 E6", "T": "A0 E0|C0 C6",
    "U": "A0 A5 B6 D6 E5 E0", "V": "A0 C6 E0", "W": "A0 B6 C2 D6 E0", "X": "A0 E6|E0 A6",
    "a": "D3 C2 B2 A4 B6 C6 D4 D2|D4 E6", "e": "A4 D4 D3 C2 B2 A4 B6 C6 D5",
    "m": "A6 A2|A3 B2 C3 C6|C3 D2 E3 E6", "t": "C0 C5 D6|A2 E2", "k": "B0 B6|D2 B4 D6",
    "d": "D4 C2 B2 A4 B6 C6 D4|D0 D6", "w": "A2 B6 C3 D6 E2", "n": "A2 A6|A3 B2 C2 D3 D6",
    "x": "A2 D6|D2 A6", "r": "A2 A6|A4 B2 D2",
}  # fmt: skip
SHAPES = {
    "square": "A1 E1 E5 A5 A1", "triangle": "C1 E5 A5 C1", "star": "B6 C0 D6 A2 E2 B6",
    "house": "A6 A3 C0 E3 E6 A6", "plus": "C1 C5|A3 E3", "hash": "B0 B6|D0 D6|A2 E2|A4 E4",
    "arrow": "A3 E3|D1 E3 D5", "heart": "C6 A2 B0 C2 D0 E2 C6", "envelope": "A1 E1 E5 A5 A1 C3 E1",
    "tree": "C6 C0|A2 C4 E2|B1 C2 D1", "zigzag": "A1 B5 C1 D5 E1", "grid": "A0 A6|C0 C6|E0 E6",
}  # fmt: skip
FIRST_LETTERS = tuple(LETTERS)[::2]


def letters(rng, count, digits=None):
    """Every other one of `LETTERS`."""
    return _glyphs(rng, count, [LETTERS[name] for name in FIRST_LETTERS])


def other_letters(rng, count, digits=None):
    return _glyphs(rng, count, [LETTERS[name] for name in LETTERS if name not in FIRST_LETTERS])


def shapes(rng, count, digits=None):
    """Squares, stars, arrows and the like."""
    return _glyphs(rng, count, list(SHAPES.values()))


def scribbles(rng, count, digits=None):
    """A pen that turns and turns without lifting."""
    drawings = []
    for _ in range(count):
        length = rng.integers(60, 200)
        angles = 0.6 * np.cumsum(np.cumsum(rng.normal(0, 0.35, length)) + rng.uniform(-0.25, 0.25))
        steps = np.column_stack([np.cos(angles), np.sin(angles)])
        points = np.zeros((length, 2))
        for n in range(1, length):  # a weak pull back keeps it from walking off
            points[n] = 0.97 * points[n - 1] + steps[n]
        drawings.append([points])
    return render.draw_all(drawings)


def hatches(rng, count, digits=None):
    """To and fro, as one blackens a field."""
    drawings = []
    for _ in range(count):
        lines = rng.integers(6, 14)
        across = np.tile([0, rng.uniform(4, 14)], lines)[:lines] + rng.normal(0, 0.7, lines)
        down = np.linspace(0, rng.uniform(5, 14), lines) + rng.normal(0, 0.3, lines)
        drawings.append([np.column_stack([across, down]) @ _matrix(rng, 180)])
    return render.draw_all(drawings)


def pairs(rng, count, digits):
    """Two digits side by side."""
    left, right = (digits[rng.integers(len(digits), size=count)] for _ in range(2))
    gaps = rng.integers(14, 21, count)
    pages = [_side_by_side(*pair) for pair in zip(left, right, gaps, strict=True)]
    return np.array([picture.from_picture(page) for page in pages])


def crossed_out(rng, count, digits):
    """A digit with a cross or three lines through it."""
    images = []
    for digit in digits[rng.integers(len(digits), size=count)]:
        low, high = rng.uniform(0, 3, 4), rng.uniform(17, 20, 4)
        cross = [[[low[0], low[1]], [high[0], high[1]]], [[high[2], low[2]], [low[3], high[3]]]]
        bars = [[[0, y], [20, y + rng.normal(0, 2)]] for y in (5, 10, 15)]
        images.append(np.maximum(digit, render.draw(cross if rng.random() < 0.5 else bars)))
    return np.array(images)


def noise(rng, count, digits=None):
    """Specks, from a few to many."""
    specks = rng.random((count, 20, 20)) < rng.uniform(0.05, 0.6, (count, 1, 1))
    specks = (specks * rng.integers(60, 256, specks.shape)).astype(np.uint8)
    return np.pad(specks, ((0, 0), (4, 4), (4, 4)))


_MAKERS = (letters, scribbles, pairs, crossed_out, other_letters, shapes, hatches, noise)
KINDS = {make.__name__.replace("_", " "): make for make in _MAKERS}


def _glyphs(rng, count, glyphs):
    """Glyphs written by an unsteady hand: slanted, stretched, with bent lines."""
    drawings = []
    for _ in range(count):
        glyph, matrix = glyphs[rng.integers(len(glyphs))], _matrix(rng, 12)
        drawing = []
        for line in glyph.split("|"):
            points = np.array([["ABCDE".index(x), int(y) * 5 / 6] for x, y in line.split()], float)
            points += rng.normal(0, 0.18, points.shape)
            share = np.linspace(0, len(points) - 1, 8 * len(points) - 7)
            line = np.column_stack([np.interp(share, range(len(points)), xy) for xy in points.T])
            line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4  # corners become round
            drawing.append(line @ matrix)
        drawings.append(drawing)
    return render.draw_all(drawings)


def _matrix(rng, degrees):
    """A slant, a stretch and a turn by up to so much."""
    angle, slant = np.deg2rad(rng.uniform(-degrees, degrees)), rng.normal(0, 0.15)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.diag([rng.uniform(0.6, 1.1), 1])
    return stretch @ np.array([[1, 0], [slant, 1]]) @ np.array([[cos, sin], [-sin, cos]])


def _side_by_side(left, right, gap):
    page = np.zeros((28, 28 + gap), np.uint8)
    page[:, :28] = left
    np.maximum(page[:, gap:], right, out=page[:, gap:])
    return page
