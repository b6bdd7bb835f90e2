"""Principal components, against the singular value decomposition."""

import numpy as np
import pytest

from netcore.analysis import pca


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 256, (2100, 4, 5), dtype=np.uint8)


def test_principal_components_are_those_of_the_singular_value_decomposition(images):
    coordinates, variances = pca.principal_components(images, 3)
    x = images.reshape(len(images), -1) / 255
    x -= x.mean(axis=0)
    singular, axes = np.linalg.svd(x, full_matrices=False)[1:]
    np.testing.assert_allclose(variances, singular[:3] ** 2 / len(x), rtol=1e-4)
    np.testing.assert_allclose(np.abs(coordinates), np.abs(x @ axes[:3].T), atol=1e-3)


def test_the_randomized_solver_finds_the_same_axes_where_variances_fall_quickly():
    x = np.random.default_rng(1).normal(size=(300, 50)) * np.geomspace(10, 0.01, 50)
    x = (x - x.mean(axis=0)).astype(np.float32)
    (axes, variances), (near, close) = (pca.principal_axes(x, 4, fast) for fast in (False, True))
    np.testing.assert_allclose(near, axes, atol=1e-3)
    np.testing.assert_allclose(close, variances, rtol=1e-4)
    np.testing.assert_allclose(near @ near.T, np.eye(4), atol=1e-5)


def test_no_more_components_come_back_than_the_images_span(images):
    coordinates, variances = pca.principal_components(images[:3], 60)
    assert coordinates.shape == (3, 2)
    assert variances.shape == (2,)


def test_the_one_odd_image_is_the_most_unusual():
    images = np.random.default_rng(2).integers(90, 110, (200, 28, 28), dtype=np.uint8)
    images[123, 10:20, 10:20] += 100
    assert pca.distance_to_mean(images).argmax() == 123


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_equal_images_are_all_equally_usual(count):
    distances = pca.distance_to_mean(np.full((count, 28, 28), 9, np.uint8))
    assert distances.tolist() == [0] * count
