"""Explanations against finite differences, brute force, and the obvious alternative."""

from pathlib import Path

import numpy as np
import pytest

import dataset
import netcore
from dataset.ink import render
from netcore.analysis import explain
from tests.handwriting import FOUR, SEVEN

DENSE = ["Flatten", {"layer": "Dense", "out_features": 12}, "Tanh",
         {"layer": "Dense", "out_features": 5}, "LogSoftmax"]  # fmt: skip
CONVOLUTIONAL = [{"layer": "Conv2d", "out_channels": 3}, "BatchNorm", "MaxPool2d", "ReLU",
                 {"layer": "Conv2d", "out_channels": 6}, "Sigmoid", "Flatten",
                 {"layer": "Dropout", "p": 0.5}, *DENSE[1:]]  # fmt: skip
MODELS = Path(__file__).parents[3] / "models"


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def small(spec, dtype=np.float64):
    return explain.with_input_gradient(netcore.Network(spec, (14, 14), seed=3, dtype=dtype))


def shipped(name):
    return explain.with_input_gradient(netcore.load(MODELS / f"{name}.json"))


@pytest.fixture(scope="module")
def train():
    return dataset.load("mnist").train


def test_a_reader_uses_the_weights_of_the_model_without_copying_them():
    model = netcore.load(MODELS / "seed.json")
    image = render.draw(FOUR)[None]
    network = explain.with_input_gradient(model)
    assert network.theta is model.theta
    own = explain.probabilities(explain.logits(network, image))
    np.testing.assert_allclose(own, model.network().predict(image), rtol=1e-4)


