"""Anatomy: gradients, silent units, weights and steps, each against a slow readable oracle."""

import numpy as np
import pytest

from netcore import Network, Recipe, Trainer
from netcore.analysis import diagnostics

DENSE = ["Flatten", {"layer": "Dense", "out_features": 6}, "ReLU",
         {"layer": "Dense", "out_features": 10}, "LogSoftmax"]  # fmt: skip
CONV = [{"layer": "Conv2d", "out_channels": 3}, "MaxPool2d", "ReLU", *DENSE]


@pytest.fixture
def batch():
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (20, 8, 8), np.uint8), rng.integers(0, 10, 20)


def mean_loss(network, x, targets):
    return -network.log_probs(x)[range(len(x)), targets].mean()


def test_layers_are_named_from_the_input_on():
    named = diagnostics.weight_layers(Network(CONV, (8, 8)))
    kinds = {name: type(layer).__name__ for name, layer in named.items()}
    assert kinds == {"layer 1": "Conv2d", "layer 2": "Dense", "output": "Dense"}


@pytest.mark.parametrize("spec", [DENSE, CONV])
def test_gradient_norms_are_those_of_numeric_gradients(spec, batch):
    network = Network(spec, (8, 8), dtype=np.float64)
    x, targets = batch[0] / 255, batch[1]
    norms = diagnostics.gradient_norms(network, x, targets)
    for name, layer in diagnostics.weight_layers(network).items():
        squares = 0.0
        for values in layer.params.values():
            for place in np.ndindex(values.shape):
                middle, losses = values[place], []
                for nudge in (1e-6, -1e-6):
                    values[place] = middle + nudge
                    losses.append(mean_loss(network, x, targets))
                values[place] = middle
                squares += ((losses[0] - losses[1]) / 2e-6) ** 2
        assert norms[name] == pytest.approx(squares**0.5, rel=1e-4)


@pytest.mark.parametrize(
    ("activation", "asleep"),
    [("ReLU", -1.0), ("LeakyReLU", -1.0), ("Sigmoid", 20.0), ("Sigmoid", -20.0), ("Tanh", 9.0)],
)
def test_a_unit_is_inactive_when_no_image_of_the_batch_wakes_it(activation, asleep, batch):
    network = Network([entry if entry != "ReLU" else activation for entry in DENSE], (8, 8))
    first = diagnostics.weight_layers(network)["layer 1"]
    first.params["W"][...] = 0
    first.params["b"][:] = [asleep, asleep, 0.1, 0.1, 0.1, 0.1]
    assert diagnostics.dead_unit_fraction(network, batch[0]) == [pytest.approx(2 / 6)]


def test_a_channel_that_wakes_anywhere_is_awake(batch):
    network = Network(CONV, (8, 8))
    kernels = diagnostics.weight_layers(network)["layer 1"]
    kernels.params["W"][...] = 0
    kernels.params["b"][:] = [-1, 0, 1]
    assert diagnostics.dead_unit_fraction(network, batch[0])[0] == pytest.approx(2 / 3)
    kernels.params["W"][1, 1, 0, 1] = 1  # looks at a single pixel
    assert diagnostics.dead_unit_fraction(network, batch[0])[0] == pytest.approx(1 / 3)


def test_the_spread_of_weights_is_counted_over_the_same_bins_now_and_at_the_start():
    rng = np.random.default_rng(0)
    now, start = rng.normal(0, 2, (30, 40)), rng.normal(0, 1, (30, 40))
    spread = diagnostics.histograms(now, start, bins=21)
    width = spread.centers[1] - spread.centers[0]
    for values, shares in ((now, spread.now), (start, spread.start)):
        counted = [np.abs(values - middle).ravel() <= width / 2 for middle in spread.centers]
        assert shares == pytest.approx(np.mean(counted, axis=1))
        assert shares.sum() == pytest.approx(1)
    assert np.abs(spread.centers).max() + width / 2 == pytest.approx(np.abs([*now, *start]).max())


