"""How strongly each pixel of a picture stands out from the paper around it.

Paper is what stays when marks narrower than a window are closed (Serra 1982, morphological closing;
opening for light marks): unlike an average, it keeps the edges of shadows and of notes on tables.
A mark's strength is its difference from the paper as a share of the paper's brightness, so a mark
is as strong in a shadow as in the light.
"""

from collections.abc import Iterator

import numpy as np
import scipy.ndimage
from PIL import Image

from dataset.pictures import picture, shapes

SOLID = 0.5  # of the highest opacity: above it, a pixel of a see-through picture counts as there
SHEET = 0.75  # of its box: a solid part that fills more is a sheet, not ink
SHEET_CONTRAST = 40  # grey levels between a sheet's brightest and darkest pixels
CHROMA_SIDE = 256  # pixels of the longer side on which the main difference of hue is looked for
BLUR = 0.8  # pixels, against grain
DARKEST = 40  # grey levels: darker paper counts as this bright, since its grain is no mark
GRAIN = 6.0  # times the paper's own spread: fainter marks are not ink
FAINTEST = 0.05  # of the paper's brightness: fainter marks are not ink
THICK = 0.22  # of the longer side: no pen is wider, but a note on a table is
UNCLEAR = 0.3  # of the energy of the dark or light marks: more in the others is unclear
LARGEST = 2_048  # pixels of a side that was enlarged
LOW, HIGH = 0.35, 0.5  # of the ink's strength: ink goes on above one where some is above the other


def laid_on_paper(pixels: np.ndarray) -> np.ndarray:
    """Any picture, uint8 → float32 without opacity: grey (H, W) or RGB (H, W, 3).

    A sheet in a see-through margin is continued with the colour of its rim; ink on nothing is laid
    on white, as black as it is opaque.
    """
    pixels = pixels.astype(np.float32)
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels
    colour, opacity = pixels[..., :3], pixels[..., 3]
    if opacity.max() < 8:  # nothing to see
        return np.full(opacity.shape, 255, np.float32)
    solid = opacity > SOLID * opacity.max()
    if solid.all():
        return colour
    rows, columns = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    filled = solid.sum() / ((np.ptp(rows) + 1) * (np.ptp(columns) + 1))
    contrast = np.ptp(colour[solid] @ picture.GREY)
    if filled < SHEET or contrast < SHEET_CONTRAST:
        return 255 - 255 * opacity / opacity.max()
    rim = solid & np.asarray(scipy.ndimage.binary_dilation(~solid, iterations=2))
    share = (opacity / opacity.max())[..., None]
    return colour * share + np.median(colour[rim], axis=0) * (1 - share)


def planes(sheet: np.ndarray) -> Iterator[np.ndarray]:
    """Pictures of one channel (H, W), 0 … 255, in which ink may differ from paper.

    Brightness first, then of red, green and blue the one with the most contrast, then hue.
    """
    if sheet.ndim == 2:
        yield sheet
        return
    yield sheet @ picture.GREY
    if np.ptp(sheet, axis=2).max() < 12:  # a grey picture
        return
    spans = [np.quantile(sheet[::2, ::2, n], [0.005, 0.995]) for n in range(3)]
    yield sheet[..., int(np.argmax([high / (low + 20) for low, high in spans]))]
    yield _hue(sheet)


