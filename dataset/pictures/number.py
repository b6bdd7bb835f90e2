"""Makes a number of the parts of a picture's ink: which parts are one digit, which are two.

As on the canvas (`dataset.ink.segment`), parts above one another belong together, and of all ways
to join the others and to cut wide ones the best is chosen, by how much each looks like a digit.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.ndimage

from dataset.ink.render import FIELD
from dataset.ink.segment import GAP, GAP_WEIGHT, MAX_GROUPS, MAX_GROUPS_PER_DIGIT, OVERLAP
from dataset.pictures import pens
from dataset.pictures.parts import Part
from dataset.variants import views

LINES = "There is more than one line: crop the picture to one."
POINT = "There is a decimal point: crop the picture to whole numbers."
TIME = "There is a colon, as in a time: crop the picture to one number."
MANY = "There is too much on it: crop the picture to one number."

TALL = 0.45  # of the tallest part's height: parts as tall make lines of writing
LOWEST = 0.35  # of the tallest digit's height: what is lower is no digit
DOT = 0.35  # of the digits' height: greatest size of a point between them
FOOT = 0.4  # of the digits' height, from the base line: where a decimal point stands
NEAR = 0.2  # of the digits' height: a crumb this near belongs to a digit
WIDE = 0.55  # width by height: narrower ink is one digit
WIDE_WEIGHT = 0.6  # for each width of the digits' height beyond it
WHOLE = -0.2  # a score: what looks more like one digit is not cut
HALF = 0.75  # of the height of the ink that is cut: lower pieces are an upstroke, a bar, a tail
GOOD = -0.75  # a score: what is cut must look as much like a digit, on both sides
TYPICAL = 0.1  # a score: halves of digits are good ones, which must not count
FAR = 0.6  # of the digits' height: parts farther apart are not one digit
BROAD = 1.6  # of the digits' height: parts that are wider together are not one digit
CUTS = 3  # most cuts through one part
CUT_WEIGHT = 1.0  # how much a cut through ink counts against a score
STEM_WEIGHT = 0.6  # the same, for a cut beside an upright stroke
USUAL = 0.6  # width by height: the wider the ink beyond, the less a cut counts
STEM, STEM_HEIGHT = 0.9, 0.8  # of the pen, of the height: an upright stroke at an end, a 1
CUT_INK = 2.6  # thicknesses of the pen: a cut goes through no more ink

Judge = Callable[[np.ndarray], Iterable[float]]  # views (N, V, 28, 28) → scores, as for the canvas
Number = tuple[np.ndarray, float, str]  # images (N, 28, 28), the lowest score, a note


class Piece(NamedTuple):
    """Ink between two columns of a picture, from left to right."""

    parts: list[Part]
    start: int
    stop: int
    width: int  # of the ink that it was cut from
    is_cut: bool = False  # through the ink, from the piece before
    by_stem: bool = False  # beside an upright stroke, which may be a 1


def read(
    strokes: list[Part], dots: list[Part], strength: np.ndarray, judge: Judge | None
) -> Number:
    """The digits among the parts of a picture with this strength of ink (H, W)."""
    images, scores, notes = [np.zeros((0, FIELD, FIELD), np.uint8)], [], []
    lines = _lines(strokes)
    for line in lines:
        groups = _groups(line)
        notes.append(_note(line, groups, dots))
        if len(groups) > MAX_GROUPS:
            return images[0], -np.inf, MANY
        found, score = _digits(groups, strength, judge)
        images.append(found)
        scores.append(score)
    note = LINES if len(lines) > 1 else next(filter(None, notes), "")
    return np.concatenate(images), min(scores, default=-np.inf), note


def _lines(strokes: list[Part]) -> list[list[Part]]:
    """The parts of each line of writing: tall parts that share rows, and small ones beside them."""
    if not strokes:
        return []
    tallest = max(part.height for part in strokes)
    tall = sorted(
        (part for part in strokes if part.height >= TALL * tallest),
        key=lambda part: part.rows.start,
    )
    lines, bottom = [], -1
    for part in tall:
        if part.rows.start > bottom:
            lines.append([])
        lines[-1].append(part)
        bottom = max(bottom, part.rows.stop)
    for part in strokes:
        if part.height < TALL * tallest:
            middle = (part.rows.start + part.rows.stop) / 2
            for line in lines:
                top, end = min(p.rows.start for p in line), max(p.rows.stop for p in line)
                if top - NEAR * (end - top) <= middle <= end + NEAR * (end - top):
                    line.append(part)
                    break
    return lines


def _groups(line: list[Part]) -> list[list[Part]]:
    """Parts that share columns, from left to right; crumbs beside a digit are joined or dropped."""
    groups = [[part] for part in sorted(line, key=lambda part: part.columns.start)]
    joined = True
    while joined:
        joined = False
        for n in range(len(groups) - 1, 0, -1):
            (a, b), (c, d) = _extent(groups[n - 1]), _extent(groups[n])
            if min(b, d) - max(a, c) >= OVERLAP * min(b - a, d - c):
                groups[n - 1] += groups.pop(n)
                joined = True
    height = max(part.height for part in line)
    whole = [group for group in groups if _height(group) >= LOWEST * height]
    for group in groups:
        if _height(group) < LOWEST * height:
            start, stop = _extent(group)
            extents = [_extent(other) for other in whole]
            gaps = [max(left - stop, start - right) for left, right in extents]
            if gaps and min(gaps) <= NEAR * height and group[0].width >= LOWEST * height:
                whole[int(np.argmin(gaps))].extend(group)
    return whole


def _extent(group: list[Part]) -> tuple[int, int]:
    return min(p.columns.start for p in group), max(p.columns.stop for p in group)


def _height(group: list[Part]) -> int:
    return max(p.rows.stop for p in group) - min(p.rows.start for p in group)


def _note(line: list[Part], groups: list[list[Part]], dots: list[Part]) -> str:
    """What stands between the digits: a decimal point, the colon of a time, or nothing."""
    top, bottom = min(p.rows.start for p in line), max(p.rows.stop for p in line)
    height = bottom - top
    pen = np.median([part.thickness for part in line])
    crumbs = [p for p in line if p.height < LOWEST * height and p.width < LOWEST * height]
    marks = [p for p in dots + crumbs if 0.35 * pen <= p.longer <= DOT * height]
    level = np.median([part.strength for part in line])
    marks = [p for p in marks if p.strength >= 0.6 * level]
    for left, right in pairwise(groups):
        between = [
            (p.rows.start + p.rows.stop) / 2
            for p in marks
            if _extent(left)[1] - 0.1 * height <= p.columns.start
            and p.columns.stop <= _extent(right)[0] + 0.1 * height
            and top <= p.rows.start
            and p.rows.stop <= bottom + DOT * height
        ]
        if len(between) >= 2 and np.ptp(between) > 0.2 * height:
            return TIME
        if between and max(between) > bottom - FOOT * height:
            return POINT
    return ""


def _digits(
    groups: list[list[Part]], strength: np.ndarray, judge: Judge | None
) -> tuple[np.ndarray, float]:
    """The images of one line's digits, and the lowest of their scores (0 without a judge)."""
    whole = [_whole(group) for group in groups]
    if judge is None:
        images = np.array([_image([piece], strength) for piece in whole])
        return images, 0.0 if images.any(axis=(1, 2)).all() else -np.inf
    images = np.array([_image([piece], strength) for piece in whole])
    scores = list(map(float, judge(views.of_images(images))))
    pieces = [
        part
        for piece, score in zip(whole, scores, strict=True)
        for part in (_cut(piece) if score < WHOLE else [piece])
    ]
    gaps = [right.start - left.stop for left, right in pairwise(whole)]
    height = max(_height(group) for group in groups)
    if len(pieces) == len(whole) and min(gaps, default=height) > FAR * height:
        return images, min(scores)  # nothing to join, nothing to cut
    spans = [(a, b) for a in range(len(pieces)) for b in range(a + 1, len(pieces) + 1)]
    most = MAX_GROUPS_PER_DIGIT + (CUTS if len(pieces) > len(whole) else 0)
    spans = [(a, b) for a, b in spans if b - a <= most and _are_near(pieces[a:b], height)]
    spans = [(a, b) for a, b in spans if _is_tall(pieces, a, b)]
    images = np.array([_image(pieces[a:b], strength) for a, b in spans])
    scores = dict(zip(spans, map(float, judge(views.of_images(images))), strict=True))
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for b in range(1, len(pieces) + 1):
        ways = []
        for a in range(b):
            bad = _is_part(pieces, a, b) and scores.get((a, b), 0) < GOOD
            if a in best and (a, b) in scores and not bad:
                inside = sum(_against(pieces[n], pieces[n + 1], height) for n in range(a, b - 1))
                value = min(scores[a, b], TYPICAL) * (b - a) - inside
                ways.append((best[a][0] + value, [*best[a][1], (a, b)]))
        if ways:  # a piece that is too low ends no digit
            best[b] = max(ways, key=lambda way: way[0])
    chosen = best[len(pieces)][1]
    found = np.array([images[spans.index(span)] for span in chosen])
    return found, min(scores[span] for span in chosen)


