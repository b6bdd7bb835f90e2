"""A few looks at the same digit: as it is, turned a little both ways, upright, and narrower.

A network that reads all of them and averages its log-probabilities errs less, and where its answers
differ it does not know. Drawings are inked anew for every look, with the same pen; images have
their pixels moved. The first look is always the digit as it is.
"""

from collections.abc import Sequence

import numpy as np

from dataset.ink import render
from dataset.variants import augment

TURN = np.deg2rad(7)
SLANT = 0.15  # x for each y, against the slant that most hands have
NARROW = 0.85


def _matrices():
    cos, sin = np.cos(TURN), np.sin(TURN)
    return np.array(
        [
            [[1, 0], [0, 1]],
            [[cos, sin], [-sin, cos]],
            [[cos, -sin], [sin, cos]],
            [[1, 0], [SLANT, 1]],
            [[NARROW, 0], [0, 1]],
        ]
    )


MATRICES = _matrices()  # (V, 2, 2): [x, y] @ matrix
COUNT = len(MATRICES)


def of_drawings(drawings: Sequence[render.Strokes]) -> np.ndarray:
    """(N, V, 28, 28) uint8 of N drawings."""
    repeated = [drawing for drawing in drawings for _ in MATRICES]
    images = render.draw_all(repeated, turns=np.tile(MATRICES, (len(drawings), 1, 1)))
    return images.reshape(-1, COUNT, render.FIELD, render.FIELD)


def of_images(images: np.ndarray) -> np.ndarray:
    """(N, V, 28, 28) uint8 of images (N, 28, 28) uint8, which are in their place already."""
    middle = (render.FIELD - 1) / 2
    y, x = np.indices((render.FIELD, render.FIELD), np.float32) - middle
    looks = [images]
    for matrix in MATRICES[1:]:
        (a, b), (c, d) = np.linalg.inv(matrix).astype(np.float32)
        sources = (x * b + y * d + middle, x * a + y * c + middle)  # rows, columns
        rows, columns = (np.broadcast_to(source, images.shape) for source in sources)
        looks.append(np.rint(255 * augment.sample(images, rows, columns)).astype(np.uint8))
    return np.stack(looks, axis=1)
