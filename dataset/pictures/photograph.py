"""Finds the digits on photographed paper, in uneven light, on ruled lines and from any pen.

A picture is read in a few ways: dark ink or light, by brightness or by colour, with a narrow or a
wide window for the paper. The first way that gives what looks like digits is taken, or the best.
`sheets` crops to a note on a table, `light` finds the ink, `rules` takes printed lines away,
`parts` tells what a pen wrote, `number` which parts are a digit, and `pens` draws it as thick as
MNIST's.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dataset.ink.render import FIELD
from dataset.pictures import light, number, parts, picture, rules, sheets
from dataset.pictures.number import Judge
from dataset.pictures.parts import Part
from dataset.variants import views

NOTHING = "No digit was found."
UNSURE = "What is ink is hard to tell: use a dark pen on plain, light paper."
SIDE = 512  # pixels of the longer side on which the ink is looked for
CLOSE_SIDE = 1024  # pixels of the longer side of a close-up of small digits
LOW = 64  # pixels: digits lower than this are looked at more closely
WINDOWS = (0.14, 0.45)  # of the longer side: wider than lines of a pen, or of a brush close up
CAMERA = 400  # pixels of the longer side: smaller pictures are no whole photographs
BAD = -1.5  # a score: below it, the other window is tried, too
GOOD = -0.9  # a score: most digits have a higher one, and no other way is tried
FAINT = 0.8  # of printed lines' strength: fainter ink is what is left of them
HUE = 2  # the index of the hue among `light.planes`
HUE_FAINTEST = 0.15  # strength, for ink of another hue
BETTER = 0.35  # a way with a score so much higher than the first one's is trusted
ALIKE = 0.5  # correlation of images of the same digit
NOTED = 0.6  # what counts against a way in which the digits are more than one number
OTHER = 0.5  # what counts against ink of the less likely kind, dark or light
LATER = 0.2  # what counts against each further way of reading
OTHER_FAINTEST = 0.25  # strength, for ink of the less likely kind, dark or light
THICKER = 1.2  # times the ink: so much more in a wide window is the inside of thick lines
WIDEST = 1.3  # width by height of one digit
SOLID = 0.8  # of the box of a dot that is ink; a 1 leaning by little may have as much
MIN_SIDE = 64  # pixels of the shorter side; smaller pictures may be MNIST's own


class Reading(NamedTuple):
    """What is found in a picture."""

    images: np.ndarray  # (N, 28, 28) uint8, the digits from left to right
    note: str  # why there is none, or why they are in doubt: a sentence, or empty


class Way(NamedTuple):
    """A number as read in one way."""

    images: np.ndarray  # (N, 28, 28) uint8
    score: float  # the lowest of its digits
    note: str
    unclear: bool = False  # it may be ink of the other kind, light instead of dark


def digits(pixels: np.ndarray, judge: Judge | None = None) -> np.ndarray:
    """The digits in a picture, from left to right → (N, 28, 28) uint8; as `read`."""
    return read(pixels, judge).images


def read(pixels: np.ndarray, judge: Judge | None = None) -> Reading:
    """Find the digits in a picture. N may be 0.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4). `judge(views)` takes views
    (N, V, 28, 28) of what may be digits and gives their scores: about 0 for a typical digit, lower
    for what looks less like one. Without it nothing is cut, and the first way of reading is taken.
    """
    sheet = sheets.inside(light.laid_on_paper(pixels))
    found: list[Way] = []
    for way in _ways(sheet, judge):
        if len(way.images):
            found.append(way)
            if judge is None or way.score > GOOD and not way.unclear:
                break
    if not found:
        return Reading(np.zeros((0, FIELD, FIELD), np.uint8), NOTHING)
    best = max(found, key=lambda way: way.score - (NOTED if way.note else 0))
    trusted = best.score > found[0].score + BETTER or _are_alike(best.images, found[0].images)
    return Reading(best.images, best.note or ("" if trusted else UNSURE))


def _are_alike(images: np.ndarray, others: np.ndarray) -> bool:
    """Whether two numbers (N, 28, 28) show the same, digit by digit."""
    return len(images) == len(others) and all(
        np.corrcoef(image.ravel(), other.ravel())[0, 1] > ALIKE
        for image, other in zip(images, others, strict=True)
    )


def _ways(sheet: np.ndarray, judge: Judge | None) -> Iterator[Way]:
    """The number as read in one way after the other."""
    if min(sheet.shape[:2]) < MIN_SIDE:
        yield from _as_it_is(sheet, judge)
        sheet = light.enlarged(sheet, 2 * MIN_SIDE)
    small = light.reduced(sheet, SIDE)
    planes, count, seen = [], 0, False
    for n, plane in enumerate(light.planes(small)):
        is_light, certain = light.ink_is_light(plane)
        planes.append((plane, is_light, certain))
        least = HUE_FAINTEST if n == HUE else 0.0
        for window in _windows(plane, is_light):
            way, some = _number(sheet, plane, is_light, n, window, judge, least)
            yield way._replace(score=min(way.score, 0.0) - LATER * count, unclear=not certain)
            count, seen = count + 1, seen or some
            if n or (len(way.images) and way.score > BAD):
                break
        if not certain and n == 0:
            window = _windows(plane, not is_light)[0]
            way, _ = _number(sheet, plane, not is_light, n, window, judge, OTHER_FAINTEST)
            yield way._replace(score=min(way.score, 0.0) - OTHER)
    if seen:
        return
    for n, (plane, is_light, certain) in enumerate(planes):
        if n != 1 and (n or certain):
            window = _windows(plane, not is_light)[0]
            yield _number(sheet, plane, not is_light, n, window, judge, OTHER_FAINTEST)[0]


def _windows(plane: np.ndarray, is_light: bool) -> tuple[float, ...]:
    """The windows in the order in which they are tried."""
    small = max(plane.shape) < CAMERA  # drawn or cut out: large in the picture, and in no shadow
    return WINDOWS[::-1] if small or _is_thick(plane, is_light) else WINDOWS


def _as_it_is(sheet: np.ndarray, judge: Judge | None) -> Iterator[Way]:
    """A picture with one digit like MNIST's own, which keeps its pen and its shades of grey."""
    image = picture.from_picture(sheet.clip(0, 255).astype(np.uint8))
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    if not len(rows) or np.ptp(columns) > WIDEST * np.ptp(rows):
        return  # perhaps two digits
    if image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean() > 255 * SOLID:
        return  # a dot
    score = 0.0 if judge is None else float(next(iter(judge(views.of_images(image[None])))))
    yield Way(image[None], score, "")


