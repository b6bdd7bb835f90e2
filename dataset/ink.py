"""From a drawing or a picture to the 28 × 28 grey image that MNIST would have made of it.

MNIST's authors scaled each digit into a box of 20 × 20 pixels, keeping its aspect, and laid the
box into a 28 × 28 field so that the ink's centre of mass falls on its middle
(http://yann.lecun.com/exdb/mnist). Drawn strokes take the vector road: they are scaled first and
inked afterwards, so the pen is always as wide as MNIST's. Pictures take the pixel road. Both meet
in `_centre`. Ink is 255, paper 0.
"""

import io
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from dataset.errors import DataError

FIELD = 28  # side of the image
BOX = 20  # longest side of the ink
MIDDLE = 14  # row and column index of the centre of mass, to within half a pixel, as in MNIST

# With this pen, digits drawn on a tablet come out as bright (mean 32.5 of 255; MNIST's training
# images 33.3) and as thick (2 × ink / total variation = 2.36 pixels; MNIST 2.40) as MNIST's.
PEN_RADIUS = 1.2  # pixels
SPACING = 0.25  # pixels between the points kept of a stroke
MAX_POINTS = 2_000  # of a drawing; a longer scribble is thinned out further
FARTHEST = 1e100  # coordinates beyond it, whose differences may overflow, count as not finite
READING = 256  # larger pictures are reduced to this side before they are read
GRAIN = 12  # ink differs from paper by at least this many times the border's spread (8 sigmas)
FAINTEST = 10  # … and by at least this many grey levels of 255

MAX_PICTURE_BYTES = 20_000_000
MAX_PICTURE_PIXELS = 25_000_000
PICTURE_SIDE = 1_024  # `open_picture` reduces larger ones


def draw(strokes: Iterable[Sequence[Sequence[float]]]) -> np.ndarray:
    """Ink `strokes`, lists of points [x, y] with y down, in any unit; → (28, 28) uint8.

    Points that are not finite are dropped. Without a single point the image is all zero.
    """
    parts = [np.asarray(stroke, dtype=float).reshape(-1, 2) for stroke in strokes]
    parts = [part[(np.abs(part) < FARTHEST).all(axis=1)] for part in parts]
    parts = [part for part in parts if len(part)]
    if not parts:
        return np.zeros((FIELD, FIELD), np.uint8)
    points = np.concatenate(parts)
    points -= points.min(axis=0)
    points /= max(points.max(), 1 / FARTHEST)  # the longest side is 1; a dot stays at 0
    starts, ends = _segments(points, [len(part) for part in parts])
    return _centre(lambda size: _ink(starts, ends, size))


def _segments(points: np.ndarray, lengths: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Thin the strokes out and cut them: two ends (S, 2) a segment, twice the same for a dot."""
    first = np.zeros(len(points), bool)
    first[np.cumsum([0, *lengths[:-1]])] = True
    last = np.roll(first, -1)
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    way = np.cumsum(np.where(first, 0, steps))
    milestones = np.floor(way / max(SPACING / BOX, way[-1] / MAX_POINTS))
    keep = first | last | (np.diff(milestones, prepend=-1) > 0)
    points, first = points[keep], first[keep]
    ends = np.flatnonzero(~first | np.roll(first, -1))  # every later point, and each lone dot
    return points[np.where(first[ends], ends, ends - 1)], points[ends]


def _ink(starts: np.ndarray, ends: np.ndarray, size: int) -> np.ndarray:
    """Draw segments given in a unit box with the pen, `size` pixels on the longest side.

    A pixel's coverage falls from 1 to 0 over one pixel across the line's edge:
    clip(radius + 0.5 - distance, 0, 1), with the distance to the nearest segment. That also
    rounds every end and join.
    """
    span = size - 2 * PEN_RADIUS
    extent = np.maximum(starts, ends).max(axis=0) * span + 2 * PEN_RADIUS  # (x, y)
    width, height = np.ceil(extent - 1e-9).astype(int)
    margin = PEN_RADIUS + ([width, height] - extent) / 2
    nearest = np.full((height, width), np.inf)
    for i in range(0, len(starts), 256):  # bounds the memory
        x, y = (starts[i : i + 256] * span + margin).T[:, :, None]
        vx, vy = ((ends[i : i + 256] - starts[i : i + 256]) * span).T[:, :, None]
        dx = np.arange(width) + 0.5 - x  # (S, W)
        dy = np.arange(height) + 0.5 - y  # (S, H)
        length = np.maximum(vx * vx + vy * vy, 1e-30)[:, :, None]  # squared
        along = (dx * vx)[:, None, :] + (dy * vy)[:, :, None]  # (S, H, W)
        t = np.clip(along / length, 0, 1)
        squared = (dx * dx)[:, None, :] + (dy * dy)[:, :, None] - t * (2 * along - t * length)
        np.minimum(nearest, squared.min(axis=0), out=nearest)
    distance = np.sqrt(np.maximum(nearest, 0))
    return np.rint(255 * np.clip(PEN_RADIUS + 0.5 - distance, 0, 1)).astype(np.uint8)


def _centre(ink: Callable[[int], np.ndarray]) -> np.ndarray:
    """Lay `ink(size)`, drawn in a box of that size, into the field by its centre of mass.

    Lopsided ink would reach over the edge: it is drawn smaller until it fits, which 13 pixels
    always do.
    """
    for size in range(BOX, BOX // 2, -1):
        box = ink(size)
        mass = box.sum(dtype=int)
        corner = [
            # Halves round down; the epsilon keeps symmetric ink from jumping on rounding noise.
            int(np.ceil(MIDDLE - 0.5 - 1e-6 - lines @ np.arange(len(lines)) / mass))
            for lines in (box.sum(axis=1, dtype=int), box.sum(axis=0, dtype=int))
        ]
        if all(0 <= c <= FIELD - n for c, n in zip(corner, box.shape, strict=True)):
            break
    field = np.zeros((FIELD, FIELD), np.uint8)
    top, left = corner
    field[top : top + box.shape[0], left : left + box.shape[1]] = box
    return field


def from_picture(pixels: np.ndarray) -> np.ndarray:
    """The digit in a picture, as MNIST would have it; → (28, 28) uint8.

    `pixels` is uint8, grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4), dark on light or light on
    dark. The picture's border is taken for paper; without anything on it the image is all zero.
    """
    grey = _grey(pixels)
    if max(grey.shape) > READING:  # averages noise away and bounds the work
        grey = _resize(grey, READING)
    ink = grey - _paper(grey)
    if -ink.min() > ink.max():
        ink = -ink
    ink[ink <= GRAIN * _spread(ink)] = 0
    if ink.max() < FAINTEST:
        return np.zeros((FIELD, FIELD), np.uint8)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    def sized(size: int) -> np.ndarray:
        box = _resize(ink, size)
        return np.rint(255 / box.max() * box).astype(np.uint8)

    return _centre(sized)


def _grey(pixels: np.ndarray) -> np.ndarray:
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


def _resize(grey: np.ndarray, longest: int) -> np.ndarray:
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
