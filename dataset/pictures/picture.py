"""From a picture of a digit, a photograph say, to the image that MNIST would have made of it.

Pictures come as pixels, so the pen's width comes with them. The end of the road is that of drawn
strokes: a box of 20 × 20 laid into 28 × 28 by its centre of mass (`dataset.ink`). Ink is 255.
"""

import io
import math
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from dataset.errors import DataError
from dataset.ink.render import BOX, FIELD, lay

READING = 256  # larger pictures are reduced to this side before they are read
GRAIN = 12  # ink differs from paper by at least this many times the border's spread (8 sigmas)
FAINTEST = 10  # … and by at least this many grey levels of 255

MAX_PICTURE_BYTES = 20_000_000
MAX_PICTURE_PIXELS = 25_000_000
PICTURE_SIDE = 1_024  # `open_picture` reduces larger ones


def from_picture(pixels: np.ndarray) -> np.ndarray:
    """The digit in a picture, as MNIST would have it; → (28, 28) uint8.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4), dark on light or light on
    dark. The picture's border is taken for paper; without anything on it the image is all zero.
    """
    light = grey(pixels)
    if max(light.shape) > READING:  # averages noise away and bounds the work
        light = resize(light, READING)
    ink = light - _paper(light)
    if -ink.min() > ink.max():
        ink = -ink
    ink[ink <= GRAIN * _spread(ink)] = 0
    if ink.max() < FAINTEST:
        return np.zeros((FIELD, FIELD), np.uint8)
    return fit(ink)


def fit(ink: np.ndarray) -> np.ndarray:
    """Crop, scale and centre ink (H, W), float and 0 on paper; → (28, 28) uint8."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    for size in range(BOX, BOX // 2, -1):  # lopsided ink is made smaller until it fits
        box = resize(ink, size)
        box = np.rint(255 / box.max() * box).astype(np.uint8)
        height, width = box.shape
        square = np.pad(box, ((0, size - height), (0, size - width)))
        fields, fits = lay(square[None], np.array([[width, height]]))
        if fits[0]:
            break
    return fields[0]


def grey(pixels: np.ndarray) -> np.ndarray:
    """Brightness 0 … 255 as float32 (H, W); what is transparent contrasts with what is not."""
    pixels = pixels.astype(np.float32)
    if pixels.ndim == 2:
        return pixels
    grey = pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3] / 255
        ink_is_light = (grey * alpha).sum() > 127.5 * alpha.sum()
        grey = grey * alpha + (0 if ink_is_light else 255) * (1 - alpha)
    return grey


def _paper(grey: np.ndarray) -> np.ndarray:
    """The paper's brightness, as the border tells it: even, or a slope where light falls askew."""
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
    """How far the border strays from the paper: its median, which ink at the edge cannot move."""
    return np.median(np.abs(_border(ink)))


def resize(grey: np.ndarray, longest: int) -> np.ndarray:
    """Scale a float picture (H, W) so that its longest side has `longest` pixels.

    Reducing averages over areas: of Pillow's filters, its edges come out most like MNIST's.
    """
    height, width = (max(1, round(longest * side / max(grey.shape))) for side in grey.shape)
    reduces = longest < max(grey.shape)
    kind = Image.Resampling.BOX if reduces else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(grey).resize((width, height), kind))


def open_picture(file: str | Path | BinaryIO) -> np.ndarray:
    """Decode a PNG, JPEG or WebP file or upload; → uint8 (H, W, 3), or (H, W, 4) if see-through.

    It comes upright and at most 1,024 pixels a side. Size is checked before anything is decoded;
    `DataError` says what is wrong with the file.
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
        # A phone's JPEG may carry a second picture (MPO) and is a still picture all the same.
        moving = picture.format != "MPO" and getattr(picture, "is_animated", False)
    except Image.DecompressionBombError:
        pixels, moving = math.inf, False
    except Exception as error:  # Pillow's readers raise a dozen kinds on broken files
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
            picture = picture.point(lambda level: level / 257)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
        return np.asarray(picture)
    except Exception as error:  # likewise
        raise DataError(f"{name} is broken and cannot be decoded: save it again.") from error
