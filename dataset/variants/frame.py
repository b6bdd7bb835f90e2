"""Fits drawings and pictures to the frame of another dataset than MNIST.

A drawing comes as MNIST's digits do, 20 pixels long in a field of 28. Other sets have other sizes
and margins: scikit-learn's digits fill all of their 8 × 8 pixels. So the ink is made as long, as a
share of the side, as in the images that the model was trained on.
"""

import numpy as np

from dataset.ink.render import BOX, FIELD
from dataset.stats import BLOCK, blocks

INK = 64  # what is brighter is ink
WHITE = 127  # a picture whose border is brighter than this has dark ink on light paper
SHARE = BOX / FIELD  # of MNIST's digits
TOLERANCE = 0.1  # a share that differs less from MNIST's counts as the same


def ink_share(images: np.ndarray) -> float:
    """How long the ink of images (N, H, W) uint8 is, as a share of the shorter side: the median."""
    low, high = _ends(images[:: max(1, len(images) // BLOCK)])
    longest = (high - low).max(axis=1, initial=0)
    longest = longest[longest > 0]
    return float(np.median(longest)) / min(images.shape[1:]) if len(longest) else 1.0


def fit(drawings: np.ndarray, shape: tuple[int, ...], share: float = SHARE) -> np.ndarray:
    """Drawings (…, 28, 28) uint8 → (…, H, W) uint8, the ink `share` of the shorter side long.

    `shape` is (H, W); drawings have no colours, so (3, H, W) is a ValueError. Each new pixel is the
    mean of the area that it covers. Drawings of MNIST's own size and share stay as they are. Ink of
    another share is moved so that its bounding box is in the middle, or it might reach over the
    edge.
    """
    if len(shape) != 2:
        raise ValueError(f"drawings have two sides, not {len(shape)}: {shape}")
    alike = abs(share / SHARE - 1) <= TOLERANCE
    if alike and drawings.shape[-2:] == tuple(shape):
        return drawings
    flat = drawings.reshape(-1, *drawings.shape[-2:])
    pitch = (FIELD if alike else BOX / max(share, 0.1)) / min(shape)  # old pixels for a new one
    middles = np.full((1, 2), FIELD / 2)  # one for all
    fitted, start = np.empty((len(flat), *shape), np.uint8), 0
    for block in blocks(flat):
        if not alike:
            low, high = _ends(block)
            middles = np.where(high > low, (low + high) / 2, FIELD / 2)
        down, across = (
            _area_means(FIELD, middle - pitch * side / 2, pitch, side)
            for middle, side in zip(middles.T, shape, strict=True)
        )
        found = down @ block.astype(np.float32) @ across.swapaxes(1, 2)  # (n, H, W)
        fitted[start : start + len(block)] = np.rint(np.clip(found, 0, 255))
        start += len(block)
    return fitted.reshape(*drawings.shape[:-2], *shape)


def fit_picture(pixels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A picture (H, W, 3) or (H, W, 4) uint8 → (3, h, w) or (h, w) uint8; transparent is white.

    The largest part of that form is taken from its middle. In one channel, dark ink on light paper
    becomes light on dark.
    """
    colours = pixels[..., :3].astype(np.float32)
    if pixels.shape[-1] == 4:
        opaque = pixels[..., 3:].astype(np.float32) / 255
        colours = colours * opaque + 255 * (1 - opaque)
    sides, wanted = pixels.shape[:2], shape[-2:]
    pitch = min(side / new for side, new in zip(sides, wanted, strict=True))
    down, across = (
        _area_means(side, np.array([(side - pitch * new) / 2]), pitch, new)[0]
        for side, new in zip(sides, wanted, strict=True)
    )
    found = down @ colours.transpose(2, 0, 1) @ across.T
    found = np.rint(np.clip(found, 0, 255)).astype(np.uint8)
    if len(shape) == 3:
        return found
    grey = found.mean(axis=0).round().astype(np.uint8)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 255 - grey if np.median(border) > WHITE else grey


def _ends(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the ink of images (N, H, W) begins and ends: two arrays (N, 2) of row and column."""
    low, high = np.zeros((2, len(images), 2), int)
    for number, axis in enumerate((2, 1)):
        inked = np.asarray((images > INK).any(axis=axis))
        low[:, number] = inked.argmax(axis=1)
        after = inked.shape[1] - inked[:, ::-1].argmax(axis=1)
        high[:, number] = np.where(inked.any(axis=1), after, 0)
    return low, high


def _area_means(size: int, starts: np.ndarray, pitch: float, wanted: int) -> np.ndarray:
    """(N, wanted, size): how much each of `size` pixels counts for each of those wanted.

    A new pixel is `pitch` old ones wide; the first begins at `starts` (N,).
    """
    edges = starts[:, None] + pitch * np.arange(wanted + 1)
    pixels = np.arange(size)
    low = np.maximum(edges[:, :-1, None], pixels)
    high = np.minimum(edges[:, 1:, None], pixels + 1)
    return (np.maximum(high - low, 0) / pitch).astype(np.float32)
