"""Views of one digit for test-time augmentation: as it is, rotated both ways, sheared, narrower.

Averaging the log-probabilities over the views reduces errors, and views that disagree show doubt.
Drawings are rendered again for each view, with the same pen; images are resampled. The first view
is always the digit as it is.
"""

from collections.abc import Sequence

import numpy as np

from dataset.ink import render
from dataset.variants import augment

ROTATION = np.deg2rad(7)
SHEAR = 0.15  # x per y, against the slant of most handwriting
NARROWING = 0.85  # factor of the width


def _matrices() -> np.ndarray:
    cos, sin = np.cos(ROTATION), np.sin(ROTATION)
    return np.array(
        [
            [[1, 0], [0, 1]],
            [[cos, sin], [-sin, cos]],
            [[cos, -sin], [sin, cos]],
            [[1, 0], [SHEAR, 1]],
            [[NARROWING, 0], [0, 1]],
        ]
    )


MATRICES = _matrices()  # (V, 2, 2): [x, y] @ matrix
COUNT = len(MATRICES)


def of_drawings(drawings: Sequence[render.Strokes], as_drawn: bool = False) -> np.ndarray:
    """Views of N drawings → (N, V, 28, 28) uint8; `as_drawn` as for `render.draw`."""
    repeated = [drawing for drawing in drawings for _ in MATRICES]
    transforms = np.tile(MATRICES, (len(drawings), 1, 1))
    images = render.draw_all(repeated, transforms=transforms, as_drawn=as_drawn)
    return images.reshape(-1, COUNT, *images.shape[1:])


def of_images(images: np.ndarray) -> np.ndarray:
    """Views of centred images (N, H, W) or (N, 3, H, W) uint8 → (N, V, H, W) or (N, V, 3, H, W)."""
    if images.ndim > 3:
        channels = of_images(images.reshape(-1, *images.shape[-2:]))
        channels = channels.reshape(*images.shape[:2], COUNT, *images.shape[-2:])
        return np.ascontiguousarray(channels.swapaxes(1, 2))
    shape = images.shape[1:]
    down, right = ((side - 1) / 2 for side in shape)
    y, x = np.indices(shape, np.float32)
    y, x = y - down, x - right
    views = [images]
    for matrix in MATRICES[1:]:
        (a, b), (c, d) = np.linalg.inv(matrix).astype(np.float32)
        sources = (x * b + y * d + down, x * a + y * c + right)  # rows, columns
        rows, columns = (np.broadcast_to(source, images.shape) for source in sources)
        views.append(np.rint(255 * augment.sample(images, rows, columns)).astype(np.uint8))
    return np.stack(views, axis=1)
