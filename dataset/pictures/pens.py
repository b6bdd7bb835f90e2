"""One digit's ink, with the pen's width made MNIST's, whatever it was written with."""

import numpy as np
import scipy.ndimage
from PIL import Image

from dataset.ink.render import BOX, EDGE, FIELD, PEN_RADIUS
from dataset.pictures import picture

SIDE = 90  # pixels of the digit's longer side when its lines are measured
CUT = 0.45  # of the ink's strength: the edge of a line
TOO_THIN, TOO_THICK = 0.75, 1.35  # times MNIST's pen


def image(strength: np.ndarray) -> np.ndarray:
    """The strength (H, W) of a digit's ink, 0 elsewhere → (28, 28) uint8, zero if none is left."""
    part = enlarged(strength)
    return picture.fit(with_pen_width(part)) if part.any() else np.zeros((FIELD, FIELD), np.uint8)


def enlarged(strength: np.ndarray) -> np.ndarray:
    """Ink as a mask with a longer side of about `SIDE` pixels, with smooth edges."""
    longer = max(strength.shape)
    strength = np.pad(strength, 2).astype(np.float32)
    factor = SIDE / longer
    size = [max(1, round(side * factor)) for side in strength.shape[::-1]]
    kind = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    large = np.asarray(Image.fromarray(strength).resize(size, kind))
    large = scipy.ndimage.gaussian_filter(large, max(0.6, 0.5 * factor))  # no stairs
    inked = large[large > 0.25 * large.max()]
    return large > CUT * np.quantile(inked, 0.8) if len(inked) else np.zeros(large.shape, bool)


def with_pen_width(part: np.ndarray) -> np.ndarray:
    """A mask (H, W) → ink as thick as MNIST's, 0 on paper; unchanged if it is nearly so."""
    rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    around = max(3, round(0.15 * side))
    part = np.pad(part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], around)
    inside = np.asarray(scipy.ndimage.distance_transform_edt(part))
    half = 2 * inside[part].mean()
    pixel = side / (BOX - EDGE)
    wanted = PEN_RADIUS * pixel
    grown = np.clip(wanted - half, -0.6 * half, None)  # thinning further would break lines
    if TOO_THIN < half / wanted < TOO_THICK:
        grown = 0.0
    outside = np.asarray(scipy.ndimage.distance_transform_edt(~part))
    distance = np.where(part, 0.5 - inside, outside - 0.5) - grown  # from the new edge
    t = np.clip(0.5 - distance / (EDGE * pixel), 0, 1)
    return (255 * t * t * (3 - 2 * t) * (distance < EDGE / 2 * pixel)).astype(np.float32)
