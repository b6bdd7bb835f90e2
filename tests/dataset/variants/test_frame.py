"""Drawings and pictures in the frame of another dataset."""

import numpy as np
import pytest

import dataset
from dataset.variants import frame


@pytest.fixture(scope="module")
def digits():
    return dataset.load("mnist").train.images[:200]


def test_the_ink_of_mnist_is_20_of_28_pixels_long(digits):
    assert frame.ink_share(digits) == pytest.approx(20 / 28, abs=0.04)
    assert frame.ink_share(np.zeros((3, 8, 8), np.uint8)) == 1


def test_the_frame_of_mnist_changes_nothing(digits):
    np.testing.assert_array_equal(frame.fit(digits, (28, 28), 20 / 28), digits)


@pytest.mark.parametrize(("shape", "share"), [((8, 8), 1.0), ((32, 32), 0.6), ((20, 16), 0.8)])
def test_ink_becomes_as_long_as_the_other_images_have_it(digits, shape, share):
    found = frame.fit(digits, shape, share)
    assert found.shape == (200, *shape) and found.dtype == np.uint8
    assert frame.ink_share(found) == pytest.approx(share, abs=0.13)
    assert found.max() > 200


def test_each_new_pixel_is_the_mean_of_its_area(digits):
    halved = frame.fit(digits, (14, 14), 20 / 28)
    means = digits.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(halved, means, atol=0.51)


def test_a_picture_is_scaled_as_a_whole_and_transparent_is_white():
    picture = np.zeros((60, 40, 4), np.uint8)
    picture[:30, :, 0] = 200
    picture[:30, :, 3] = 255
    found = frame.fit_picture(picture, (3, 6, 8))
    assert found.shape == (3, 6, 8)
    assert (found[0, :3] == 200).all() and (found[1:, :3] == 0).all()
    assert (found[:, 3:] == 255).all()
