"""Digits on photographed paper: light that falls unevenly, lines on the paper, any pen, several.

The paper's brightness is estimated all over the picture and divided out; what is clearly darker
than the paper is ink. Ink is cut into digits, and each is made as thick as MNIST's. Pictures too
small for that are taken as they are, by `dataset.pictures.picture`.
"""

import numpy as np
import scipy.ndimage

from dataset.ink.render import BOX, EDGE, FIELD, PEN_RADIUS
from dataset.pictures import picture

SMALLEST = 64  # pixels of the shorter side; below it, nothing is gained
WORKING = 400  # pixels of the longer side: a digit among several still has enough of them
COARSE = 50  # pixels of the longer side, on which the paper is estimated
WINDOW = 0.4  # of the longer side: wider than any stroke
BLUR = 0.6  # pixels, against grain
CONTRAST = 0.35  # of the strongest ink: what is fainter is a shadow
FAINTEST = 0.06  # of the paper's brightness: fainter ink is none
GRAIN = 6.0  # times the paper's own spread, likewise
SPECK = 0.06  # of the largest part's area: smaller parts are dirt
RULE = 0.5  # of the picture's width: a thin line that long is printed on the paper
THIN = 6  # pixels, of such a line
MOST = 12  # digits; more parts are no writing
TOO_THIN, TOO_THICK = 0.75, 1.35  # times MNIST's pen


def digits(pixels: np.ndarray) -> np.ndarray:
    """The digits in a picture from left to right; → (N, 28, 28) uint8, N may be 0.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4).
    """
    light = picture.grey(pixels)
    if min(light.shape) < SMALLEST:
        image = picture.from_picture(pixels)[None]
        return image if image.any() else image[:0]
    if max(light.shape) > WORKING:
        light = picture.resize(light, WORKING)
    mask = _ink(light)
    mask = _without_rules(mask)
    parts = _parts(mask)
    if not 1 <= len(parts) <= MOST:
        return np.zeros((0, FIELD, FIELD), np.uint8)
    return np.array([picture.fit(_penned(part)) for part in parts])


def _ink(light):
    """Brightness (H, W) → where there is ink, (H, W) bool.

    Light ink on dark paper is turned round first; paper is what there is most of.
    """
    light = scipy.ndimage.gaussian_filter(light, BLUR)
    middle = np.median(light)
    darker, lighter = middle - np.quantile(light, 0.002), np.quantile(light, 0.998) - middle
    if darker < lighter and middle < 110:  # light on white paper is a glare
        light = 255 - light
    share = light / np.maximum(_paper(light), 1)
    strength = 1 - share / np.median(share)
    spread = 1.48 * np.median(np.abs(strength))  # of the paper: ink is too little to move it
    strongest = np.quantile(strength, 0.998)
    return strength > max(CONTRAST * strongest, FAINTEST, GRAIN * spread)


def _paper(light):
    """The brightness of the paper at each pixel: a high percentile of what is around."""
    coarse = picture.resize(light, COARSE)
    size = round(WINDOW * COARSE)
    paper = scipy.ndimage.percentile_filter(coarse, 75, size=size, mode="nearest")
    paper = scipy.ndimage.gaussian_filter(paper, size / 6)
    zoom = [large / small for large, small in zip(light.shape, coarse.shape, strict=True)]
    return scipy.ndimage.zoom(paper, zoom, order=1)[: light.shape[0], : light.shape[1]]


def _without_rules(mask):
    """Take printed lines away: thin, level, over half the width. Ink across them is healed."""
    height, width = mask.shape
    thin = mask & ~scipy.ndimage.binary_opening(mask, np.ones((THIN + 1, 1)))
    linked = scipy.ndimage.binary_closing(np.pad(thin, width), np.ones((1, width // 6)))
    labels, _ = scipy.ndimage.label(linked[width:-width, width:-width], np.ones((3, 3)))
    long = [
        number
        for number, (_, columns) in enumerate(scipy.ndimage.find_objects(labels), start=1)
        if columns.stop - columns.start >= RULE * width
    ]
    if not long:
        return mask
    left = mask & ~(thin & np.isin(labels, long))
    return scipy.ndimage.binary_closing(left, np.ones((THIN + 3, 1)))


def _parts(mask):
    """The ink of each digit, as masks from left to right. Specks are dropped; what lies above
    each other is one digit, and so is what almost touches."""
    near = max(1, round(0.01 * max(mask.shape)))
    joined = scipy.ndimage.binary_dilation(mask, iterations=near)
    labels, count = scipy.ndimage.label(joined, np.ones((3, 3)))
    if not count:
        return []
    areas = scipy.ndimage.sum_labels(mask, labels, np.arange(1, count + 1))
    boxes = scipy.ndimage.find_objects(labels)
    inside = np.array(
        [
            min(rows.start, columns.start) > 0
            and rows.stop < mask.shape[0]
            and columns.stop < mask.shape[1]
            for rows, columns in boxes
        ]
    )  # what reaches over the edge is a shadow, a table, another sheet
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


def _penned(part):
    """Ink (H, W), 0 on paper, as thick as MNIST's: as photographed, or wider or thinner."""
    rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    around = max(3, round(0.15 * side))
    part = np.pad(part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], around)
    inside = scipy.ndimage.distance_transform_edt(part)
    half = 2 * inside[part].mean()  # of a line's width: the mean distance to its edge is half that
    pixel = side / (BOX - EDGE)
    wanted = PEN_RADIUS * pixel
    grown = np.clip(wanted - half, -0.6 * half, None)  # more would break thin places
    if TOO_THIN < half / wanted < TOO_THICK:
        grown = 0.0
    outside = scipy.ndimage.distance_transform_edt(~part)
    distance = np.where(part, 0.5 - inside, outside - 0.5) - grown  # from the new edge
    t = np.clip(0.5 - distance / (EDGE * pixel), 0, 1)
    return (255 * t * t * (3 - 2 * t) * (distance < EDGE / 2 * pixel)).astype(np.float32)
