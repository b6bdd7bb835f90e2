"""Fits drawings and pictures to the frame of another dataset than MNIST.

A drawing comes as MNIST's digits do, 20 pixels long in a field of 28. Other sets have other sizes
and margins: scikit-learn's digits fill all of their 8 × 8 pixels. So the ink is made as long, as a
share of the side, as in the images that the model was trained on.
"""

import numpy as np

from dataset.ink.render import BOX
from dataset.stats import BLOCK

INK = 64  # what is brighter is ink


def ink_share(images: np.ndarray) -> float:
    """How long the ink of images (N, H, W) uint8 is, as a share of the side: their median."""
    some = np.asarray(images[:: max(1, len(images) // BLOCK)] > INK)
    some = some[np.asarray(some.any(axis=(1, 2)))]
    if not len(some):
        return 1.0
    spans = []
    for axis in (1, 2):
        inked = np.asarray(some.any(axis=axis))
        margins = inked.argmax(axis=1) + inked[:, ::-1].argmax(axis=1)
        spans.append(1 - margins / inked.shape[1])
    return float(np.median(np.max(spans, axis=0)))


def fit(drawings: np.ndarray, shape: tuple[int, int], share: float) -> np.ndarray:
    """Drawings (N, 28, 28) uint8 → (N, H, W) uint8, the ink `share` of the side long."""
    window = BOX / max(share, 0.1)
    return _rescale(drawings, window, window, shape)


def fit_picture(pixels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A whole picture (H, W, 3) or (H, W, 4) uint8 → (3, h, w) uint8; transparent is white."""
    colours = pixels[..., :3].astype(np.float32)
    if pixels.shape[-1] == 4:
        opaque = pixels[..., 3:].astype(np.float32) / 255
        colours = colours * opaque + 255 * (1 - opaque)
    (_, height, width), (tall, wide) = shape, pixels.shape[:2]
    return _rescale(colours.transpose(2, 0, 1), tall, wide, (height, width))


def _rescale(x: np.ndarray, tall: float, wide: float, shape: tuple[int, int]) -> np.ndarray:
    """The middle window (tall, wide) of images (N, H, W), each new pixel the mean of its area."""
    down = _area_means(x.shape[1], tall, shape[0])
    across = _area_means(x.shape[2], wide, shape[1])
    return np.rint(np.clip(down @ x.astype(np.float32) @ across.T, 0, 255)).astype(np.uint8)


def _area_means(size: int, window: float, wanted: int) -> np.ndarray:
    """(wanted, size): how much each of `size` pixels counts for each of those wanted."""
    edges = (size - window) / 2 + window * np.arange(wanted + 1) / wanted
    pixels = np.arange(size)
    low = np.maximum(edges[:-1, None], pixels)
    high = np.minimum(edges[1:, None], pixels + 1)
    return (np.maximum(high - low, 0) * (wanted / window)).astype(np.float32)
