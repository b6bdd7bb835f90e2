"""Habits of the pen: the 1 gets a flag, the 7 a bar, a loop a gap, and nobody else anything."""

import numpy as np
import pytest

import dataset
from dataset.variants.augment import Augment
from dataset.variants.pen_habits import add_habits

PLAIN_ONE = np.zeros((28, 28), np.uint8)
PLAIN_ONE[4:24, 13:15] = 255
PLAIN_SEVEN = np.zeros((28, 28), np.uint8)
PLAIN_SEVEN[4:6, 7:20] = PLAIN_SEVEN[4:24, 18:20] = 255


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def with_habits(image, digit, rng, count=50):
    images = np.repeat(image[None], count, axis=0)
    return add_habits(images, np.full(count, digit), 1.0, rng).astype(int) - images


def test_a_one_gets_a_flag_left_of_the_top_of_its_stem(rng):
    added = with_habits(PLAIN_ONE, 1, rng)
    assert (added >= 0).all() and (added.sum(axis=(1, 2)) > 0).all()
    upper = added[:, :18]
    assert upper[:, :, :13].sum() > 10 * upper[:, :, 15:].sum()


def test_some_ones_get_a_line_to_stand_on(rng):
    right_of_the_foot = with_habits(PLAIN_ONE, 1, rng, 200)[:, 20:, 17:].any(axis=(1, 2))
    assert 0.1 < right_of_the_foot.mean() < 0.3


def test_a_seven_gets_a_bar_across_its_stem(rng):
    added = with_habits(PLAIN_SEVEN, 7, rng)
    for side in (slice(14, 17), slice(21, 24)):
        assert added[:, 9:21, side].any(axis=(1, 2)).mean() > 0.7
    assert not added[:, 22:].any()


def test_some_loops_lose_ink_and_not_much_of_it(rng):
    images = dataset.load("mnist").train
    zeros = images.images[images.labels == 0][:100]
    changed = add_habits(zeros, np.zeros(100, int), 1.0, rng).astype(int)
    assert (changed <= zeros).all()
    lost = 1 - changed.sum(axis=(1, 2)) / zeros.sum(axis=(1, 2))
    assert 0.2 < (lost > 0).mean() < 0.4
    assert lost.max() < 0.5


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_other_digits_stay_as_they_are(digit, rng):
    assert not with_habits(PLAIN_SEVEN, digit, rng).any()


def test_only_the_share_asked_for_is_changed(rng):
    images = np.repeat(PLAIN_ONE[None], 1000, axis=0)
    changed = (add_habits(images, np.ones(1000, int), 0.3, rng) != images).any(axis=(1, 2))
    assert changed.mean() == pytest.approx(0.3, abs=0.05)
    assert (images == PLAIN_ONE).all()


def test_an_empty_picture_of_a_digit_does_no_harm(rng):
    empty = np.zeros((1, 28, 28), np.uint8)
    for digit in range(10):
        assert add_habits(empty, np.array([digit]), 1.0, rng).shape == empty.shape


def test_habits_are_part_of_the_augmentation(rng):
    images = np.repeat(PLAIN_ONE[None], 4, axis=0)
    out = Augment(habits=1)(images, np.ones(4, int), rng)
    assert (out.sum(axis=(1, 2)) > PLAIN_ONE.sum() / 255).all()
