"""Arrays → pictures as addresses that hold them, so that nothing is asked for a second time.

A picture that changes with each tick then never flickers. Each is one image with a palette, which
keeps it at some kilobytes.
"""

import base64
import io

import numpy as np
from PIL import Image

GAP = 2  # pixels between two tiles
TILE = 56  # screen pixels: the least side of a tile
SHADES = 12  # on each side of zero; more would double the bytes and show nothing more
MIDDLE = SHADES + 1
LOW, HIGH = (8, 120, 200), (226, 90, 10)  # below and above zero; readable on light and on dark


def sheet(images: np.ndarray, columns: int) -> str:
    """Grey images (N, H, W) uint8 side by side, ink light on dark; between them nothing."""
    palette = np.zeros((256, 4), np.uint8)
    palette[:, :3] = np.arange(256)[:, None]
    palette[:, 3] = 255
    palette[0] = 0  # the gap
    return _png(_tiles(np.maximum(images, 1), columns), palette)


def diverging(pictures: np.ndarray, columns: int, top: float | None = None) -> str:
    """Values (N, H, W): blue below zero, orange above, nothing at zero; `top` is the fullest.

    Without `top`, it is the value that 1 in 200 exceeds, so that one giant does not pale the rest.
    """
    sizes = np.abs(pictures)
    top = top or np.quantile(sizes, 0.995) or 1.0
    levels = np.clip(pictures / top, -1, 1) * SHADES + MIDDLE
    return _png(_tiles(levels.round().astype(np.uint8), columns), PALETTE)


def _diverging_palette():
    """(256, 4): 0 is the gap, `MIDDLE` the clear middle; the colour is full at both ends."""
    strength = np.clip((np.arange(256) - MIDDLE) / SHADES, -1, 1)
    palette = np.where(strength[:, None] < 0, (*LOW, 0), (*HIGH, 0)).astype(np.uint8)
    palette[:, 3] = 255 * np.abs(strength) ** 0.8
    palette[0] = 0
    return palette


PALETTE = _diverging_palette()


def _tiles(levels: np.ndarray, columns: int) -> np.ndarray:
    """(N, H, W) uint8 → one picture of enlarged tiles with gaps of level 0."""
    count, height, width = levels.shape
    larger = -(-TILE // max(height, width))
    levels = levels.repeat(larger, axis=1).repeat(larger, axis=2)
    rows, gap = -(-count // columns), GAP * 2
    down, across = height * larger + gap, width * larger + gap
    page = np.zeros((rows * down - gap, columns * across - gap), np.uint8)
    for number, tile in enumerate(levels):
        top, left = number // columns * down, number % columns * across
        page[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return page


def _png(page: np.ndarray, palette: np.ndarray) -> str:
    picture = Image.fromarray(page, "P")
    picture.putpalette(palette.tobytes(), "RGBA")
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
