"""What images have in common, against NumPy's own answers."""

import numpy as np
import pytest

from dataset import stats


@pytest.fixture
def images():
    """More than one block, so that sums have to be carried over."""
    return np.random.default_rng(1).integers(0, 256, (stats.BLOCK + 100, 4, 5), dtype=np.uint8)


def test_mean_and_spread_agree_with_numpy(images):
    mean, std = stats.mean_and_std(images)
    np.testing.assert_allclose(mean, images.mean(axis=0))
    np.testing.assert_allclose(std, images.std(axis=0))


def test_no_images_have_no_mean():
    mean, std = stats.mean_and_std(np.zeros((0, 28, 28), np.uint8))
    assert mean.shape == std.shape == (28, 28)
    assert np.isnan(mean).all() and np.isnan(std).all()


def test_a_pixel_that_never_changes_has_no_spread_at_all():
    assert (stats.mean_and_std(np.full((5000, 2, 2), 37, np.uint8))[1] == 0).all()


def test_the_histogram_counts_every_pixel_once(images):
    counts = stats.histogram(images)
    np.testing.assert_array_equal(counts, np.histogram(images, bins=np.arange(257))[0])


def test_images_are_selected_in_the_order_of_the_file_or_of_a_seed():
    labels = np.array([3, 1, 3, 2, 3, 3, 1] * 10)
    threes = np.flatnonzero(labels == 3)
    assert stats.select(labels).tolist() == list(range(70))
    assert stats.select(labels, 3).tolist() == threes.tolist()
    first, again, other = (stats.select(labels, 3, seed).tolist() for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == sorted(other) == threes.tolist()
