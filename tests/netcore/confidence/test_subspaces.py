"""What a class has in common, as pixels or hidden values."""

import numpy as np

import dataset
from dataset.variants import nondigits
from netcore.confidence import subspaces


def test_digits_are_less_strange_to_their_own_class_and_noise_is_strange_to_all():
    data = dataset.load("mnist")
    found = subspaces.learn(data.train.images, data.train.labels, 10, 40)
    digits = data.validation[:500]
    novelty = found.novelty(digits.images)
    assert np.mean(novelty.argmin(axis=1) == digits.labels) > 0.9
    own = novelty[np.arange(500), digits.labels]
    noise = found.novelty(nondigits.noise(np.random.default_rng(0), 100))
    assert np.median(noise.min(axis=1)) > np.quantile(own, 0.95)


def test_what_lies_in_the_plane_of_a_class_is_not_strange_however_far_out():
    rng = np.random.default_rng(0)
    axes, _ = np.linalg.qr(rng.normal(size=(30, 3)))
    x = (rng.normal(size=(200, 3)) @ axes.T + 5).astype(np.float32)
    found = subspaces.learn(x, np.zeros(200, int), 1, 3)
    outside = np.linalg.svd(axes.T)[2][-1]
    near, far = 5 + 100 * axes[:, 0], 5 + 2 * outside
    novelty = found.novelty(np.array([near, far], np.float32))[:, 0]
    assert novelty[0] < 0.1
    np.testing.assert_allclose(novelty[1], np.log1p(4), rtol=0.02)


def test_a_class_without_examples_is_strange_but_breaks_nothing():
    x = np.ones((5, 8), np.float32)
    found = subspaces.learn(x, np.zeros(5, int), 2, 2)
    assert np.isfinite(found.planes).all()
    assert found.novelty(x)[:, 1].min() > found.novelty(x)[:, 0].max()
