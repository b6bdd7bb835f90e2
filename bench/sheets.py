"""Photographs of paper and boards: the kinds of `bench.photographs` that a phone takes."""

import numpy as np
import scipy.ndimage

from bench.scenes import (
    INKS,
    PAPERS,
    RULES,
    Digits,
    Kind,
    Rng,
    camera,
    lines,
    number,
    paper,
    pick,
    put,
    register,
    shadow,
)

KINDS: dict[str, Kind] = {}
kind = register(KINDS)
KRAFT = [(176, 138, 96), (190, 155, 115), (90, 145, 225), (125, 125, 125), (95, 130, 100)]
TABLES = [(90, 60, 40), (60, 60, 62), (130, 95, 65), (40, 45, 60), (150, 120, 90)]


def size_of(rng: Rng, wide: bool = False) -> tuple[int, int]:
    long = int(rng.choice([800, 1000, 1024, 1200]))
    if wide:
        return round(long * rng.uniform(0.3, 0.5)), long
    return (round(long * 0.75), long) if rng.random() < 0.7 else (long, round(long * 0.75))


def write(
    sheet: np.ndarray, rng: Rng, digits: Digits, colour=None, count=0, share=None, pen=None
) -> str:
    """Write a number on a sheet. `share` is its height of the sheet's; `pen`, of its height."""
    height, width = sheet.shape[:2]
    count = count or int(rng.choice([1, 1, 1, 1, 2, 3]))
    share = share or rng.uniform(0.15, 0.5) / count**0.4
    tall = share * height
    pen = max(1.3, (pen or rng.uniform(0.04, 0.14)) * tall)
    ink, truth = number(rng, digits, count, tall, pen)
    while ink.shape[1] > 0.8 * width:
        tall, pen = (0.75 * width / ink.shape[1] * value for value in (tall, pen))
        ink, truth = number(rng, digits, count, tall, max(1.3, pen))
    room = np.array([width - ink.shape[1], height - ink.shape[0]]) - 0.16 * np.array(
        [width, height]
    )
    x, y = np.array([width, height]) * 0.08 + np.maximum(room, 0) * rng.random(2)
    put(sheet, rng.uniform(0.8, 1) * ink, x, y, pick(rng, INKS) if colour is None else colour)
    return truth


def blank(rng: Rng, wide: bool = False, colours=PAPERS) -> np.ndarray:
    return paper(rng, size_of(rng, wide), pick(rng, colours), rng.uniform(0.002, 0.012))


@kind
def plain(rng, digits):
    sheet = blank(rng)
    return shot(rng, sheet, write(sheet, rng, digits))


def shot(rng: Rng, sheet: np.ndarray, truth: str, **options) -> tuple[np.ndarray, str]:
    return camera(rng, sheet, **options), truth


@kind
def hairline_pens(rng, digits):
    sheet = blank(rng)
    return shot(rng, sheet, write(sheet, rng, digits, pen=rng.uniform(0.015, 0.03)))


@kind
def markers(rng, digits):
    sheet = blank(rng)
    truth = write(
        sheet, rng, digits, pen=rng.uniform(0.15, 0.22), share=rng.uniform(0.3, 0.7), count=1
    )
    return shot(rng, sheet, truth)


def _ruled(rng, digits, angles, thick=(0.0015, 0.005), spacing=(0.04, 0.14)):
    sheet = blank(rng)
    long, colour = max(sheet.shape), pick(rng, RULES)
    step = long * rng.uniform(*spacing)
    wide = max(1, long * rng.uniform(*thick))
    for angle in angles:
        lines(sheet, rng, angle, step, wide, colour)
    if len(angles) == 1 and rng.random() < 0.3:  # a margin line
        lines(sheet, rng, angles[0] + 90, 0.9 * long, wide, pick(rng, [(220, 90, 100)]))
    return shot(rng, sheet, write(sheet, rng, digits))


@kind
def ruled(rng, digits):
    return _ruled(rng, digits, [rng.uniform(-5, 5)])


@kind
def upright_rules(rng, digits):
    return _ruled(rng, digits, [90 + rng.uniform(-5, 5)])


@kind
def slanted_rules(rng, digits):
    return _ruled(rng, digits, [rng.uniform(0, 180)])


@kind
def squared(rng, digits):
    angle = rng.uniform(-5, 5)
    return _ruled(rng, digits, [angle, angle + 90], (0.0012, 0.004), (0.025, 0.07))


@kind
def squares_close_up(rng, digits):
    angle = rng.uniform(-5, 5)
    return _ruled(rng, digits, [angle, angle + 90], (0.005, 0.009), (0.1, 0.25))


@kind
def shadows(rng, digits):
    sheet = blank(rng)
    truth = write(sheet, rng, digits, share=rng.uniform(0.25, 0.5), count=1)
    return shot(rng, sheet, truth, light=shadow(rng, sheet.shape[:2], rng.uniform(0.4, 0.8)))


