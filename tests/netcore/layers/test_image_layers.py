"""Convolution, pooling and batch normalisation against the same written slowly and plainly."""

import itertools

import numpy as np
import pytest

from netcore import layers
from netcore.network import Network


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def convolved(x, W, b, stride, padding):
    """Every output by itself: the window's patch of the padded image times the weights."""
    kh, kw, _, out_channels = W.shape
    (sh, sw), (ph, pw) = stride, padding
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    out_height, out_width = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    y = np.empty((len(x), out_channels, out_height, out_width))
    for n, o, h, w in np.ndindex(y.shape):
        patch = x[n, :, h * sh : h * sh + kh, w * sw : w * sw + kw]  # (C_in, kh, kw)
        y[n, o, h, w] = b[o] + np.sum(patch.transpose(1, 2, 0) * W[..., o])
    return y


def pooled(x, kernel, choose):
    kh, kw = kernel
    y = np.empty((*x.shape[:2], x.shape[2] // kh, x.shape[3] // kw))
    for n, c, h, w in np.ndindex(y.shape):
        y[n, c, h, w] = choose(x[n, c, h * kh : (h + 1) * kh, w * kw : (w + 1) * kw])
    return y


GEOMETRIES = [
    ((kh, kw), (sh, sw), (ph, pw))
    for kh, kw, sh, sw, ph, pw in itertools.product((1, 3), (2, 5), (1, 2), (1, 3), (0, 2), (0, 1))
    if ph < kh
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_convolution_is_the_weighted_sum_under_the_window_at_every_place(geometry, rng):
    kernel, stride, padding = geometry
    entry = {"layer": "Conv2d", "out_channels": 4, "kernel": list(kernel), "stride": list(stride),
             "padding": list(padding)}  # fmt: skip
    network = Network([entry], (3, 7, 6), dtype=np.float64)
    network.theta[...] = rng.normal(size=network.theta.shape)
    params = network.layers[0].params
    for n in (4, 2):  # the second time in workspaces that are full of the first
        x = rng.normal(size=(n, 3, 7, 6))
        expected = convolved(x, params["W"], params["b"], stride, padding)
        np.testing.assert_allclose(network.forward(x), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kernel", [2, 3, [2, 3], [3, 1], [1, 2]], ids=str)
def test_of_equal_values_the_first_in_row_major_order_gets_the_gradient(kernel, rng):
    network = Network([{"layer": "MaxPool2d", "kernel": kernel}], (2, 7, 8), dtype=np.float64)
    [layer] = network.layers
    x = rng.integers(0, 2, (5, 2, 7, 8)).astype(np.float64)  # most windows have ties
    dy = rng.normal(size=network.forward(x).shape)
    kh, kw = layer.kernel
    expected = np.zeros_like(x)
    for n, c, h, w in np.ndindex(dy.shape):
        window = x[n, c, h * kh : (h + 1) * kh, w * kw : (w + 1) * kw]
        i, j = np.unravel_index(window.argmax(), window.shape)
        expected[n, c, h * kh + i, w * kw + j] = dy[n, c, h, w]
    assert np.array_equal(layer.backward(dy), expected)


def test_an_image_without_channels_has_one(rng):
    entry = {"layer": "Conv2d", "out_channels": 2, "kernel": 3}
    flat, deep = (Network([entry], shape, seed=4) for shape in ((6, 5), (1, 6, 5)))
    x = rng.normal(size=(3, 6, 5)).astype(np.float32)
    assert np.array_equal(flat.forward(x), deep.forward(x[:, None]))
    assert flat.layers[0].backward(flat.forward(x)) is None  # the first layer passes nothing on


@pytest.mark.parametrize("kernel", [(2, 2), (3, 2), (1, 4), (5, 5)], ids=str)
@pytest.mark.parametrize(("name", "choose"), [("MaxPool2d", np.max), ("AvgPool2d", np.mean)])
def test_pooling_keeps_the_maximum_or_mean_of_each_window(name, choose, kernel, rng):
    network = Network([{"layer": name, "kernel": list(kernel)}], (3, 7, 5), dtype=np.float64)
    for n in (4, 2):
        x = rng.normal(size=(n, 3, 7, 5))
        np.testing.assert_allclose(network.forward(x), pooled(x, kernel, choose), rtol=1e-12)


def test_global_pooling_keeps_the_mean_of_each_channel(rng):
    x = rng.normal(size=(4, 3, 5, 6))
    expected = [[np.mean(channel) for channel in image] for image in x]
    np.testing.assert_allclose(layers.GlobalAvgPool2d().forward(x), expected, rtol=1e-12)


def test_of_equal_numbers_in_a_window_one_alone_gets_the_gradient():
    pool = layers.MaxPool2d([2, 3])
    pool.forward(np.ones((2, 1, 4, 7)))
    dx = pool.backward(np.full((2, 1, 2, 2), 5.0))
    assert dx.sum() == 2 * 2 * 2 * 5
    assert sorted(set(dx.ravel())) == [0, 5]
    assert (dx[..., 6] == 0).all()  # the column left over


def standardised(x, axes):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)


@pytest.mark.parametrize(("shape", "axes"), [((5,), (0,)), ((3, 4, 6), (0, 2, 3))])
def test_batch_norm_gives_every_feature_mean_beta_and_spread_gamma(shape, axes, rng):
    network = Network(["BatchNorm"], shape, dtype=np.float64)
    gamma, beta = rng.normal(size=(2, shape[0], *[1] * (len(shape) - 1)))
    network.layers[0].params["gamma"][...] = gamma.ravel()
    network.layers[0].params["beta"][...] = beta.ravel()
    for n in (8, 6):
        x = rng.normal(3, 2, size=(n, *shape))
        y = network.forward(x, training=True)
        np.testing.assert_allclose(y, standardised(x, axes) * gamma + beta, rtol=1e-9)


def test_batch_norm_in_use_goes_by_what_it_saw_in_training_not_by_the_batch(rng):
    network = Network(["BatchNorm"], (4,), dtype=np.float64)
    centre, spread = np.array([0.0, 5.0, -3.0, 1.0]), np.array([1.0, 2.0, 0.5, 4.0])
    for _ in range(200):
        network.forward(rng.normal(centre, spread, (500, 4)), training=True)
        network.update_running_stats()
    np.testing.assert_allclose(network.layers[0].buffers["mean"], centre, atol=0.1)
    np.testing.assert_allclose(network.layers[0].buffers["var"], spread**2, rtol=0.05)
    x = rng.normal(centre, spread, (20, 4))
    one_by_one = [network.forward(row[None])[0].copy() for row in x]
    np.testing.assert_allclose(network.forward(x), one_by_one, rtol=1e-12)


def test_batch_norm_does_not_train_on_one_flat_example_but_on_one_image():
    with pytest.raises(ValueError, match="a batch of 2 or more"):
        Network(["BatchNorm"], (3,)).forward(np.ones((1, 3), np.float32), training=True)
    network = Network(["BatchNorm"], (3, 2, 2))
    network.forward(np.ones((1, 3, 2, 2), np.float32), training=True)
    network.update_running_stats()
    assert np.isfinite(network.buffers).all()


@pytest.mark.parametrize(
    ("batch", "sizes"),
    [(10, [10]), (63, [63]), (64, [32, 32]), (100, [33, 33, 34]), (129, [32, 32, 32, 33])],
)
def test_batch_norm_takes_at_least_32_examples_together(batch, sizes):
    network = Network(["BatchNorm"], (2, 300, 300))  # far more numbers than stay in a cache
    assert [part.stop - part.start for part in network.training_microbatches(batch, 2)] == sizes
