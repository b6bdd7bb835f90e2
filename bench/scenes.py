"""Makes pictures of digits as people take and draw them, for `bench.photographs`.

A scene is built on a sheet of float RGB 0 … 1: paper, printed lines, ink. A camera then adds light,
shadow, perspective, blur, grain and JPEG. Each kind is a function of a random generator and the
digits to draw, and returns the picture (H, W, C) uint8 and the number that it shows ("" for none).
"""

import io
from collections.abc import Callable

import numpy as np
import scipy.interpolate
import scipy.ndimage
from PIL import Image, ImageDraw

from dataset.pictures.picture import open_picture

Source = list[np.ndarray] | np.ndarray  # strokes (P, 2), or an image (28, 28)
Digits = dict[int, list[Source]]
Rng = np.random.Generator
INKS = [(20, 20, 30), (30, 50, 150), (60, 60, 65), (170, 30, 40), (20, 90, 50), (90, 50, 130)]
PAPERS = [(244, 243, 238), (250, 250, 250), (225, 222, 210), (235, 238, 245), (250, 240, 200)]
RULES = [(150, 180, 220), (180, 180, 185), (230, 160, 165), (120, 150, 200), (150, 200, 180)]


def pick(rng: Rng, options: list) -> np.ndarray:
    """One of some colours, varied a little → (3,) float 0 … 1."""
    return np.clip(
        np.array(options[rng.integers(len(options))]) / 255 + rng.normal(0, 0.02, 3), 0, 1
    )