def _whole(group: list[Part]) -> Piece:
    start, stop = _extent(group)
    return Piece(group, start, stop, stop - start)


def _are_near(pieces: list[Piece], height: int) -> bool:
    """Whether pieces may be one digit: of one ink, or without wide gaps and not too wide."""
    return pieces[0].parts is pieces[-1].parts or (
        pieces[-1].stop - pieces[0].start < BROAD * height
        and all(right.start - left.stop < FAR * height for left, right in pairwise(pieces))
    )


def _is_part(pieces: list[Piece], a: int, b: int) -> bool:
    """Whether ink is cut at the pieces' start or end."""
    return pieces[a].is_cut or b < len(pieces) and pieces[b].is_cut


def _is_tall(pieces: list[Piece], a: int, b: int) -> bool:
    """Whether the pieces from a to b, if they were cut, are nearly as tall as what they were."""
    own = pieces[a:b]
    if not _is_part(pieces, a, b):
        return True
    rows = np.flatnonzero(_mask(own).any(axis=1))
    tallest = max(_height(piece.parts) for piece in own)
    return len(rows) > 0 and int(np.ptp(rows)) + 1 >= HALF * tallest


def _against(left: Piece, right: Piece, height: int) -> float:
    """What counts against that two neighbours are one digit; negative for what counts for it."""
    if right.is_cut:
        wide = max(left.width, right.width) / height
        weight = STEM_WEIGHT if right.by_stem else CUT_WEIGHT
        return -max(weight - WIDE_WEIGHT * max(wide - USUAL, 0), 0)
    return GAP_WEIGHT * ((right.start - left.stop) / height - GAP)


