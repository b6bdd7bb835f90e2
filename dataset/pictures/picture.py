"""Turns a picture of one digit into a 28 × 28 image, prepared as MNIST's were.

As for drawn strokes (`dataset.ink`), a box of 20 × 20 is placed in 28 × 28 by its centre of mass.
The pen keeps the width it has in the picture. Ink is 255.
"""

import io
import math
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from PIL import Image, ImageChops, ImageOps

from dataset.errors import DataError
from dataset.ink.render import BOX, FIELD, center_by_mass

MAX_SIDE = 256  # pixels; larger pictures are reduced to it first
GREY = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue, ITU-R BT.601
GRAIN = 12  # ink differs from paper by at least this many times the border's spread (8 sigmas)
MIN_CONTRAST = 10  # ink differs from paper by at least this many grey levels of 255

MAX_PICTURE_BYTES = 20_000_000
MAX_PICTURE_PIXELS = 25_000_000
PICTURE_SIDE = 1_024  # pixels; `open_picture` reduces larger pictures


def from_picture(pixels: np.ndarray) -> np.ndarray:
    """The digit in a picture, prepared as MNIST's → (28, 28) uint8.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4), dark on light or light on
    dark. The picture's border is taken as paper; without ink the image is all zero.
    """
    light = grey(pixels)
    if max(light.shape) > MAX_SIDE:  # averages noise away and bounds the work
        light = resize(light, MAX_SIDE)
    ink = light - _paper(light)
    if -ink.min() > ink.max():
        ink = -ink
    ink[ink <= GRAIN * _spread(ink)] = 0
    if ink.max() < MIN_CONTRAST:
        return np.zeros((FIELD, FIELD), np.uint8)
    return fit(ink)


def fit(ink: np.ndarray) -> np.ndarray:
    """Crop, scale and centre ink (H, W), float and 0 on paper → (28, 28) uint8, zero if no ink."""
    if not (ink > 0).any():
        return np.zeros((FIELD, FIELD), np.uint8)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for size in range(BOX, BOX // 2, -1):  # lopsided ink is made smaller until it fits
        box = resize(ink, size)
        box = np.rint(255 / box.max() * box).astype(np.uint8)
        height, width = box.shape
        square = np.pad(box, ((0, size - height), (0, size - width)))
        fields, fits = center_by_mass(square[None], np.array([[width, height]]))
        if fits[0]:
            return fields[0]
    raise AssertionError("11 pixels fit wherever their centre of mass is")


def grey(pixels: np.ndarray) -> np.ndarray:
    """Brightness 0 … 255, float32 (H, W). Transparent pixels get a contrasting background."""
    pixels = pixels.astype(np.float32)
    if pixels.ndim == 2:
        return pixels
    grey = pixels[..., :3] @ GREY
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3] / 255
        ink_is_light = (grey * alpha).sum() > 127.5 * alpha.sum()
        grey = grey * alpha + (0 if ink_is_light else 255) * (1 - alpha)
    return grey


def _paper(grey: np.ndarray) -> np.ndarray:
    """The paper's brightness, from the border: constant, or a slope if that fits better."""
    top, bottom, left, right = (
        np.median(side) for side in (grey[0], grey[-1], grey[:, 0], grey[:, -1])
    )
    height, width = grey.shape
    slope = np.linspace(top, bottom, height)[:, None] + np.linspace(left, right, width)
    slope = slope.astype(np.float32)
    slope += np.median(_border(grey - slope))
    even = np.full_like(grey, np.median(_border(grey)))
    return min(even, slope, key=lambda paper: _spread(grey - paper))


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])


def _spread(ink: np.ndarray) -> float:
    """The border's median deviation from the paper; some ink at the edge does not change it."""
    return float(np.median(np.abs(_border(ink))))


def resize(grey: np.ndarray, longest: int) -> np.ndarray:
    """Scale a float picture (H, W) so that its longest side has `longest` pixels.

    Reducing averages over areas: of Pillow's filters, this gives edges most like MNIST's.
    """
    height, width = (max(1, round(longest * side / max(grey.shape))) for side in grey.shape)
    reduces = longest < max(grey.shape)
    kind = Image.Resampling.BOX if reduces else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(grey).resize((width, height), kind))


def open_picture(file: str | Path | BinaryIO) -> np.ndarray:
    """Decode a PNG, JPEG or WebP file → uint8 (H, W, 3), or (H, W, 4) with transparency.

    The result is upright and at most 1,024 pixels a side. The size is checked before decoding.
    Raises `DataError`.
    """
    if isinstance(file, str | Path):
        try:
            with open(file, "rb") as opened:
                return open_picture(opened)
        except OSError as error:
            raise DataError(f"{Path(file).name} cannot be read ({error.strerror}).") from error
    name = Path(getattr(file, "name", "the picture")).name
    file.seek(0)
    data = file.read(MAX_PICTURE_BYTES + 1)
    if len(data) > MAX_PICTURE_BYTES:
        limit = MAX_PICTURE_BYTES // 1_000_000
        raise DataError(f"{name} is larger than {limit} MB: choose a smaller picture.")
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
        pixels = picture.width * picture.height
        # A phone's JPEG with a second picture inside (MPO) counts as still.
        moving = picture.format != "MPO" and getattr(picture, "is_animated", False)
    except Image.DecompressionBombError:
        pixels, moving = math.inf, False
    except Exception as error:  # Pillow raises many kinds of errors on broken files
        raise DataError(f"{name} is not a readable PNG, JPEG or WebP: save it again.") from error
    if pixels > MAX_PICTURE_PIXELS:
        limit = MAX_PICTURE_PIXELS // 1_000_000
        raise DataError(f"{name} has more than {limit} million pixels: choose a smaller picture.")
    if moving:
        raise DataError(f"{name} is animated: choose a still picture.")
    try:
        picture.draft("RGB", (PICTURE_SIDE, PICTURE_SIDE))  # a large JPEG is decoded reduced
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I"):  # 16-bit grey, which `convert` would clip
            depth = 257 if cast(int, picture.getextrema()[1]) > 255 else 1  # some hold 8 bits
            picture = picture.point(lambda level: level / depth)
        if picture.mode == "CMYK" and _is_even(
            picture.convert("RGB")
        ):  # stored the other way round
            picture = ImageChops.invert(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
        pixels = np.asarray(picture)
    except Exception as error:  # likewise
        raise DataError(f"{name} is broken and cannot be decoded: save it again.") from error
    if pixels.max() > 1:
        return pixels
    ones = np.count_nonzero(pixels.any(axis=2))
    if 0 < ones < max(pixels.shape) / 2:  # shades between 0 and 1 were cut down to 0
        raise DataError(
            f"{name} is almost entirely black: its values are 0 and 1, so multiply them by 255 "
            "before they are rounded, and save it again."
        )
    return 255 * pixels  # saved from 0 … 1


def _is_even(picture: Image.Image) -> bool:
    """Whether all pixels of an RGB picture have the same colour."""
    return all(low == high for low, high in cast(list[tuple[int, int]], picture.getextrema()))