@kind
def ruled_shadows(rng, digits):
    sheet = blank(rng)
    long = max(sheet.shape)
    lines(sheet, rng, rng.uniform(-4, 4), long * 0.07, long * 0.003, pick(rng, RULES))
    truth = write(sheet, rng, digits, share=rng.uniform(0.25, 0.5), count=1)
    return shot(rng, sheet, truth, light=shadow(rng, sheet.shape[:2], rng.uniform(0.5, 0.8)))


@kind
def light_ink(rng, digits):
    sheet = blank(rng, colours=KRAFT)
    return shot(
        rng, sheet, write(sheet, rng, digits, pick(rng, [(248, 248, 245), (250, 240, 160)]))
    )


@kind
def dark_ink_on_kraft(rng, digits):
    sheet = blank(rng, colours=KRAFT)
    return shot(rng, sheet, write(sheet, rng, digits, pick(rng, [(25, 25, 30), (40, 30, 90)])))


@kind
def equal_grey(rng, digits):
    """Ink and paper of other hues and the same brightness."""
    weights = np.array([0.299, 0.587, 0.114])
    one = rng.uniform(0.2, 0.8, 3)
    for _ in range(100):
        other = rng.uniform(0.1, 0.95, 3)
        other = (other * (one @ weights) / (other @ weights)).clip(0, 1)
        if np.abs(other - one).max() > 0.3 and abs((other - one) @ weights) < 0.03:
            break
    sheet = paper(rng, size_of(rng), one, 0.005)
    return shot(rng, sheet, write(sheet, rng, digits, other, pen=rng.uniform(0.07, 0.14)))


@kind
def highlighter(rng, digits):
    sheet = blank(rng, colours=PAPERS[:2])
    colour = pick(rng, [(250, 245, 90), (150, 250, 140), (255, 170, 200), (255, 200, 110)])
    return shot(rng, sheet, write(sheet, rng, digits, colour, pen=rng.uniform(0.07, 0.2)))


@kind
def chalk(rng, digits):
    sheet = blank(rng, colours=[(40, 60, 50), (45, 45, 48), (30, 50, 75)])
    smear = rng.normal(0, 1, sheet.shape[:2])
    sheet += 0.6 * scipy.ndimage.gaussian_filter(smear, 30)[..., None]
    return shot(
        rng, sheet, write(sheet, rng, digits, pick(rng, [(225, 225, 220), (230, 220, 150)]))
    )


@kind
def whiteboard(rng, digits):
    sheet = blank(rng, colours=[(235, 240, 242)])
    y, x = np.mgrid[: sheet.shape[0], : sheet.shape[1]] / max(sheet.shape)
    spot = np.exp(-((x - rng.random()) ** 2 + (y - rng.random() * 0.7) ** 2) / 0.01)
    truth = write(sheet, rng, digits)
    return shot(rng, 0.8 * sheet + 0.3 * spot[..., None], truth)


@kind
def small_digit(rng, digits):
    sheet = blank(rng)
    share = rng.uniform(28, 42) / 1200 * max(sheet.shape) / sheet.shape[0]
    truth = write(sheet, rng, digits, pick(rng, INKS[:3]), 1, share, rng.uniform(0.07, 0.14))
    return shot(rng, sheet, truth, blur=0.5)


@kind
def at_the_edge(rng, digits):
    """A tight crop: the ink reaches the picture's edge."""
    sheet = blank(rng)
    tall = 0.5 * sheet.shape[0]
    ink, truth = number(rng, digits, 1, tall, tall * rng.uniform(0.05, 0.13))
    y, x = (int(rng.uniform(0.2, 0.4) * side) for side in sheet.shape[:2])
    put(sheet, ink, x, y, pick(rng, INKS))
    (h, w), pad = ink.shape, rng.integers(0, 8, 4) * (rng.random(4) < 0.6)
    return shot(rng, sheet[y - pad[0] : y + h + pad[1], x - pad[2] : x + w + pad[3]], truth)


@kind
def note_on_a_table(rng, digits):
    table = blank(rng, colours=TABLES)
    streaks = rng.normal(0, 1, table.shape[:2])
    table += (rng.uniform(0, 0.4) * scipy.ndimage.gaussian_filter(streaks, (1, 25)))[..., None]
    height, width = (round(side * rng.uniform(0.35, 0.7)) for side in table.shape[:2])
    note = paper(rng, (height, width), pick(rng, PAPERS))
    truth = write(
        note, rng, digits, pick(rng, INKS), int(rng.choice([1, 1, 2])), rng.uniform(0.3, 0.6)
    )
    y, x = (
        round((a - b) * rng.uniform(0.2, 0.8))
        for a, b in zip(table.shape[:2], note.shape[:2], strict=True)
    )
    table[y : y + height, x : x + width] = note
    return shot(rng, table, truth)
