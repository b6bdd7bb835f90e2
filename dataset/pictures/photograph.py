"""Finds the digits on photographed paper, in uneven light, on ruled lines and from any pen.

The paper's brightness is estimated at every pixel and divided out; what is clearly darker than the
paper is ink. The ink is segmented into digits, and each line is made as thick as MNIST's. Small
pictures are taken as they are, by `dataset.pictures.picture`.
"""

from typing import cast

import numpy as np
import scipy.ndimage

from dataset.ink.render import BOX, EDGE, FIELD, PEN_RADIUS
from dataset.pictures import picture

MIN_SIDE = 64  # pixels of the shorter side; smaller pictures are taken as they are
WORKING_SIDE = 400  # pixels of the longer side: enough for each of several digits
PAPER_SIDE = 50  # pixels of the longer side on which the paper is estimated
WINDOW = 0.4  # of the longer side: wider than any stroke
BLUR = 0.6  # pixels, against grain
CONTRAST = 0.35  # of the strongest ink: fainter marks are shadows
MIN_CONTRAST = 0.06  # of the paper's brightness: fainter marks are not ink
GRAIN = 6.0  # times the paper's own spread: fainter marks are not ink
SPECK = 0.06  # of the largest part's area: smaller parts are dirt
RULE = 0.5  # of the picture's width: a longer thin line is printed on the paper
THIN = 6  # pixels, thickness of such a line
MAX_DIGITS = 12  # pictures with more parts are not writing
TOO_THIN, TOO_THICK = 0.75, 1.35  # times MNIST's pen


def digits(pixels: np.ndarray) -> np.ndarray:
    """The digits in a picture, from left to right → (N, 28, 28) uint8. N may be 0.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4).
    """
    light = picture.grey(pixels)
    if min(light.shape) < MIN_SIDE:
        image = picture.from_picture(pixels)[None]
        return image if image.any() else image[:0]
    if max(light.shape) > WORKING_SIDE:
        light = picture.resize(light, WORKING_SIDE)
    mask = _ink(light)
    mask = _without_rules(mask)
    parts = _parts(mask)
    if not 1 <= len(parts) <= MAX_DIGITS:
        return np.zeros((0, FIELD, FIELD), np.uint8)
    images = np.array([picture.fit(_with_pen_width(part)) for part in parts])
    return images[images.any(axis=(1, 2))]  # a rule's last pixels leave no ink


def _ink(light: np.ndarray) -> np.ndarray:
    """Brightness (H, W) → (H, W) bool, True where there is ink.

    Light ink on dark paper is inverted first; paper is what covers most of the picture.
    """
    light = scipy.ndimage.gaussian_filter(light, BLUR)
    middle = np.median(light)
    darker, lighter = middle - np.quantile(light, 0.002), np.quantile(light, 0.998) - middle
    if darker < lighter and middle < 110:  # bright spots on white paper are glare
        light = 255 - light
    share = light / np.maximum(_paper(light), 1)
    strength = 1 - share / max(np.median(share), 1e-6)
    spread = 1.48 * np.median(np.abs(strength))  # of the paper: there is little ink
    strongest = np.quantile(strength, 0.998)
    return strength > max(CONTRAST * strongest, MIN_CONTRAST, GRAIN * spread)


def _paper(light: np.ndarray) -> np.ndarray:
    """The paper's brightness at each pixel: a high percentile of its neighbourhood."""
    coarse = picture.resize(light, PAPER_SIDE)
    size = round(WINDOW * PAPER_SIDE)
    paper = scipy.ndimage.percentile_filter(coarse, 75, size=size, mode="nearest")
    paper = scipy.ndimage.gaussian_filter(paper, size / 6)
    zoom = [large / small for large, small in zip(light.shape, coarse.shape, strict=True)]
    paper = np.asarray(scipy.ndimage.zoom(paper, zoom, order=1))
    return paper[: light.shape[0], : light.shape[1]]


def _without_rules(mask: np.ndarray) -> np.ndarray:
    """Remove printed lines: thin, level, over half the width. Ink that crosses them is closed."""
    height, width = mask.shape
    thin = mask & ~np.asarray(scipy.ndimage.binary_opening(mask, np.ones((THIN + 1, 1))), bool)
    linked = np.asarray(scipy.ndimage.binary_closing(np.pad(thin, width), np.ones((1, width // 6))))
    labels, _ = _label(linked[width:-width, width:-width])
    long = [
        number
        for number, (_, columns) in enumerate(scipy.ndimage.find_objects(labels), start=1)
        if columns.stop - columns.start >= RULE * width
    ]
    if not long:
        return mask
    left = mask & ~(thin & np.isin(labels, long))
    return np.asarray(scipy.ndimage.binary_closing(left, np.ones((THIN + 3, 1))))


def _parts(mask: np.ndarray) -> list[np.ndarray]:
    """The ink of each digit, as masks from left to right.

    Specks are dropped. Parts that overlap horizontally or almost touch are one digit.
    """
    near = max(1, round(0.01 * max(mask.shape)))
    joined = scipy.ndimage.binary_dilation(mask, iterations=near)
    labels, count = _label(joined)
    if not count:
        return []
    areas = np.asarray(scipy.ndimage.sum_labels(mask, labels, np.arange(1, count + 1)))
    boxes = scipy.ndimage.find_objects(labels)
    inside = np.array(
        [
            min(rows.start, columns.start) > 0
            and rows.stop < mask.shape[0]
            and columns.stop < mask.shape[1]
            for rows, columns in boxes
        ]
    )  # what touches the edge is a shadow, a table or another sheet
    largest = max(areas[inside], default=0)
    spans = [
        (columns.start, columns.stop, [number])
        for number, (_, columns) in enumerate(boxes, start=1)
        if inside[number - 1] and areas[number - 1] >= SPECK * largest
    ]
    groups = []
    for start, stop, numbers in sorted(spans):
        shared = groups[-1][1] - start if groups else -1
        if groups and shared > 0.4 * min(stop - start, groups[-1][1] - groups[-1][0]):
            before = groups.pop()
            start, stop, numbers = before[0], max(before[1], stop), before[2] + numbers
        groups.append((start, stop, numbers))
    return [mask & np.isin(labels, numbers) for _, _, numbers in groups]


def _label(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the connected parts of a mask, diagonals included: labels (H, W), and how many."""
    return cast(tuple[np.ndarray, int], scipy.ndimage.label(mask, np.ones((3, 3))))


def _with_pen_width(part: np.ndarray) -> np.ndarray:
    """A mask (H, W) → ink as thick as MNIST's, 0 on paper; unchanged if it is nearly so."""
    rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    around = max(3, round(0.15 * side))
    part = np.pad(part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], around)
    inside = np.asarray(scipy.ndimage.distance_transform_edt(part))
    half = 2 * inside[part].mean()  # half of a line's width is twice the mean distance to its edge
    pixel = side / (BOX - EDGE)
    wanted = PEN_RADIUS * pixel
    grown = np.clip(wanted - half, -0.6 * half, None)  # thinning further would break lines
    if TOO_THIN < half / wanted < TOO_THICK:
        grown = 0.0
    outside = np.asarray(scipy.ndimage.distance_transform_edt(~part))
    distance = np.where(part, 0.5 - inside, outside - 0.5) - grown  # from the new edge
    t = np.clip(0.5 - distance / (EDGE * pixel), 0, 1)
    return (255 * t * t * (3 - 2 * t) * (distance < EDGE / 2 * pixel)).astype(np.float32)
