"""Augmentation: every time a network meets an image, it is written a little differently.

A batch is moved, turned, scaled, sheared and bent in one go: each output pixel asks where in the
original it comes from, and the value there is interpolated. So all of it costs one pass. It is done
for a few images at a time: what is computed on the way then stays in the cache.
"""

from dataclasses import dataclass, fields

import numpy as np

from dataset.errors import DataError
from dataset.variants.pen_habits import add_habits

SIDE = 28
SMOOTHNESS = 4.0  # pixels, of the elastic field: Simard's σ
FEW = 16  # images; three times as fast as a batch of 128 in one go
_MIDDLE = (SIDE - 1) / 2
_FROM_MIDDLE = np.indices((SIDE, SIDE), np.float32).reshape(2, -1) - np.float32(_MIDDLE)


@dataclass(frozen=True)
class Augment:
    """Strengths: each image draws its own amounts, evenly between minus and plus these.

    Called as `augment(images, labels, rng)`: (N, 28, 28) uint8 → (N, 28, 28) float32 in [0, 1].
    """

    shift: float = 0.0  # pixels
    rotation: float = 0.0  # degrees
    scale: float = 0.0  # share of the size, for height and width apart
    shear: float = 0.0  # pixels sideways a pixel of height: the slant of a hand
    elastic: float = 0.0  # pixels, the typical displacement of a random smooth field
    thickness: float = 0.0  # 1: all the way to a stroke wider or thinner by a pixel on each side
    noise: float = 0.0  # standard deviation of grey added to each pixel; not drawn per image
    habits: float = (
        0.0  # share of the digits with a stroke more or a gap: see `dataset.variants.pen_habits`
    )

    def __post_init__(self):
        for field in fields(self):
            value, most = getattr(self, field.name), LIMITS[field.name]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= most:
                raise DataError(f"{field.name} is {value!r}: it must be from 0 to {most:g}")

    def __call__(self, images, labels, rng):
        if self.habits:
            images = add_habits(images, labels, self.habits, rng)
        if self.thickness:
            images = _thicken(images, _draw(rng, self.thickness, len(images)))
        matrices, origins = self._turns(len(images), rng)
        out = np.empty(images.shape, np.float32)
        for start in range(0, len(images), FEW):
            few = slice(start, start + FEW)
            sources = (matrices[few] @ _FROM_MIDDLE).reshape(-1, 2, SIDE, SIDE)
            sources += origins[few]
            if self.elastic:
                sources += elastic_field(len(sources), self.elastic, rng)
            out[few] = sample(images[few], sources[:, 0], sources[:, 1])
        if self.noise:
            out += rng.standard_normal(out.shape, np.float32) * np.float32(self.noise)
            np.clip(out, 0, 1, out=out)
        return out

    def _turns(self, count, rng):
        """How a pixel's place, seen from the middle, becomes the place in the original it shows.

        Matrices (N, 2, 2), which undo rotation, shear and scale, and origins (N, 2, 1, 1) to add.
        """
        angle = np.deg2rad(_draw(rng, self.rotation, count))
        height, width = 1 + _draw(rng, self.scale, count), 1 + _draw(rng, self.scale, count)
        slant = _draw(rng, self.shear, count)
        down, right = _draw(rng, self.shift, count), _draw(rng, self.shift, count)
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
        zero, one = np.zeros(count), np.ones(count)
        bend = np.array([[1 / height, zero], [slant, one / width]]).transpose(2, 0, 1)
        matrices = (bend @ turn).astype(np.float32)
        return matrices, np.stack([_MIDDLE - down, _MIDDLE - right], 1)[:, :, None, None]


def build(strengths):
    """{name: strength} as a recipe has it → Augment, or None without any; DataError if unknown."""
    if not strengths:
        return None
    if unknown := set(strengths) - set(LIMITS):
        raise DataError(f"unknown augmentation {min(unknown)!r}: use {', '.join(LIMITS)}")
    return Augment(**strengths)


LIMITS = {"shift": 10, "rotation": 180, "scale": 0.9, "shear": 2, "elastic": 10, "thickness": 1,
          "noise": 1, "habits": 1}  # fmt: skip


def _draw(rng, strength, count):
    """(N,) float32, evenly between minus and plus `strength`."""
    return (rng.random(count, np.float32) * 2 - 1) * np.float32(strength)


def _gaussian_filter(sigma):
    """The matrix that smooths a column of 28 values: G[i, j] ∝ exp(−(i − j)² / 2σ²)."""
    offset = np.arange(SIDE)[:, None] - np.arange(SIDE)
    matrix = np.exp(-(offset**2) / (2 * sigma**2))
    return matrix.astype(np.float32)


_SMOOTH = _gaussian_filter(SMOOTHNESS)


def elastic_field(count, strength, rng):
    """Displacements (N, 2, 28, 28): uniform noise smoothed by a Gaussian. Simard et al. 2003.

    Smoothing rows and columns is a matrix product from each side. `strength` is the standard
    deviation in the middle of the field, in pixels.
    """
    noise = rng.random((count, 2, SIDE, SIDE), np.float32)
    noise -= np.float32(0.5)
    field = _SMOOTH @ noise @ _SMOOTH.T
    spread = np.square(_SMOOTH[SIDE // 2]).sum() / np.sqrt(12)  # of the field in its middle
    field *= np.float32(strength / spread)
    return field


def sample(images, y, x):
    """Bilinear interpolation of images (N, 28, 28) uint8 at rows y and columns x → [0, 1].

    y, x: (N, 28, 28) float32. Beyond the edge there is paper.
    """
    count, wide = len(images), SIDE + 2  # a frame of paper saves asking what is inside
    framed = np.zeros((count, wide, wide), np.float32)
    framed[:, 1:-1, 1:-1] = images
    framed *= np.float32(1 / 255)
    y = np.clip(y + np.float32(1), 0, np.float32(wide - 1.001))
    x = np.clip(x + np.float32(1), 0, np.float32(wide - 1.001))
    row, column = y.astype(np.int32), x.astype(np.int32)
    y -= row
    x -= column
    corner = row * np.int32(wide)
    corner += column
    corner += (np.arange(count, dtype=np.int32) * np.int32(wide * wide))[:, None, None]
    values = framed.ravel()
    above, below = values[corner], values[corner + wide]
    above += x * (values[corner + 1] - above)
    below += x * (values[corner + (wide + 1)] - below)
    below -= above
    below *= y
    above += below
    return above


def _thicken(images, amounts):
    """Blend each image with itself widened (amount > 0) or thinned (< 0) by a pixel."""
    framed = np.zeros((len(images), SIDE + 2, SIDE + 2), np.uint8)
    framed[:, 1:-1, 1:-1] = images
    neighbours = (framed[:, :-2, 1:-1], framed[:, 2:, 1:-1],
                  framed[:, 1:-1, :-2], framed[:, 1:-1, 2:])  # fmt: skip
    wider, thinner = images.copy(), images.copy()
    for neighbour in neighbours:
        np.maximum(wider, neighbour, out=wider)
        np.minimum(thinner, neighbour, out=thinner)
    target = np.where((amounts > 0)[:, None, None], wider, thinner).astype(np.float32)
    target -= images
    target *= np.abs(amounts)[:, None, None]
    target += images
    return target.astype(np.uint8)
