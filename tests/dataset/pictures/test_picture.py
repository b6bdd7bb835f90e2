"""Pictures become images as MNIST's authors would have made them."""

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

import dataset
from dataset.pictures import picture


def centre_of_mass(image):
    return np.array(scipy.ndimage.center_of_mass(image.astype(float)))


@pytest.fixture(scope="module")
def digits():
    return dataset.load("mnist").test.images[::10]


def test_a_picture_of_an_mnist_digit_stays_as_it_is(digits):
    """Over the whole test set all but one image stay within one grey level."""
    images = np.array([picture.from_picture(image) for image in digits])
    difference = np.abs(images.astype(int) - digits).max(axis=(1, 2))
    assert difference.max() <= 1


def test_dark_on_light_reads_like_light_on_dark(digits):
    for image in digits[:50]:
        np.testing.assert_array_equal(
            picture.from_picture(255 - image), picture.from_picture(image)
        )


def test_colour_and_transparency_read_like_grey(digits):
    for image in digits[:20]:
        expected = picture.from_picture(image).astype(int)
        paper, white = np.zeros_like(image), np.full_like(image, 255)
        for pixels in (
            np.dstack([image] * 3),
            np.dstack([image] * 3 + [white]),
            np.dstack([white] * 3 + [image]),  # white ink on nothing
            np.dstack([paper] * 3 + [image]),  # black ink on nothing
        ):
            assert np.abs(picture.from_picture(pixels) - expected).max() <= 1


@pytest.mark.parametrize("times", [2, 10, 40])
def test_an_enlarged_digit_in_a_corner_of_a_page_comes_back(digits, times):
    differences = []
    for image in digits[:50]:
        page = np.pad(image.repeat(times, 0).repeat(times, 1), ((0, 20 * times), (9, 0)))
        differences.append(np.abs(picture.from_picture(page).astype(int) - image).mean())
    assert np.mean(differences) < 6


def test_grain_and_slanting_light_of_a_photograph_are_not_ink(digits):
    rng = np.random.default_rng(0)
    light = 1 - np.linspace(0, 0.3, 420) - np.linspace(0, 0.1, 420)[:, None]
    differences = []
    for image in digits[:50]:
        page = np.pad(scipy.ndimage.zoom(image.astype(float), 10, order=1), 70)
        page = (200 - 0.6 * page) * light + rng.normal(0, 6, page.shape)
        photograph = page.clip(0, 255).astype(np.uint8)
        differences.append(np.abs(picture.from_picture(photograph).astype(int) - image).mean())
    assert np.mean(differences) < 12


def test_a_digit_cut_off_at_the_edge_still_reads():
    page = np.zeros((100, 60), np.uint8)
    page[:15] = 255  # the bar of a 7, over the whole width
    page[:, 40:55] = 255
    image = picture.from_picture(page)
    assert image.any()
    assert image[image > 0].size < 20 * 12 * 0.7


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_has_no_ink(level):
    rng = np.random.default_rng(0)
    page = np.full((60, 40), level, np.uint8)
    assert not picture.from_picture(page).any()
    grainy = np.clip(page + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8)
    assert not picture.from_picture(grainy).any()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 400),
    st.sampled_from([(), (3,), (4,)]),
    st.integers(0, 2**32),
)
def test_any_picture_becomes_an_image_centred_by_mass(height, width, channels, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, *channels), dtype=np.uint8)
    pixels[rng.random((height, width)) < rng.random()] = 0
    image = picture.from_picture(pixels)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    if image.any():
        assert image.max() == 255
        assert np.abs(centre_of_mass(image) - 14).max() < 0.5 + 1e-5
