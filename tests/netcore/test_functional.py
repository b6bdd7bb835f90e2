"""The formulas, and the fused loss against the readable one."""

import numpy as np
import pytest

from netcore import functional, losses, metrics


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def nll(log_probs, targets):
    """Negative log-likelihood, −mean log p(target), and its gradient, written plainly."""
    rows = np.arange(len(targets))
    dlog_probs = np.zeros_like(log_probs)
    dlog_probs[rows, targets] = -1 / len(targets)
    return -log_probs[rows, targets].mean(), dlog_probs


def test_log_softmax_gives_probabilities_that_sum_to_one_even_for_huge_scores(rng):
    logits = rng.normal(size=(6, 10)) * 1e4
    probabilities = np.exp(functional.log_softmax(logits))
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)


def test_log_softmax_is_exact_however_large_the_logits_are():
    logits = np.array([[0.0, -0.25, -1.5]], np.float32)  # in steps that float32 holds at 2²¹ too
    expected = functional.log_softmax(logits.astype(np.float64))
    for shift in (-(2.0**21), -1000.0, 0.0, 1000.0, 2.0**21):
        shifted = functional.log_softmax(logits + np.float32(shift))
        assert shifted.dtype == np.float32
        np.testing.assert_allclose(shifted, expected, rtol=2e-7)
    whole = functional.log_softmax(np.array([[2, 0, 1]]))
    np.testing.assert_allclose(np.exp(whole).sum(), 1)
    apart = functional.log_softmax(np.array([3e38, 0.0, -1.0, -np.inf], np.float32))
    assert apart.tolist() == [0.0, *np.float32([-3e38, -3e38]).tolist(), -np.inf]


def test_the_fused_loss_agrees_with_log_softmax_and_nll(rng):
    logits, targets = rng.normal(size=(20, 10)) * 5, rng.integers(0, 10, 20)
    dlogits = np.empty_like(logits)
    total, right = losses.softmax_cross_entropy(logits, targets, dlogits, 20)

    log_probs = functional.log_softmax(logits)
    loss, dlog_probs = nll(log_probs, targets)
    expected = dlog_probs - np.exp(log_probs) * dlog_probs.sum(axis=1, keepdims=True)
    assert total / 20 == pytest.approx(loss, rel=1e-12)
    assert right == np.sum(logits.argmax(axis=1) == targets)
    np.testing.assert_allclose(dlogits, expected, atol=1e-15)


def test_pixels_become_intensities_and_floats_stay_as_they_are():
    pixels = np.array([[0, 51, 255]], np.uint8)
    np.testing.assert_allclose(functional.scale_pixels(pixels), [[0, 0.2, 1]], rtol=1e-6)
    floats = np.ones((1, 3), np.float32)
    assert functional.scale_pixels(floats) is floats


def test_confusion_counts_true_classes_in_rows_and_answers_in_columns():
    table = metrics.confusion(np.array([1, 1, 0]), np.array([1, 0, 0]), 2)
    np.testing.assert_array_equal(table, [[1, 1], [0, 1]])
    assert metrics.accuracy(np.array([1, 1, 0]), np.array([1, 0, 0])) == pytest.approx(2 / 3)
