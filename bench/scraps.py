"""Small pictures, as people put them beside their demos: the other kinds of `bench.photographs`."""

import numpy as np
from PIL import Image

import dataset
from bench.scenes import Digits, Kind, Rng, camera, coverage, encoded, paper, pick, put, register

KINDS: dict[str, Kind] = {}
kind = register(KINDS)
DARK = [(0, 0, 0), (10, 10, 10), (200, 20, 30), (30, 60, 200), (20, 120, 40)]
LIGHT = [(255, 255, 255), (250, 250, 245), (255, 240, 200), (190, 230, 250)]


def scan(rng: Rng) -> tuple[np.ndarray, str]:
    """One of MNIST's validation images, light on dark (28, 28) uint8."""
    split = dataset.load("mnist").validation
    row = int(rng.integers(len(split.images)))
    return split.images[row], str(split.labels[row])


def enlarged(image: np.ndarray, side: int, rng: Rng) -> np.ndarray:
    kinds = [Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC]
    return np.asarray(Image.fromarray(image).resize((side, side), kinds[rng.integers(3)]))


def brush(rng: Rng, digits: Digits, pen: float | None = None) -> tuple[np.ndarray, str]:
    """A digit drawn with a mouse in a window of 28 … 300 pixels → (H, W) 0 … 1."""
    side = int(rng.choice([28, 28, 32, 40, 50, 64, 80, 100, 128, 200, 280, 300]))
    label = int(rng.integers(10))
    source = digits[label][rng.integers(len(digits[label]))]
    tall = round(side * rng.uniform(0.5, 0.9))
    pen = min(pen or rng.uniform(1, 20), 0.2 * tall)
    ink = coverage(source, tall, max(pen, 1), rng)
    page = np.zeros((side, side, 3), np.float32)
    room = np.maximum(side - np.array(ink.shape[::-1]), 0)
    put(page, ink, *(room * rng.uniform(0.2, 0.8, 2)), np.ones(3, np.float32))
    return page[..., 0], str(label)


def coloured(ink: np.ndarray, colour: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Ink (H, W) 0 … 1 as RGB uint8."""
    return np.rint(255 * (ground + (colour - ground) * ink[..., None])).astype(np.uint8)


@kind
def mnist_files(rng, digits):
    """As published, or inverted, in PNG or JPEG."""
    image, truth = scan(rng)
    image = 255 - image if rng.random() < 0.5 else image
    return encoded(image, str(rng.choice(["PNG", "JPEG"])), int(rng.integers(40, 95))), truth


@kind
def mnist_cropped(rng, digits):
    """Cut to the box of the ink, or with a few pixels around."""
    image, truth = scan(rng)
    rows, columns = (np.flatnonzero((image > 60).any(axis=axis)) for axis in (1, 0))
    image = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    image = np.pad(image, rng.integers(0, 3, (2, 2)))
    times = int(rng.choice([1, 1, 2, 5]))
    image = image.repeat(times, 0).repeat(times, 1)
    return encoded(255 - image if rng.random() < 0.5 else image), truth


@kind
def mnist_enlarged(rng, digits):
    """A screenshot, 40 … 400 pixels, often with a margin."""
    image, truth = scan(rng)
    image = enlarged(image, int(rng.integers(40, 400)), rng)
    image = np.pad(image, int(rng.choice([0, 5, 30])))
    image = 255 - image if rng.random() < 0.5 else image
    return encoded(image, str(rng.choice(["PNG", "JPEG"])), int(rng.integers(40, 95))), truth


@kind
def mnist_framed(rng, digits):
    """A plot's picture: dark, in a white margin, as a notebook saves it."""
    image, truth = scan(rng)
    image = enlarged(image, int(rng.integers(100, 300)), rng)
    return encoded(np.pad(image, int(rng.integers(10, 40)), constant_values=255)), truth


@kind
def painted(rng, digits):
    ink, truth = brush(rng, digits)
    ink = (ink > 0.5).astype(np.float32) if rng.random() < 0.5 else ink
    light, dark = np.ones(3), np.zeros(3)
    return encoded(coloured(ink, *((light, dark) if rng.random() < 0.4 else (dark, light)))), truth


@kind
def painted_thin(rng, digits):
    """One-pixel strokes."""
    ink, truth = brush(rng, digits, pen=1.2)
    return encoded(coloured((ink > 0.3).astype(np.float32), np.zeros(3), np.ones(3))), truth


@kind
def painted_in_colour(rng, digits):
    ink, truth = brush(rng, digits)
    pair = pick(rng, DARK), pick(rng, LIGHT)
    return encoded(coloured(ink, *(pair if rng.random() < 0.6 else pair[::-1]))), truth


@kind
def transparent(rng, digits):
    """Ink on nothing, or a sheet in a see-through margin."""
    ink, truth = brush(rng, digits)
    if rng.random() < 0.5:
        pixels = coloured(np.zeros_like(ink), pick(rng, DARK), pick(rng, DARK + LIGHT))
        return encoded(np.dstack([pixels, np.rint(255 * ink).astype(np.uint8)])), truth
    pair = pick(rng, DARK[:3]), pick(rng, LIGHT)
    pixels = coloured(ink, *(pair if rng.random() < 0.7 else pair[::-1]))
    margin = max(2, round(len(ink) * rng.uniform(0.05, 0.4)))
    pixels = np.dstack([pixels, np.full(ink.shape, 255, np.uint8)])
    return encoded(np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)))), truth


@kind
def palettes(rng, digits):
    ink, truth = brush(rng, digits)
    page = coloured(ink, np.zeros(3), np.ones(3))
    return encoded(page, mode=str(rng.choice(["1", "P", "L"]))), truth


@kind
def jpeg_scraps(rng, digits):
    ink, truth = brush(rng, digits)
    pair = pick(rng, DARK), pick(rng, LIGHT)
    return encoded(coloured(ink, *pair), "JPEG", int(rng.integers(15, 70))), truth


@kind
def tight_photographs(rng, digits):
    """A digit cut out of a photograph, 28 … 120 pixels."""
    side = int(rng.integers(28, 120))
    label = int(rng.integers(10))
    tall = 0.8 * 256
    source = digits[label][rng.integers(len(digits[label]))]
    ink = coverage(source, round(tall), tall * rng.uniform(0.05, 0.15), rng)
    sheet = paper(
        rng, (256, max(200, ink.shape[1] + 40)), pick(rng, [(240, 238, 230), (210, 205, 190)])
    )
    put(
        sheet,
        ink,
        (sheet.shape[1] - ink.shape[1]) / 2,
        26,
        pick(rng, [(20, 20, 30), (40, 60, 150)]),
    )
    picture = Image.fromarray(camera(rng, sheet))
    picture.thumbnail((side, side))
    return encoded(np.asarray(picture), "JPEG", int(rng.integers(60, 95))), str(label)
