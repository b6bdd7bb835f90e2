"""Digits side by side come apart, the strokes of one digit stay together."""

import numpy as np
import pytest

from dataset.ink import segment
from tests.handwriting import FOUR, ONE, SEVEN, ZERO


def placed(strokes, x):
    return [np.array(stroke, float) + [x, 0] for stroke in strokes]


def indifferent(pieces):
    return [0.0] * len(pieces)


@pytest.mark.parametrize("digit", [ZERO, ONE, FOUR, SEVEN, [], [[(3, 3)]], [[]]])
def test_one_digit_stays_whole_and_nobody_is_asked(digit):
    def judge(pieces):
        raise AssertionError("nothing to decide")

    assert len(segment.split(digit, judge)) == 1


def test_a_number_comes_apart_from_left_to_right_in_whatever_order_it_was_drawn():
    strokes = placed(SEVEN, 400) + placed(FOUR, 0) + placed(ZERO, 200)
    pieces = segment.split(strokes, indifferent)
    assert [len(piece) for piece in pieces] == [2, 1, 1]
    assert [piece[0][:, 0].min() // 200 for piece in pieces] == [0, 1, 2]


def test_strokes_close_together_are_judged_by_what_they_look_like():
    halves = [np.array([[0, 0], [0, 100]]), np.array([[12, 0], [12, 100]])]
    assert len(segment.split(halves, lambda pieces: [-9.0 * (len(p) - 1) for p in pieces])) == 2
    assert len(segment.split(halves, lambda pieces: [9.0 * (len(p) - 1) for p in pieces])) == 1


def test_a_field_of_strokes_is_left_whole():
    fence = [np.array([[20.0 * n, 0], [20.0 * n, 100]]) for n in range(40)]
    assert len(segment.split(fence, indifferent)) == 1