def coverage(source: Source, height: int, pen: float, rng: Rng) -> np.ndarray:
    """A digit of this height, drawn with a pen of this width in pixels → (H, W) 0 … 1."""
    if isinstance(source, np.ndarray):
        rows, columns = (np.flatnonzero(source.any(axis=axis)) for axis in (1, 0))
        image = source[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        width = max(1, round(height * image.shape[1] / image.shape[0]))
        large = Image.fromarray(np.pad(image, 2)).resize(
            (width + max(4, width // 5), height + height // 5), Image.Resampling.BICUBIC
        )
        soft = scipy.ndimage.gaussian_filter(np.asarray(large, np.float32) / 255, height / 40)
        return np.clip((soft - 0.35) / 0.3 * max(1, height / 60), 0, 1)
    points = np.concatenate(source)
    low, size = points.min(0), np.ptp(points, axis=0)
    scale = min((height - pen) / max(size[1], 1), 1.6 * height / max(size[0], 1))
    fine = 4 if height < 200 else 2
    margin = pen / 2 + 2
    shape = np.ceil(size * scale + 2 * margin).astype(int)
    canvas = Image.new("L", tuple(int(side) for side in fine * shape))
    draw = ImageDraw.Draw(canvas)
    for stroke in source:
        path = (smooth((stroke - low) * scale) + margin) * fine
        wide = np.interp(np.arange(len(path)), [0, len(path) / 2, len(path)], rng.normal(1, 0.1, 3))
        for (x, y), w in zip(path, np.clip(wide, 0.7, 1.3) * pen * fine / 2, strict=True):
            draw.ellipse((x - w, y - w, x + w, y + w), fill=255)
    small = canvas.resize(tuple(int(side) for side in shape), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def smooth(stroke: np.ndarray) -> np.ndarray:
    """A curve through the points of a stroke, about every half pixel."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    keep = np.append(True, steps > 1e-6)
    stroke, steps = stroke[keep], steps[steps > 1e-6]
    if len(stroke) < 2:
        return stroke
    way = np.append(0, np.cumsum(np.sqrt(steps)))  # centripetal: no loops
    dense = np.linspace(0, way[-1], max(8, int(3 * steps.sum())))
    curve = scipy.interpolate.PchipInterpolator(way, stroke) if len(stroke) > 2 else None
    straight = [np.interp(dense, way, axis) for axis in stroke.T]
    return curve(dense) if curve else np.column_stack(straight)


def put(sheet: np.ndarray, ink: np.ndarray, x: float, y: float, colour: np.ndarray) -> None:
    """Lay ink (h, w) with its top left at x, y; what lies outside is cut off."""
    x, y = round(x), round(y)
    top, left = max(0, -y), max(0, -x)
    ink = ink[top : sheet.shape[0] - y, left : sheet.shape[1] - x]
    area = sheet[max(0, y) : max(0, y) + ink.shape[0], max(0, x) : max(0, x) + ink.shape[1]]
    area += (colour - area) * ink[..., None]


def number(rng: Rng, digits: Digits, count: int, height: float, pen: float) -> tuple:
    """`count` digits side by side on a base line → ink (H, W) 0 … 1, and the number."""
    gap, parts, truth = rng.uniform(0.2, 0.5), [], ""
    for _ in range(count):
        label = int(rng.integers(10))
        source = digits[label][rng.integers(len(digits[label]))]
        parts.append(coverage(source, max(3, round(height * rng.uniform(0.88, 1.1))), pen, rng))
        truth += str(label)
    space = [round(height * gap * rng.uniform(0.7, 1.4)) for _ in parts]
    ink = np.zeros((round(1.6 * height), sum(p.shape[1] for p in parts) + sum(space)), np.float32)
    x = 0
    for part, step in zip(parts, space, strict=True):
        y = max(0, round(1.3 * height - part.shape[0] + rng.normal(0, 0.04 * height)))
        part = part[: ink.shape[0] - y]
        area = ink[y : y + part.shape[0], x : x + part.shape[1]]
        np.maximum(area, part, out=area)
        x += part.shape[1] + step
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], truth


def lines(sheet: np.ndarray, rng: Rng, angle: float, spacing: float, thick: float, colour) -> None:
    """Print parallel lines, `angle` in degrees from level."""
    height, width = sheet.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    turn = np.deg2rad(angle)
    across = y * np.cos(turn) - x * np.sin(turn) + rng.uniform(0, spacing)
    distance = np.abs((across + spacing / 2) % spacing - spacing / 2)
    sheet += (colour - sheet) * np.clip(thick / 2 + 0.5 - distance, 0, 1)[..., None]


def paper(rng: Rng, size: tuple[int, int], colour: np.ndarray, grain: float = 0.01) -> np.ndarray:
    """A sheet (H, W, 3) with fibres."""
    fibres = scipy.ndimage.gaussian_filter(rng.normal(0, 1, size), rng.uniform(0.5, 2))
    sheet = np.empty((*size, 3), np.float32)
    sheet[:] = colour
    return sheet + (grain * fibres / max(fibres.std(), 1e-6))[..., None].astype(np.float32)


def shadow(rng: Rng, size: tuple[int, int], light: float) -> np.ndarray:
    """Light (H, W): 1, and `light` in the shadow of a hand, a head or a phone."""
    height, width = size
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(size)
    cx, cy = (
        rng.uniform(0.25, 0.75) * width / max(size),
        rng.uniform(0.25, 0.75) * height / max(size),
    )
    turn = rng.uniform(0, 2 * np.pi)
    across = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
    if rng.random() < 0.4:
        along = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        across = np.hypot(across - 0.2, along * rng.uniform(0.6, 1)) - rng.uniform(0.15, 0.3)
        across = -across
    soft = rng.choice([0.002, 0.01, 0.04, 0.12])
    return light + (1 - light) / (1 + np.exp(np.clip(across / soft, -30, 30)))


def camera(rng: Rng, sheet: np.ndarray, light: np.ndarray | float = 1.0, blur=None) -> np.ndarray:
    """A phone's picture of a sheet: slope of light, perspective, blur, grain, JPEG → uint8."""
    height, width = sheet.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    slope = rng.normal(0, 0.12, 2)
    lamp = 1 + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    lamp -= rng.uniform(0, 0.15) * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)
    sheet = sheet * (lamp * light * rng.uniform(0.75, 1))[..., None]
    sheet = sheet * (1 + rng.normal(0, 0.02, 3))
    picture = Image.fromarray((255 * sheet.clip(0, 1)).astype(np.uint8))
    turn, lean = np.deg2rad(rng.normal(0, 1.5)), rng.normal(0, 0.03, 2) / max(width, height)
    cos, sin = np.cos(turn), np.sin(turn)
    cx, cy = width / 2, height / 2
    zoom = 0.95
    data = [zoom * cos, zoom * sin, 0, -zoom * sin, zoom * cos, 0, *lean]
    data[2] = cx - data[0] * cx - data[1] * cy
    data[5] = cy - data[3] * cx - data[4] * cy
    fill = tuple(int(v) for v in np.median(np.asarray(picture)[:: height - 1].reshape(-1, 3), 0))
    kind = Image.Transform.PERSPECTIVE
    picture = picture.transform(picture.size, kind, data, Image.Resampling.BICUBIC, fillcolor=fill)
    values = np.asarray(picture, np.float32)
    blur = max(sheet.shape) / 1000 * rng.uniform(0.3, 2.0) if blur is None else blur
    values = scipy.ndimage.gaussian_filter(values, (blur, blur, 0))
    noise = rng.normal(0, rng.uniform(0.5, 5), sheet.shape)
    values = values + scipy.ndimage.gaussian_filter(noise, (*2 * [rng.choice([0.01, 0.6])], 0))
    return encoded(values.clip(0, 255).astype(np.uint8), "JPEG", int(rng.integers(50, 95)))


def encoded(pixels: np.ndarray, kind: str = "PNG", quality: int = 90, mode="") -> np.ndarray:
    """Pixels as they come back from a file."""
    file, picture = io.BytesIO(), Image.fromarray(pixels)
    options = {"quality": quality} if kind == "JPEG" else {}
    (picture.convert(mode) if mode else picture).save(file, kind, **options)
    return open_picture(file)


Kind = Callable[[Rng, Digits], tuple[np.ndarray, str]]


def register(kinds: dict[str, Kind]) -> Callable[[Kind], Kind]:
    """A decorator that adds a function to `kinds`, under its name."""

    def add(make: Kind) -> Kind:
        kinds[make.__name__.replace("_", "-")] = make
        return make

    return add