def test_the_spread_of_many_weights_is_that_of_a_sample():
    values = np.random.default_rng(0).normal(size=100_000)
    few, all_ = (
        diagnostics.histograms(values, values, most=20_000),
        diagnostics.histograms(values, values, most=1e9),
    )
    assert few.now == pytest.approx(all_.now, abs=0.01)
    assert len(few.centers) == len(all_.centers)


def test_pictures_show_each_unit_as_it_lies_over_the_image():
    network = Network(DENSE, (8, 8))
    weights = diagnostics.weight_layers(network)["layer 1"].params["W"]
    pictures = diagnostics.as_images(weights, (8, 8), most=4)
    assert pictures.shape == (4, 8, 8)
    assert pictures[3, 2, 5] == weights[2 * 8 + 5, 3]
    kernels = np.random.default_rng(0).normal(size=(3, 5, 2, 7))
    shown = diagnostics.as_images(kernels, (2, 8, 8))
    assert shown.shape == (7, 3, 5)
    assert shown[6, 2, 4] == pytest.approx(kernels[2, 4, 0, 6] + kernels[2, 4, 1, 6])


def test_larger_networks_are_asked_about_fewer_images():
    small, large = Network(DENSE, (8, 8)), Network(CONV, (28, 28))
    assert diagnostics.sample_size(small) == 1000
    assert diagnostics.sample_size(large, numbers=10 * large.footprint) == 10
    assert diagnostics.sample_size(large, numbers=1) == 1


def test_misread_images_are_those_with_another_largest_probability(batch):
    network = Network(DENSE, (8, 8))
    images, targets = batch
    expected = [
        (n, int(network.predict(images[n : n + 1]).argmax()))
        for n in range(len(images))
        if network.predict(images[n : n + 1]).argmax() != targets[n]
    ]
    assert list(zip(*diagnostics.misclassified(network, images, targets), strict=True)) == expected


@pytest.mark.parametrize("spec", [DENSE, CONV])
def test_a_step_taken_apart_tells_loss_gradient_and_update(spec, batch):
    network = Network(spec, (8, 8), seed=1)
    images, targets = batch
    before = network.theta.copy()
    network.loss_and_grad(images, targets)
    first = diagnostics.weight_layers(network)["layer 1"]
    gradient, lr = first.grads["W"].copy(), 0.05
    after = before - lr * network.grad

    step = diagnostics.dissect_step(Network(spec, (8, 8)), before, after, images, targets)
    assert step.loss_before == pytest.approx(mean_loss(network, images, targets), rel=1e-5)
    network.theta[...] = after
    assert step.loss_after == pytest.approx(mean_loss(network, images, targets), rel=1e-5)
    assert step.loss_after < step.loss_before
    assert step.after == pytest.approx(network.predict(images), rel=1e-4)
    assert step.gradient == pytest.approx(gradient)
    assert step.update == pytest.approx(-lr * gradient, abs=1e-6)
    assert step.update_norm == pytest.approx(np.linalg.norm(after - before))
    squares = sum(length**2 for length in step.gradient_norms.values())
    assert step.update_norm == pytest.approx(lr * squares**0.5, rel=1e-4)
    assert step.parameter_norm == pytest.approx(np.linalg.norm(before))


@pytest.mark.parametrize("spec", [DENSE, CONV])
def test_a_rehearsed_step_is_the_next_step_with_the_images_as_they_were_learned_from(spec, batch):
    def brighter(strengths):
        return lambda x, targets, rng: np.float32(x / 255) + rng.random((len(x), 1, 1), np.float32)

    recipe = Recipe(layers=spec, batch_size=16, augment={"light": 1}, averaging=0.9, clip_norm=0.1)
    ours, other = (Trainer(recipe, batch, batch, augment=brighter) for _ in range(2))
    for trainer in (ours, other):
        next(trainer), next(trainer)  # the second batch of 20 images has 4
    number, x, targets, step = diagnostics.dry_run_step(ours)
    record = next(other)
    assert number == record.step == 3
    assert len(x) == len(targets) == 16
    assert np.array_equal(ours.network.theta, other.network.theta)
    assert step.loss_before == pytest.approx(record.loss, rel=1e-5)
