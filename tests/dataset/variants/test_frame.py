"""Drawings and pictures get the size and the margins of a dataset."""

import numpy as np
import pytest

from dataset import load, stats
from dataset.variants import frame

DIGITS = load("mnist").test.images[:50]


def test_mnists_digits_stay_as_they_are():
    assert frame.ink_share(DIGITS) == pytest.approx(frame.SHARE, rel=frame.TOLERANCE)
    assert frame.fit(DIGITS, (28, 28), frame.ink_share(DIGITS)) is DIGITS


@pytest.mark.parametrize("shape", [(8, 8), (14, 14), (56, 56), (16, 20), (20, 16)])
def test_another_size_keeps_the_ink_and_its_form(shape):
    found = frame.fit(DIGITS, shape)
    assert found.shape == (50, *shape) and found.dtype == np.uint8
    pitch = 28 / min(shape)
    np.testing.assert_allclose(
        found.sum(axis=(1, 2)) * pitch**2, DIGITS.sum(axis=(1, 2)), rtol=0.05
    )


def test_one_pixel_is_the_mean_of_those_that_it_covers():
    np.testing.assert_array_equal(
        frame.fit(DIGITS, (14, 14)),
        np.rint(DIGITS.reshape(50, 14, 2, 14, 2).mean(axis=(2, 4))).astype(np.uint8),
    )


@pytest.mark.parametrize("share", [0.9, 1.0])
@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (32, 40)])
def test_ink_fills_as_much_as_in_the_dataset_and_none_is_lost(shape, share):
    found = frame.fit(DIGITS, shape, share)
    assert frame.ink_share(found) == pytest.approx(share, abs=1.5 / min(shape))
    pitch = frame.BOX / share / min(shape)
    np.testing.assert_allclose(
        found.sum(axis=(1, 2)) * pitch**2, DIGITS.sum(axis=(1, 2)), rtol=0.08
    )


def test_views_keep_their_axes_and_blank_images_stay_blank():
    assert frame.fit(np.zeros((3, 5, 28, 28), np.uint8), (8, 8), 1.0).shape == (3, 5, 8, 8)
    assert not frame.fit(np.zeros((1, 28, 28), np.uint8), (8, 8), 1.0).any()
    assert frame.ink_share(np.zeros((4, 8, 8), np.uint8)) == 1.0


def test_a_picture_is_cut_to_the_form_of_the_images():
    pixels = np.zeros((40, 100, 3), np.uint8)
    pixels[:, 30:70] = (10, 20, 30)
    picture = frame.fit_picture(pixels, (3, 8, 8))
    assert picture.shape == (3, 8, 8)
    assert (picture == np.array([10, 20, 30])[:, None, None]).all()


def test_what_is_transparent_is_white():
    pixels = np.zeros((8, 8, 4), np.uint8)
    assert (frame.fit_picture(pixels, (3, 8, 8)) == 255).all()


def test_many_drawings_are_fitted_block_by_block_as_each_alone(monkeypatch):
    sizes = []
    means = frame._area_means

    def watched(size, starts, *rest):
        sizes.append(len(starts))
        return means(size, starts, *rest)

    monkeypatch.setattr(frame, "_area_means", watched)
    monkeypatch.setattr(stats, "BLOCK", 16)
    for share, largest in ((frame.SHARE, 1), (1.0, 16)):
        found = frame.fit(DIGITS, (12, 10), share)
        assert max(sizes) == largest
        alone = [frame.fit(digit, (12, 10), share) for digit in DIGITS]
        np.testing.assert_array_equal(found, alone)


def test_drawings_have_no_colours():
    with pytest.raises(ValueError, match="two sides, not 3"):
        frame.fit(DIGITS, (3, 8, 8))
