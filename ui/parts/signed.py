"""Arrays → small pictures on the dark paper that ink has in both themes.

A picture is an address that holds it, so a new one takes the old one's place without a flicker.
"""

import base64
import io

import numpy as np
from PIL import Image

FOR, AGAINST = (255, 157, 60), (77, 163, 255)  # orange and blue: told apart by any eye
DIM = 0.55  # brightness of the ink under colours


def address(pixels: np.ndarray, width: int) -> str:
    """(H, W) or (H, W, 3 or 4) uint8 → PNG, enlarged by repeating pixels to twice `width`.

    Twice, for sharp screens.
    """
    height = round(2 * width * pixels.shape[0] / pixels.shape[1])
    picture = Image.fromarray(pixels).resize((2 * width, height), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def signed(image: np.ndarray, values: np.ndarray, top: float | None = None) -> np.ndarray:
    """Ink (28, 28) uint8 under colours: orange where values (28, 28) are positive, blue where
    negative, full at ±`top` (None: the largest there is); → (28, 28, 3) uint8.
    """
    top = max(np.abs(values).max() if top is None else top, 1e-12)
    strength = np.clip(np.abs(values) / top, 0, 1)[..., None] ** 0.7  # lifts the faint ones
    colour = np.where(values[..., None] > 0, FOR, AGAINST)
    ink = DIM * image[..., None].astype(float)
    return (ink + (colour - ink) * strength).round().astype(np.uint8)


def sheet(maps: np.ndarray, columns: int) -> np.ndarray:
    """Maps (C, H, W) side by side → (rows, columns, 4) uint8: orange positive, blue negative, the
    strongest in full, clear gaps of a pixel between them.
    """
    count, height, width = maps.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    coloured = np.zeros((rows * columns, height + 1, width + 1, 4), np.uint8)
    top = np.abs(maps).max()
    for tile, values in zip(coloured, maps, strict=False):
        tile[:-1, :-1, :3] = signed(np.zeros((height, width), np.uint8), values, top)
        tile[:-1, :-1, 3] = 255
    grid = coloured.reshape(rows, columns, height + 1, width + 1, 4).swapaxes(1, 2)
    return grid.reshape(rows * (height + 1), columns * (width + 1), 4)[:-1, :-1]