@pytest.mark.parametrize("spec", [DENSE, CONVOLUTIONAL], ids=["dense", "convolutional"])
@pytest.mark.parametrize("k", [0, 4])
def test_saliency_is_the_slope_of_the_score_at_every_pixel(spec, k, rng):
    network, image, eps = small(spec), rng.random((14, 14)), 1e-6
    slopes = explain.saliency(network, image, k)
    for y, x in rng.integers(0, 14, (40, 2)):
        moved = np.stack([image, image])
        moved[:, y, x] += eps, -eps
        above, below = explain.logits(network, moved)[:, k]
        assert slopes[y, x] == pytest.approx((above - below) / (2 * eps), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("spec", [DENSE, CONVOLUTIONAL], ids=["dense", "convolutional"])
def test_gradients_of_several_images_at_once_are_those_of_each_alone(spec, rng):
    network, images, weights = small(spec), rng.random((3, 14, 14)), rng.random((3, 5))
    _, together = explain.input_gradient(network, images, weights)
    for image, weight, gradient in zip(images, weights, together, strict=True):
        alone = explain.input_gradient(network, image[None], weight)[1][0]
        np.testing.assert_allclose(gradient, alone, rtol=1e-9, atol=1e-12)


def test_occlusion_is_the_mean_loss_over_all_patches_that_cover_a_pixel(rng):
    network, size, k = small(CONVOLUTIONAL), 4, 2
    image = rng.random((14, 14)) * (rng.random((14, 14)) > 0.8)
    image[:6] = 0  # patches that cover paper only

    def likely(picture):
        return explain.probabilities(explain.logits(network, picture[None]))[0, k]

    expected = np.zeros((14, 14))
    for y, x in np.ndindex(14 + size - 1, 14 + size - 1):
        framed = np.pad(image, size - 1)
        framed[y : y + size, x : x + size] = 0
        inside = np.s_[size - 1 : size + 13, size - 1 : size + 13]
        patch = np.zeros_like(framed)
        patch[y : y + size, x : x + size] = 1
        expected += patch[inside] * (likely(image) - likely(framed[inside]))
    found = explain.occlusion(network, image, k, size)
    np.testing.assert_allclose(found, expected / size**2, atol=1e-12)


def test_a_covered_stroke_that_matters_costs_more_than_paper():
    lost = explain.occlusion(shipped("seed"), render.draw(FOUR), 4)
    assert lost.max() > 0.05
    assert lost[:2].max() == 0


def test_stages_begin_at_layers_with_weights():
    names = [type(layer).__name__ for layer in small(CONVOLUTIONAL).layers]
    stages = [[names[i] for i in stage] for stage in explain.stages(small(CONVOLUTIONAL))]
    assert stages == [
        ["Conv2d", "BatchNorm", "MaxPool2d", "ReLU"],
        ["Conv2d", "Sigmoid", "Flatten", "Dropout"],
        ["Dense", "Tanh"],
        ["Dense"],
    ]


def test_the_last_activations_are_the_scores(rng):
    network, image = small(CONVOLUTIONAL), rng.random((14, 14))
    maps, *_, scores = explain.activations(network, image)
    assert maps.shape == (3, 6, 6) and maps.min() >= 0
    np.testing.assert_array_equal(scores, explain.logits(network, image[None])[0])


def test_features_are_averages_over_the_cells_of_a_map(rng):
    network, images = small(CONVOLUTIONAL), rng.random((3, 14, 14))
    rows = explain.features(network, images, np.float64)
    assert [values.shape[1] for values in rows] == explain.feature_sizes(network)
    maps = explain.activations(network, images[1])[0]  # (3, 6, 6)
    edges = [0, 1, 3, 4, 6]
    cells = [
        maps[c, top:bottom, left:right].mean()
        for c in range(3)
        for top, bottom in zip(edges, edges[1:], strict=False)
        for left, right in zip(edges, edges[1:], strict=False)
    ]
    np.testing.assert_allclose(rows[0][1], cells, rtol=1e-6)


def test_the_nearest_are_those_of_brute_force(rng):
    rows, query = rng.integers(0, 256, (2500, 6, 7), np.uint8), rng.integers(0, 256, (6, 7))
    positions, distances = explain.nearest(rows, query, 5)
    every = [np.linalg.norm(row.astype(float) - query) for row in rows]
    assert list(positions) == list(np.argsort(every, kind="stable")[:5])
    np.testing.assert_allclose(distances, np.sort(every)[:5], rtol=1e-5)


def test_an_image_is_its_own_nearest_neighbour_in_every_layer(train):
    network, images = shipped("lenet"), train.images[:300]
    for rows, query in zip(
        explain.features(network, images), explain.features(network, images[7:8]), strict=True
    ):
        positions, distances = explain.nearest(rows, query[0], 2)
        assert positions[0] == 7 and distances[0] < 0.1 * distances[1]


@pytest.mark.parametrize("name", ["dense", "lenet"])
@pytest.mark.parametrize(
    ("strokes", "digit", "target"), [(FOUR, 4, 9), (FOUR, 4, 0), (SEVEN, 7, 1)]
)
def test_a_change_turns_the_answer_and_is_smaller_than_a_blend_into_an_image(
    name, strokes, digit, target, train
):
    network, image = shipped(name), render.draw(strokes)
    change = explain.counterfactual(network, image, target)
    pictures, likely = change.images, change.probabilities
    np.testing.assert_allclose(pictures[0], image / 255, atol=1e-6)
    assert pictures.min() >= 0 and pictures.max() <= 1
    assert likely[0].argmax() == digit and likely[-1, target] > 0.5

    others = train.images[:5000][train.labels[:5000] == target]
    other = others[explain.nearest(others, image, 1)[0][0]]
    way = np.linspace(0, 1, 200)[:, None, None]
    blends = ((1 - way) * image + way * other).astype(np.float32) / np.float32(255)
    believed = explain.probabilities(explain.logits(network, blends))[:, target]
    assert (believed > 0.5).any()
    first = blends[(believed > 0.5).argmax()]
    assert change.size < np.linalg.norm(first - blends[0])


def test_smoother_changes_have_fewer_single_dots():
    network, image = shipped("lenet"), render.draw(FOUR)

    def roughness(smoothness):
        change = explain.counterfactual(network, image, 9, smoothness)
        added = change.images[-1] - change.images[0]
        return np.abs(np.diff(added, axis=1)).sum() / np.abs(added).sum()

    assert roughness(2.0) < roughness(1.0) < roughness(0.0)


def test_nothing_turns_a_network_that_does_not_look():
    network = netcore.Network(DENSE, (14, 14))
    network.theta[...] = 0
    network = explain.with_input_gradient(network)
    assert explain.counterfactual(network, np.ones((14, 14)), 3) is None


def test_numbers_that_ran_away_give_no_change():
    network = netcore.Network(DENSE, (14, 14))
    network.theta[...] = np.nan
    network = explain.with_input_gradient(network)
    assert explain.counterfactual(network, np.ones((14, 14)), 3) is None
