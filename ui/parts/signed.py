"""Signed values in colours: orange above zero, blue below.

Over ink they have its dark paper in both themes; weights stand on the page itself, clear at zero.
"""

import numpy as np

from ui.parts import pictures

ABOVE, BELOW = (255, 157, 60), (77, 163, 255)  # on dark paper; distinct for colour-blind people too
DIM = 0.55  # brightness of the ink under colours
HIGH, LOW = (226, 90, 10), (8, 120, 200)  # readable on the page, light or dark
SHADES = 12  # on each side of zero; more would double the bytes and show nothing more
MIDDLE = SHADES + 1


def overlay(image: np.ndarray, values: np.ndarray, top: float | None = None) -> np.ndarray:
    """Ink (H, W) uint8 under colours: orange where values (H, W) are positive, blue where
    negative, full at ±`top` (None: the largest there is); → (H, W, 3) uint8.
    """
    top = max(np.abs(values).max() if top is None else top, 1e-12)
    strength = np.clip(np.abs(values) / top, 0, 1)[..., None] ** 0.7  # lifts the faint ones
    colour = np.where(values[..., None] > 0, ABOVE, BELOW)
    ink = DIM * image[..., None].astype(float)
    return (ink + (colour - ink) * strength).round().astype(np.uint8)


def map_sheet(maps: np.ndarray, columns: int) -> np.ndarray:
    """Maps (C, H, W) on dark tiles → (rows, columns, 4) uint8, clear gaps of a pixel between them.

    The strongest value of all has the full colour.
    """
    top, ink = np.abs(maps).max(), np.zeros(maps.shape[1:], np.uint8)
    coloured = np.full((*maps.shape, 4), 255, np.uint8)
    coloured[..., :3] = [overlay(ink, values, top) for values in maps]
    return pictures.tiles(coloured, min(columns, len(maps)), 1)


def weight_sheet(weights: np.ndarray, columns: int, top: float | None = None) -> str:
    """Weights (N, H, W) as tiles, clear at zero and full at ±`top` → data URL.

    Without `top`, it is the value that 1 in 200 exceeds, so that an outlier does not make the rest
    pale.
    """
    top = top or np.quantile(np.abs(weights), 0.995) or 1.0
    levels = np.clip(weights / top, -1, 1) * SHADES + MIDDLE
    page = pictures.enlarged_tiles(levels.round().astype(np.uint8), columns)
    return pictures.data_url(page, palette=PALETTE)


def _palette() -> np.ndarray:
    """(256, 4): 0 is the gap, `MIDDLE` the clear middle; the colour is full at both ends."""
    strength = np.clip((np.arange(256) - MIDDLE) / SHADES, -1, 1)
    palette = np.where(strength[:, None] < 0, (*LOW, 0), (*HIGH, 0)).astype(np.uint8)
    palette[:, 3] = 255 * np.abs(strength) ** 0.8
    palette[0] = 0
    return palette


PALETTE = _palette()