def _cut(piece: Piece) -> list[Piece]:
    """A piece, cut where little ink hangs together, if it is wide enough for two digits."""
    height, width = _height(piece.parts), piece.stop - piece.start
    if width < WIDE * height:
        return [piece]
    column = np.zeros(width)
    for part in piece.parts:
        left = part.columns.start - piece.start
        column[left : left + part.width] += part.mask.sum(axis=0)
    pen = max(np.median([part.thickness for part in piece.parts]), 1)
    soft = scipy.ndimage.uniform_filter1d(column, max(1, round(pen / 3)))
    low, high = round(0.12 * width), round(0.88 * width)
    apart = max(2, round(0.15 * height))
    is_low = soft == scipy.ndimage.minimum_filter1d(soft, 2 * apart + 1)
    places = [n for n in np.flatnonzero(is_low) if low <= n <= high and soft[n] <= CUT_INK * pen]
    runs = np.split(places, np.flatnonzero(np.diff(places) > apart) + 1)
    places = [int(run[len(run) // 2]) for run in runs if len(run)]
    places = sorted(places, key=lambda n: soft[n])[:CUTS]
    stem, stems = round(STEM * pen), []  # of a 1 at an end
    for place, ends in ((stem, column[:stem]), (width - stem, column[-stem:])):
        if ends.max() > STEM_HEIGHT * height and all(abs(place - n) > pen / 2 for n in places):
            stems.append(place)
    places = sorted(n for n in [*places, *stems] if 0 < n < width)
    ends = [piece.start, *(piece.start + int(n) for n in places), piece.stop]
    return [
        Piece(piece.parts, a, b, width, n > 0, a - piece.start in stems)
        for n, (a, b) in enumerate(pairwise(ends))
    ]


def _image(pieces: list[Piece], strength: np.ndarray) -> np.ndarray:
    """The ink of neighbouring pieces as one digit → (28, 28) uint8."""
    mask = _mask(pieces)
    if not mask.any():
        return np.zeros((FIELD, FIELD), np.uint8)
    top, left = min(p.rows.start for piece in pieces for p in piece.parts), pieces[0].start
    rows, columns = (slice(a, a + size) for a, size in zip((top, left), mask.shape, strict=True))
    soft = scipy.ndimage.binary_dilation(mask, np.ones((3, 3)))
    return pens.image(np.where(soft, np.clip(np.pad(strength, 2)[rows, columns], 0, None), 0))


def _mask(pieces: list[Piece]) -> np.ndarray:
    """The ink of neighbouring pieces, with a margin of two pixels → (H, W) bool."""
    parts = list({id(part): part for piece in pieces for part in piece.parts}.values())
    start, stop = pieces[0].start, pieces[-1].stop
    top, bottom = min(p.rows.start for p in parts), max(p.rows.stop for p in parts)
    mask = np.zeros((bottom - top + 4, stop - start + 4), bool)
    for part in parts:
        a, b = max(part.columns.start, start), min(part.columns.stop, stop)
        if a < b:
            rows = slice(part.rows.start - top + 2, part.rows.stop - top + 2)
            own = part.mask[:, a - part.columns.start : b - part.columns.start]
            mask[rows, a - start + 2 : b - start + 2] |= own
    return mask
