"""A drawing redrawn is the same digit, and never quite the same."""

import numpy as np
import pytest

import netcore
from dataset.ink import jitter, render
from tests.handwriting import FOUR, ONE, SEVEN, ZERO

DRAWINGS = [[np.array(stroke, float) for stroke in digit] for digit in (ZERO, ONE, FOUR, SEVEN)]
DIGITS = np.array([0, 1, 4, 7])


def test_redrawn_digits_are_read_as_what_they_were():
    which = np.repeat(np.arange(4), 25)
    images = jitter.images(DRAWINGS, which, np.random.default_rng(0))
    read = netcore.load("models/dense.json").network().predict(images).argmax(axis=1)
    assert (read == DIGITS[which]).mean() >= 0.9


def test_no_two_are_alike_but_the_same_seed_gives_the_same():
    which = np.zeros(5, int)
    images = jitter.images(DRAWINGS, which, np.random.default_rng(0))
    assert len({image.tobytes() for image in images}) == 5
    assert (images == jitter.images(DRAWINGS, which, np.random.default_rng(0))).all()


@pytest.mark.parametrize("drawn", [[], [np.array([[3.0, 4.0]])], [np.full((9, 2), 7.0)]])
def test_nothing_and_dots_stay_what_they_are(drawn):
    again = jitter.strokes(drawn, np.random.default_rng(0))
    assert np.allclose(render.draw(again), render.draw(drawn))


def test_the_drawing_itself_is_left_as_it_is():
    before = [stroke.copy() for stroke in DRAWINGS[0]]
    jitter.strokes(DRAWINGS[0], np.random.default_rng(0))
    assert all((a == b).all() for a, b in zip(before, DRAWINGS[0], strict=True))
