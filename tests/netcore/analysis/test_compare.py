"""Paired tests and bands, against hand-worked cases."""

import itertools
import math

import numpy as np
import pytest

from netcore.analysis import compare


def answers(both_right, only_a, only_b, both_wrong):
    """Answers of A and B (and the truth, which is 0) with these counts."""
    counts = (both_right, only_a, only_b, both_wrong)
    a, b = np.repeat([0, 0, 1, 1], counts), np.repeat([0, 1, 0, 2], counts)
    return a, b, np.zeros(len(a), int)


def test_mcnemar_counts_who_was_right_where():
    found = compare.mcnemar(*answers(90, 5, 3, 2))
    assert found[:4] == (90, 5, 3, 2) and found.images == 100


@pytest.mark.parametrize(("only_a", "only_b"), [(9, 1), (1, 9), (5, 5), (10, 0)])
def test_mcnemar_is_the_toss_of_a_coin_for_each_image_that_one_alone_reads(only_a, only_b):
    n, k = only_a + only_b, max(only_a, only_b)
    tail = sum(math.comb(n, i) for i in range(k, n + 1)) / 2**n
    found = compare.mcnemar(*answers(1000, only_a, only_b, 7))
    assert found.p == pytest.approx(min(1, 2 * tail))


def test_images_that_both_read_or_both_misread_say_nothing():
    few, many = compare.mcnemar(*answers(0, 9, 1, 0)), compare.mcnemar(*answers(9000, 9, 1, 500))
    assert few.p == many.p
    assert compare.mcnemar(*answers(50, 0, 0, 3)).p == 1


def test_mcnemar_rarely_finds_a_difference_between_equals():
    rng = np.random.default_rng(0)
    truth = np.zeros(2000, int)
    found = [
        compare.mcnemar(rng.random(2000) < 0.02, rng.random(2000) < 0.02, truth).p
        < compare.SIGNIFICANCE
        for _ in range(400)
    ]
    assert np.mean(found) <= 0.06, "the exact test keeps its promise of at most 5 %"


@pytest.mark.parametrize(("n", "least"), [(3, 0.25), (5, 0.0625), (6, 0.03125), (10, 2 / 1024)])
def test_a_clean_sweep_of_few_seeds_proves_little(n, least):
    assert compare.sign_flip([0.01] * n) == least


def test_the_sign_flip_test_counts_all_choices_of_signs():
    differences = np.random.default_rng(3).normal(0.4, 1, 8)
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((1, -1), repeat=8)]
    share = np.mean([total >= sums[0] - 1e-9 for total in sums])
    assert compare.sign_flip(differences) == pytest.approx(share)


def test_sums_that_are_equal_but_for_rounding_count_as_equal():
    a, b = np.array([4843, 4806, 4828, 4836]) / 5000, np.array([4837, 4821, 4813, 4810]) / 5000
    assert compare.sign_flip(a - b) == 0.5  # of ±6 ±15 ±15 ±26: 62, 50, and twice 32, of eight


def test_no_difference_is_no_evidence():
    assert compare.sign_flip([0.0, 0.0, 0.0]) == 1
    with pytest.raises(ValueError, match="2 to 16 differences, not 0"):
        compare.sign_flip([])


def test_a_band_holds_all_curves_as_far_as_all_go():
    band = compare.band([[(10, 1.0), (20, 2.0), (30, 9.0)], [(10, 3.0), (20, 4.0)]])
    assert band.steps.tolist() == [10, 20]
    assert (band.mean.tolist(), band.low.tolist(), band.high.tolist()) == ([2, 3], [1, 2], [3, 4])


def test_curves_with_other_steps_are_read_in_between():
    band = compare.band([[(0, 0.0), (10, 10.0)], [(4, 4.0), (6, 6.0), (8, 8.0)]])
    assert band.steps.tolist() == [4, 6, 8]
    np.testing.assert_allclose(band.low, band.high)
