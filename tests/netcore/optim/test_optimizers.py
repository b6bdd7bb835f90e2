"""Optimizers against closed forms and steps worked by hand; schedules at their landmarks."""

import numpy as np
import pytest

from netcore.optim import schedules
from netcore.optim.optimizers import OPTIMIZERS

CURVATURE = np.array([0.5, 1.0, 4.0])  # of a quadratic bowl: gradient = curvature · theta


def descend(name, steps, lr, **settings):
    optimizer = OPTIMIZERS[name](3, np.float64, **settings)
    theta = np.array([1.0, -2.0, 3.0])
    for _ in range(steps):
        optimizer.step(theta, CURVATURE * theta, lr)
    return theta


def test_steepest_descent_on_a_bowl_follows_its_closed_form():
    expected = np.array([1.0, -2.0, 3.0]) * (1 - 0.1 * CURVATURE) ** 25
    np.testing.assert_allclose(descend("sgd", 25, 0.1), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_momentum_on_a_bowl_follows_the_power_of_its_linear_map(name):
    lr, mu, expected = 0.1, 0.8, []
    for start, c in zip([1.0, -2.0, 3.0], CURVATURE, strict=True):
        if name == "momentum":  # v' = μv + cθ; θ' = θ − lr v'
            step = np.array([[mu, c], [-lr * mu, 1 - lr * c]])
        else:  # θ' = θ − lr (cθ + μ v')
            step = np.array([[mu, c], [-lr * mu**2, 1 - lr * c * (1 + mu)]])
        expected.append((np.linalg.matrix_power(step, 25) @ [0, start])[1])
    np.testing.assert_allclose(descend(name, 25, lr, momentum=mu), expected, rtol=1e-10)


def test_the_first_step_of_rmsprop_is_as_worked_by_hand():
    # s = 0.1 g², so g / √s = sign(g) / √0.1
    expected = np.array([1.0, -2.0, 3.0]) - 0.01 * np.sign([1, -2, 3]) / np.sqrt(0.1)
    np.testing.assert_allclose(descend("rmsprop", 1, 0.01, beta2=0.9, eps=0), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_the_first_step_of_adam_is_lr_in_the_direction_of_the_sign(name):
    expected = np.array([1.0, -2.0, 3.0]) - 0.01 * np.sign([1, -2, 3])
    np.testing.assert_allclose(descend(name, 1, 0.01, eps=0), expected, rtol=1e-12)


def test_ten_steps_of_adam_agree_with_the_paper_written_out():
    theta, m, s = np.array([1.0, -2.0, 3.0]), 0.0, 0.0
    for t in range(1, 11):
        g = CURVATURE * theta
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        theta = theta - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(descend("adam", 10, 0.05), theta, rtol=1e-12)


def test_weight_decay_is_part_of_the_gradient_but_stands_beside_it_in_adamw():
    for name, weight, gradient in (("sgd", 2.0, 1.0 + 0.1 * 2.0), ("adamw", 2.0 * 0.95, 1.0)):
        weights, dweights = np.array([2.0]), np.array([1.0])
        OPTIMIZERS[name](1, np.float64).decay(weights, dweights, lr=0.5, weight_decay=0.1)
        assert (weights[0], dweights[0]) == pytest.approx((weight, gradient))


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_goes_downhill(name):
    start = np.sum(CURVATURE * np.array([1.0, -2.0, 3.0]) ** 2)
    end = np.sum(CURVATURE * descend(name, 200, 0.02) ** 2)
    assert end < start / 10


def test_schedules_pass_their_landmarks():
    assert schedules.factor("constant", 0.7) == 1
    assert [schedules.factor("cosine", p) for p in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    assert [schedules.factor("one_cycle", p) for p in (0, 0.3, 1)] == pytest.approx([0.1, 1, 0])
    assert [schedules.factor("step", p) for p in (0, 0.3, 0.6, 0.9, 1)] == pytest.approx(
        [1, 0.3, 0.09, 0.027, 0.027]
    )


def test_warmup_climbs_from_a_hundredth_to_the_schedule():
    assert [schedules.factor("constant", p, warmup=0.2) for p in (0, 0.1, 0.2, 0.9)] == (
        pytest.approx([0.01, 0.505, 1, 1])
    )


@pytest.mark.parametrize("warmup", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("schedule", list(schedules.SCHEDULES))
def test_no_step_of_a_run_has_a_rate_of_zero(schedule, warmup):
    for steps in (1, 2, 30):
        factors = [schedules.factor(schedule, step / steps, warmup) for step in range(steps)]
        assert min(factors) > 0 and max(factors) <= 1
