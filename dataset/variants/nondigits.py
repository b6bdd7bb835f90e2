"""Images that are not digits: letters, shapes, scribbles, two digits at once.

They measure how well a calibrated model rejects what is not a digit. The measures of confidence
were chosen with the help of these kinds, so results on them are slightly optimistic. All functions
return (count, 28, 28) uint8; some are made from `digits` (N, 28, 28) uint8.
"""

from collections.abc import Callable, Sequence

import numpy as np

from dataset.ink import render
from dataset.pictures import picture

# Capital and small letters unlike any digit, as lines through points of a grid of 5 × 7: column
# A … E, row 0 … 6.
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


def letters(rng: np.random.Generator, count: int, digits: np.ndarray | None = None) -> np.ndarray:
    """Letters: every other one of `LETTERS`."""
    return _glyphs(rng, count, [LETTERS[name] for name in FIRST_LETTERS])


def other_letters(
    rng: np.random.Generator, count: int, digits: np.ndarray | None = None
) -> np.ndarray:
    """The rest of `LETTERS`."""
    return _glyphs(rng, count, [LETTERS[name] for name in LETTERS if name not in FIRST_LETTERS])


def shapes(rng: np.random.Generator, count: int, digits: np.ndarray | None = None) -> np.ndarray:
    """Squares, stars, arrows and the like."""
    return _glyphs(rng, count, list(SHAPES.values()))


def scribbles(rng: np.random.Generator, count: int, digits: np.ndarray | None = None) -> np.ndarray:
    """One long curved line."""
    drawings = []
    for _ in range(count):
        length = rng.integers(60, 200)
        angles = 0.6 * np.cumsum(np.cumsum(rng.normal(0, 0.35, length)) + rng.uniform(-0.25, 0.25))
        steps = np.column_stack([np.cos(angles), np.sin(angles)])
        points = np.zeros((length, 2))
        for n in range(1, length):  # a weak pull to the middle keeps it together
            points[n] = 0.97 * points[n - 1] + steps[n]
        drawings.append([points])
    return render.draw_all(drawings)


def hatches(rng: np.random.Generator, count: int, digits: np.ndarray | None = None) -> np.ndarray:
    """A line back and forth, as when filling an area."""
    drawings = []
    for _ in range(count):
        lines = rng.integers(6, 14)
        across = np.tile([0, rng.uniform(4, 14)], lines)[:lines] + rng.normal(0, 0.7, lines)
        down = np.linspace(0, rng.uniform(5, 14), lines) + rng.normal(0, 0.3, lines)
        drawings.append([np.column_stack([across, down]) @ _matrix(rng, 180)])
    return render.draw_all(drawings)


def pairs(rng: np.random.Generator, count: int, digits: np.ndarray) -> np.ndarray:
    """Two digits side by side."""
    left, right = (digits[rng.integers(len(digits), size=count)] for _ in range(2))
    gaps = rng.integers(14, 21, count)
    pages = [_side_by_side(*pair) for pair in zip(left, right, gaps, strict=True)]
    return np.array([picture.from_picture(page) for page in pages])


def crossed_out(rng: np.random.Generator, count: int, digits: np.ndarray) -> np.ndarray:
    """A digit with a cross or three lines through it."""
    images = []
    for digit in digits[rng.integers(len(digits), size=count)]:
        low, high = rng.uniform(0, 3, 4), rng.uniform(17, 20, 4)
        cross = [[[low[0], low[1]], [high[0], high[1]]], [[high[2], low[2]], [low[3], high[3]]]]
        bars = [[[0, y], [20, y + rng.normal(0, 2)]] for y in (5, 10, 15)]
        images.append(np.maximum(digit, render.draw(cross if rng.random() < 0.5 else bars)))
    return np.array(images)


def noise(rng: np.random.Generator, count: int, digits: np.ndarray | None = None) -> np.ndarray:
    """Random specks, from few to many."""
    specks = rng.random((count, render.BOX, render.BOX)) < rng.uniform(0.05, 0.6, (count, 1, 1))
    specks = (specks * rng.integers(60, 256, specks.shape)).astype(np.uint8)
    margin = (render.FIELD - render.BOX) // 2
    return np.pad(specks, ((0, 0), (margin, margin), (margin, margin)))


_MAKERS = (letters, scribbles, pairs, crossed_out, other_letters, shapes, hatches, noise)
KINDS: dict[str, Callable[..., np.ndarray]] = {
    make.__name__.replace("_", " "): make for make in _MAKERS
}


def _glyphs(rng: np.random.Generator, count: int, glyphs: Sequence[str]) -> np.ndarray:
    """Random glyphs, sheared, scaled, rotated and with slightly bent lines."""
    drawings = []
    for _ in range(count):
        glyph, matrix = glyphs[int(rng.integers(len(glyphs)))], _matrix(rng, 12)
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


def _matrix(rng: np.random.Generator, degrees: float) -> np.ndarray:
    """A random shear, scaling and rotation by up to ± `degrees`."""
    angle, slant = np.deg2rad(rng.uniform(-degrees, degrees)), rng.normal(0, 0.15)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.diag([rng.uniform(0.6, 1.1), 1])
    return stretch @ np.array([[1, 0], [slant, 1]]) @ np.array([[cos, sin], [-sin, cos]])


def _side_by_side(left: np.ndarray, right: np.ndarray, gap: int) -> np.ndarray:
    """One image (H, W + gap) of two (H, W), the right one shifted by `gap` pixels."""
    height, width = left.shape
    page = np.zeros((height, width + gap), np.uint8)
    page[:, :width] = left
    np.maximum(page[:, gap:], right, out=page[:, gap:])
    return page
