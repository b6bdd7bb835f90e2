"""Several looks at a digit, what digits look like, and what is none."""

import numpy as np
import pytest

import dataset
from dataset.ink import render
from dataset.variants import nondigits, views
from tests.handwriting import FOUR, SEVEN


@pytest.fixture(scope="module")
def mnist():
    return dataset.load("mnist")


def test_the_first_look_is_the_digit_as_it_is(mnist):
    np.testing.assert_array_equal(views.of_drawings([FOUR, SEVEN])[1, 0], render.draw(SEVEN))
    images = mnist.validation.images[:5]
    np.testing.assert_array_equal(views.of_images(images)[:, 0], images)


def test_looks_at_a_drawing_and_at_its_picture_are_much_the_same():
    drawn = views.of_drawings([FOUR, SEVEN]).astype(float)
    seen = views.of_images(drawn[:, 0].astype(np.uint8)).astype(float)
    for number in range(1, views.COUNT):
        near = np.corrcoef(drawn[:, number].ravel(), seen[:, number].ravel())[0, 1]
        wrong = np.corrcoef(drawn[:, number].ravel(), seen[:, number, :, ::-1].ravel())[0, 1]
        assert near > 0.6 and near > wrong + 0.2


@pytest.mark.parametrize("kind", nondigits.KINDS)
def test_what_is_not_a_digit_comes_as_an_image_like_any_other(kind, mnist):
    make = nondigits.KINDS[kind]
    first, again = (make(np.random.default_rng(7), 12, mnist.validation.images) for _ in range(2))
    assert first.shape == (12, 28, 28) and first.dtype == np.uint8
    assert first.any(axis=(1, 2)).all()
    np.testing.assert_array_equal(first, again)


def test_views_in_colour_are_those_of_each_channel(mnist):
    images = mnist.validation.images[:5]
    colours = np.stack([images, images // 2, images[::-1]], axis=1)
    found = views.of_images(colours)
    assert found.shape == (5, views.COUNT, 3, 28, 28)
    for channel in range(3):
        expected = views.of_images(np.ascontiguousarray(colours[:, channel]))
        np.testing.assert_array_equal(found[:, :, channel], expected)
