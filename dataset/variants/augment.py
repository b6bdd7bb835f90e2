"""Augmentation of images: random shifts, rotations, scales, shears, elastic fields, pens and noise.

All geometric changes are one resampling: for each output pixel, its place in the original is
computed and the value there interpolated. A few images are done at a time, so that intermediate
results stay in the cache.
"""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from dataset.errors import DataError
from dataset.splits import Dataset
from dataset.variants.pen_habits import add_habits

SMOOTHNESS = 4.0  # pixels, σ of the elastic field
BLOCK = 16  # images at a time; three times as fast as a batch of 128 at once


@dataclass(frozen=True)
class Augment:
    """Strengths of each change. Amounts are drawn per image, uniformly between ± these.

    Called as `augment(images, labels, rng)`: (N, H, W) or (N, 3, H, W) uint8 → float32 in [0, 1] of
    that shape. `thickness` and `habits` are for images in one channel; `DataError` otherwise.
    """

    shift: float = 0.0  # pixels
    rotation: float = 0.0  # degrees
    scale: float = 0.0  # share of the size, for height and width separately
    shear: float = 0.0  # pixels sideways per pixel of height
    elastic: float = 0.0  # pixels, standard deviation of a smooth random displacement
    thickness: float = 0.0  # 1: up to a stroke wider or thinner by a pixel on each side
    noise: float = 0.0  # standard deviation of the grey added to each pixel; not drawn per image
    habits: float = 0.0  # share of the digits changed by `dataset.variants.pen_habits`

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), LIMITS[field.name]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= most:
                raise DataError(f"{field.name} is {value!r}: it must be from 0 to {most:g}")

    def __call__(
        self, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        if images.ndim > 3 and (self.habits or self.thickness):
            which = "habits" if self.habits else "thickness"
            raise DataError(
                f"{which} changes pen strokes, and these images have colours: set it to 0"
            )
        if self.habits:
            images = add_habits(images, labels, self.habits, rng)
        if self.thickness:
            images = _thicken(images, _draw(rng, self.thickness, len(images)))
        shape = (images.shape[-2], images.shape[-1])
        channels = math.prod(images.shape[1:-2])
        middle, offsets = _offsets(shape)
        matrices, shifts = self._affine_maps(len(images), rng)
        origins = (middle - shifts)[:, :, None, None]
        out = np.empty(images.shape, np.float32)
        for start in range(0, len(images), BLOCK):
            block = slice(start, start + BLOCK)
            sources = (matrices[block] @ offsets).reshape(-1, 2, *shape)
            sources += origins[block]
            if self.elastic:
                sources += elastic_field(len(sources), shape, self.elastic, rng)
            part = images[block]
            if channels > 1:  # all move alike
                sources = np.repeat(sources, channels, axis=0)
            moved = sample(part.reshape(-1, *shape), sources[:, 0], sources[:, 1])
            out[block] = moved.reshape(part.shape)
        if self.noise:
            out += rng.standard_normal(out.shape, np.float32) * np.float32(self.noise)
            np.clip(out, 0, 1, out=out)
        return out

    def _affine_maps(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Maps from an output pixel's offset from the middle to that of its source.

        Matrices (N, 2, 2), the inverse of rotation, shear and scale, and shifts (N, 2) to subtract.
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
        return matrices, np.stack([down, right], axis=1)


def build(strengths: Mapping[str, Any] | None) -> Augment | None:
    """A recipe's {name: strength} → Augment, or None if empty. DataError for unknown names."""
    if not strengths:
        return None
    if unknown := set(strengths) - set(LIMITS):
        raise DataError(f"unknown augmentation {min(unknown)!r}: use {', '.join(LIMITS)}")
    return Augment(**strengths)


def builder(data: Dataset) -> Callable[[Mapping[str, Any] | None], Augment | None]:
    """`build` for the images of a dataset, without the changes that are `unfit` for them."""
    return functools.partial(_build_for, unfit(data))


def _build_for(without: tuple[str, ...], strengths: Mapping[str, Any] | None) -> Augment | None:
    build(strengths)  # refuses what is wrong also with those that are left out
    return build({name: value for name, value in (strengths or {}).items() if name not in without})


def unfit(data: Dataset) -> tuple[str, ...]:
    """The changes that make no sense for a dataset: pen habits other than on MNIST-like digits,
    and pens at all in colour.
    """
    if len(data.image_shape) > 2:
        return "thickness", "habits"
    return () if data.is_digits and data.image_shape == (28, 28) else ("habits",)


LIMITS = {"shift": 10, "rotation": 180, "scale": 0.9, "shear": 2, "elastic": 10, "thickness": 1,
          "noise": 1, "habits": 1}  # fmt: skip


def _draw(rng: np.random.Generator, strength: float, count: int) -> np.ndarray:
    """(count,) float32, uniformly between ± `strength`."""
    return (rng.random(count, np.float32) * 2 - 1) * np.float32(strength)


@functools.cache
def _offsets(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The middle of an image (2,), and the offset of each pixel from it (2, H·W), both float32."""
    middle = (np.array(shape, np.float32) - 1) / 2
    return middle, np.indices(shape, np.float32).reshape(2, -1) - middle[:, None]


@functools.cache
def _gaussian_filter(size: int, sigma: float) -> np.ndarray:
    """The matrix that smooths a column of `size` values: G[i, j] ∝ exp(−(i − j)² / 2σ²)."""
    offset = np.arange(size)[:, None] - np.arange(size)
    matrix = np.exp(-(offset**2) / (2 * sigma**2))
    return matrix.astype(np.float32)


def elastic_field(
    count: int, shape: tuple[int, int], strength: float, rng: np.random.Generator
) -> np.ndarray:
    """Displacements (N, 2, H, W): uniform noise smoothed by a Gaussian. Simard et al. 2003.

    Rows and columns are smoothed by a matrix product from each side. `strength` is the standard
    deviation in the middle of the field, in pixels.
    """
    noise = rng.random((count, 2, *shape), np.float32)
    noise -= np.float32(0.5)
    down, right = (_gaussian_filter(size, SMOOTHNESS) for size in shape)
    field = down @ noise @ right.T
    squares = (float(np.square(smooth[len(smooth) // 2]).sum()) for smooth in (down, right))
    spread = math.sqrt(math.prod(squares)) / math.sqrt(12)  # standard deviation in the middle
    field *= np.float32(strength / spread)
    return field


def sample(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of images (N, H, W) uint8 at rows y and columns x → [0, 1].

    y, x: (N, H, W) float32. Outside the image there is paper.
    """
    count, tall, wide = len(images), images.shape[1] + 2, images.shape[2] + 2
    framed = np.zeros((count, tall, wide), np.float32)  # with a border, no index is out of range
    framed[:, 1:-1, 1:-1] = images
    framed *= np.float32(1 / 255)
    y = np.clip(y + np.float32(1), 0, np.float32(tall - 1.001))
    x = np.clip(x + np.float32(1), 0, np.float32(wide - 1.001))
    row, column = y.astype(np.int32), x.astype(np.int32)
    y -= row
    x -= column
    corner = row * np.int32(wide)
    corner += column
    corner += (np.arange(count, dtype=np.int32) * np.int32(tall * wide))[:, None, None]
    values = framed.ravel()
    above, below = values[corner], values[corner + wide]
    above += x * (values[corner + 1] - above)
    below += x * (values[corner + (wide + 1)] - below)
    below -= above
    below *= y
    above += below
    return above


def _thicken(images: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Blend each image with itself dilated (amount > 0) or eroded (< 0) by a pixel."""
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
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