def _hue(sheet: np.ndarray) -> np.ndarray:
    """The colour in units of brightness, along the axis in which the pixels differ most.

    Shadows cancel out. The axis is the first principal component of the most unusual pixels.
    """
    soft = scipy.ndimage.gaussian_filter(sheet, (1.5, 1.5, 0))  # JPEG halves the colours' size
    colours = soft / np.maximum(soft @ picture.GREY, DARKEST)[..., None]
    step = max(1, max(sheet.shape) // CHROMA_SIDE)
    some = colours[::step, ::step].reshape(-1, 3)
    some = some - np.median(some, axis=0)
    far = np.hypot(some[:, 0], some[:, 2])
    axis = np.linalg.svd(some[far >= np.quantile(far, 0.98)], full_matrices=False)[2][0]
    along = (colours - np.median(colours, axis=(0, 1))) @ axis.astype(np.float32)
    return np.clip(128 + 80 * along, 1, 255)


def strength(plane: np.ndarray, light: bool, window: int) -> np.ndarray:
    """How much darker each pixel (H, W) is than the paper, or brighter if `light`: 0 … 1 or more.

    `window` is a side in pixels; marks wider than it count as paper.
    """
    soft = scipy.ndimage.gaussian_filter(plane, BLUR) if min(plane.shape) > 100 else plane
    soft = -soft if light else soft
    window |= 1  # an even one would shift the paper by a pixel
    paper = scipy.ndimage.maximum_filter(soft, window, mode="nearest")
    paper = scipy.ndimage.minimum_filter(paper, window, mode="nearest")
    found = (paper - soft) / np.maximum(np.abs(paper), DARKEST)
    return found - np.median(found)


def ink(found: np.ndarray) -> np.ndarray:
    """Strength (H, W) → (H, W) bool, where there is ink; printed lines are ink too.

    Two thresholds: weak ink counts where it is connected with strong ink (Canny 1986).
    """
    tenth, middle = np.quantile(found, [0.1, 0.5])  # much ink widens only the upper side
    spread = min(1.48 * np.median(np.abs(found - middle)), (middle - tenth) / 1.28)
    floor = max(GRAIN * spread, FAINTEST)
    marks = found[found > floor]
    if not len(marks):
        return np.zeros(found.shape, bool)
    level = np.quantile(marks, 0.9)
    low, high = found > max(floor, LOW * level), found > max(1.2 * floor, HIGH * level)
    return np.asarray(scipy.ndimage.binary_propagation(high, np.ones((3, 3)), mask=low))


def reduced(pixels: np.ndarray, longest: int) -> np.ndarray:
    """A float picture (H, W) or (H, W, 3) that is at most `longest` pixels a side."""
    if max(pixels.shape[:2]) <= longest:
        return pixels
    if pixels.ndim == 2:
        return picture.resize(pixels, longest)
    return np.dstack([picture.resize(pixels[..., n], longest) for n in range(pixels.shape[2])])


def ink_is_light(plane: np.ndarray) -> tuple[bool, bool]:
    """Whether what differs most from its surroundings (their median) is brighter than they are.

    And whether that is certain: the marks of the other kind are few or faint.
    """
    plane = reduced(plane, 256)
    coarse = reduced(plane, 48)
    around = scipy.ndimage.median_filter(coarse, max(3, max(coarse.shape) // 3), mode="nearest")
    size = plane.shape[::-1]
    around = np.asarray(Image.fromarray(around).resize(size, Image.Resampling.BILINEAR))
    differs = plane - around
    least = 4 * np.median(np.abs(differs)) + 8
    wide = max(3, round(THICK * max(plane.shape)))
    energy = []
    for sign in (1, -1):
        marks = sign * differs > least
        thick = shapes.opened(marks, wide)
        energy.append((np.where(marks & ~thick, differs, 0) ** 2).sum())
    return bool(energy[0] > energy[1]), min(energy) <= UNCLEAR * max(energy)


def enlarged(pixels: np.ndarray, shortest: int) -> np.ndarray:
    """A float picture (H, W) or (H, W, 3) enlarged by a whole number, to `shortest` pixels a side.

    Long and thin ones get fewer, since no side may be over `LARGEST`.
    """
    sides = pixels.shape[:2]
    factor = max(1, min(-(-shortest // min(sides)), LARGEST // max(sides)))
    channels = pixels if pixels.ndim == 3 else pixels[..., None]
    size = [side * factor for side in pixels.shape[1::-1]]
    large = [
        np.asarray(Image.fromarray(channels[..., n]).resize(size, Image.Resampling.BICUBIC))
        for n in range(channels.shape[2])
    ]
    return large[0] if pixels.ndim == 2 else np.dstack(large)
