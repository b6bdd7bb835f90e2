"""Printed lines are taken out of a picture's ink, strokes of a pen are not."""

import numpy as np
import pytest

from dataset.pictures import rules


def lines(angle, spacing, size=(384, 512), thick=3):
    y, x = np.mgrid[: size[0], : size[1]]
    turn = np.deg2rad(angle)
    return (y * np.cos(turn) - x * np.sin(turn)) % spacing < thick


def seven(mask):
    """A mask with a 7 that crosses its lines."""
    ink = np.zeros_like(mask)
    ink[86:98, 200:290] = True
    for row in range(98, 280):
        column = 285 - (row - 98) // 3
        ink[row, column : column + 12] = True
    return mask | ink, ink


@pytest.mark.parametrize("angle", [0, 3, -5, 40, 87, 90, 93, 135])
@pytest.mark.parametrize("spacing", [24, 60, 110])
def test_lines_go_and_the_digit_on_them_stays(angle, spacing):
    mask, ink = seven(lines(angle, spacing))
    left = rules.without_rules(mask)
    assert left[ink].mean() > 0.9
    assert (left & ~ink).sum() < 0.05 * (mask & ~ink).sum()


def test_squares_go_and_the_digit_on_them_stays():
    mask, ink = seven(lines(2, 40) | lines(92, 40))
    left = rules.without_rules(mask)
    assert left[ink].mean() > 0.85
    assert (left & ~ink).sum() < 0.1 * (mask & ~ink).sum()


def test_level_strokes_of_many_digits_are_no_line():
    mask = np.zeros((220, 512), bool)
    for start in range(20, 500, 70):
        mask[150:156, start : start + 45] = True  # the feet of seven twos
        mask[60:150, start + 20 : start + 26] = True
    np.testing.assert_array_equal(rules.without_rules(mask), mask)


def test_a_lone_upright_stroke_is_a_one():
    mask = np.zeros((300, 60), bool)
    mask[:, 28:32] = True
    np.testing.assert_array_equal(rules.without_rules(mask), mask)
    assert not rules.without_rules(np.zeros((40, 30), bool)).any()
