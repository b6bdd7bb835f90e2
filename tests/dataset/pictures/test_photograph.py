"""Photographs of digits on paper, made up: light, grain, blur, perspective, printed lines."""

import numpy as np
import pytest
import scipy.ndimage
from PIL import Image

import dataset
from dataset.pictures import photograph
from dataset.variants import views
from netcore import load
from netcore.confidence.classifier import CalibratedClassifier


@pytest.fixture(scope="module")
def digits():
    """Ten test digits, one of each."""
    test = dataset.load("mnist").test
    rows = np.concatenate([np.flatnonzero(test.labels == digit)[20:21] for digit in range(10)])
    return test.images[rows], test.labels[rows]


@pytest.fixture(scope="module")
def reader():
    return CalibratedClassifier(load("models/lenet.json"))


def sheet(images, size=240):
    """Ink 0 … 1 of digits side by side on a page."""
    large = [scipy.ndimage.zoom(image / 255.0, size / 28, order=1).clip(0, 1) for image in images]
    return np.pad(np.concatenate(large, axis=1), size // 3)


def photograph_of(ink, seed=0, thick=0, rules=False, chalk=False):
    """Blue-black ink on white paper under a lamp from the side, a little askew, grainy, blurred."""
    rng = np.random.default_rng(seed)
    if thick > 0:
        ink = scipy.ndimage.grey_dilation(ink, (thick, thick))
    if thick < 0:
        ink = scipy.ndimage.grey_erosion(ink, (-thick, -thick))
    page = 0.15 + 0.7 * ink if chalk else 0.92 - 0.75 * ink
    if rules:
        page[30::70] -= 0.35
        page[31::70] -= 0.35
    height, width = page.shape
    y, x = np.mgrid[:height, :width] / max(height, width)
    light = 1.1 - 0.75 * np.hypot(x - 0.1, y - 0.2) - 0.3 * ((x - 0.8) ** 2)
    page = scipy.ndimage.gaussian_filter(page * np.clip(light, 0.15, None), 1.2)
    page = page + rng.normal(0, 0.015, page.shape)
    picture = Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))
    k = 0.00008  # perspective: the far side is smaller
    slant = (1, 0.06, -8, -0.03, 1, 6, k, k / 2)
    paper = int(np.median(np.asarray(picture)))
    return np.asarray(
        picture.transform(picture.size, Image.Transform.PERSPECTIVE, slant, fillcolor=paper)
    )


def right(reader, found, labels):
    answers = [
        int(reader(views.of_images(images)).answers[0]) if len(images) == 1 else -1
        for images in found
    ]
    return np.mean(np.array(answers) == labels)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [{}, {"thick": 13}, {"thick": -9}, {"rules": True}], ids=str)
def test_a_photographed_digit_is_read(kind, digits, reader):
    images, labels = digits
    found = [
        photograph.digits(photograph_of(sheet([image]), seed, **kind))
        for seed, image in enumerate(images)
    ]
    assert right(reader, found, labels) >= (0.7 if kind else 0.9)


@pytest.mark.slow
def test_chalk_on_a_blackboard_is_read(digits, reader):
    images, labels = digits
    found = [photograph.digits(photograph_of(sheet([image]), chalk=True)) for image in images]
    assert right(reader, found, labels) >= 0.9


def test_a_number_on_paper_comes_as_its_digits(digits, reader):
    images, labels = digits
    found = photograph.digits(photograph_of(sheet(images[[2, 4, 7]], 160)))
    assert len(found) == 3
    np.testing.assert_array_equal(reader(views.of_images(found)).answers, labels[[2, 4, 7]])


@pytest.mark.parametrize("level", [20, 128, 240])
def test_empty_paper_has_no_digit(level):
    rng = np.random.default_rng(0)
    slope = np.linspace(0.6, 1, 200)
    page = (level * slope + rng.normal(0, 3, (150, 200))).clip(0, 255).astype(np.uint8)
    assert photograph.digits(page).shape == (0, 28, 28)


def test_small_pictures_take_the_plain_road(digits):
    images, _ = digits
    found = photograph.digits(images[3])
    assert np.abs(found[0].astype(int) - images[3]).max() <= 1
    assert len(photograph.digits(np.zeros((28, 28), np.uint8))) == 0


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("shape", [(64, 64), (300, 400)], ids=str)
def test_a_speck_is_no_digit_and_no_crash(side, shape):
    page = np.full(shape, 255, np.uint8)
    page[30 : 30 + side, 40 : 40 + side] = 0
    assert photograph.digits(page).shape[1:] == (28, 28)