def _is_thick(plane: np.ndarray, is_light: bool) -> bool:
    """Whether the narrow window takes the inside of lines for paper, and the wide one does not."""
    narrow, wide = (
        light.strength(plane, is_light, max(3, round(window * max(plane.shape))))
        for window in WINDOWS
    )
    ink = light.ink(narrow)
    if not ink.any():
        return bool(light.ink(wide).any())
    level = np.quantile(narrow[ink], 0.75)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    inside = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return bool((wide[inside] > 0.7 * level).sum() > THICKER * ink[inside].sum())


def _number(
    sheet: np.ndarray,
    plane: np.ndarray,
    is_light: bool,
    channel: int,
    window: float,
    judge: Judge | None,
    faintest: float = 0.0,
) -> tuple[Way, bool]:
    """The number as read from one plane (H, W) of a sheet, or from a close-up if it is small.

    And whether there is any ink, or a printed line.
    """
    size = round(window * max(plane.shape))
    strokes, dots, strength, printed = _written(plane, is_light, size, faintest)
    seen = bool(strokes or dots or printed)
    larger = max(sheet.shape[:2]) / max(plane.shape)
    if strokes and larger > 1.2 and max(part.height for part in strokes) < LOW:
        close = light.reduced(sheet[_box_of(strokes, larger)], CLOSE_SIDE)
        planes = list(light.planes(close))
        plane = planes[min(channel, len(planes) - 1)]
        if channel == HUE:  # its axis may point the other way here
            is_light, _ = light.ink_is_light(plane)
        size = round(2 * window * SIDE)
        strokes, dots, strength, _ = _written(plane, is_light, size, faintest)
    images, score, note = number.read(strokes, dots, strength, judge)
    return Way(images, score, note), seen


def _box_of(strokes: list[Part], larger: float) -> tuple[slice, slice]:
    """The box around parts with a margin of their height, in a picture so many times larger."""
    margin = 1.2 * max(part.height for part in strokes)
    rows, columns = ([part.rows for part in strokes], [part.columns for part in strokes])
    top, left = (min(side.start for side in sides) - margin for sides in (rows, columns))
    bottom, right = (max(side.stop for side in sides) + margin for sides in (rows, columns))
    return (
        slice(max(0, int(larger * top)), int(larger * bottom) + 1),
        slice(max(0, int(larger * left)), int(larger * right) + 1),
    )


def _written(
    plane: np.ndarray, is_light: bool, window: int, faintest: float
) -> tuple[list[Part], list[Part], np.ndarray, bool]:
    """What a pen wrote in a plane (H, W): its strokes and dots.

    And the strength of the ink (H, W), and whether there were printed lines.
    """
    strength = light.strength(plane, is_light, max(3, window))
    mask = light.ink(strength)
    left = rules.without_rules(mask)
    printed = strength[mask & ~left]
    if len(printed):
        faintest = max(faintest, FAINT * float(np.median(printed)))
    strokes, dots = parts.written(parts.connected(left, strength), faintest, min(plane.shape))
    return strokes, dots, strength, len(printed) > 0
