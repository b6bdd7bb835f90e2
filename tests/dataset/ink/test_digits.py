"""A drawing becomes the digits that are read, and no part of it is rendered twice."""

from collections import Counter
from functools import partial

import numpy as np
import pytest

from dataset.ink import digits, render
from dataset.variants import views
from tests.handwriting import FOUR, SEVEN, ZERO


def beside(*drawings):
    """Several drawings as one number."""
    return [
        np.array(stroke, float) + [200 * number, 0]
        for number, drawing in enumerate(drawings)
        for stroke in drawing
    ]


def indifferent(images):
    return np.zeros(len(images))


@pytest.fixture
def rendered(monkeypatch):
    """How often each (strokes, view) was rendered since the test began."""
    count, draw_all = Counter(), render.draw_all

    def counting(drawings, *arguments, **named):
        for drawing in drawings:
            strokes = [np.asarray(stroke, float) for stroke in drawing]
            count[b"|".join(stroke.tobytes() for stroke in strokes)] += 1
        return draw_all(drawings, *arguments, **named)

    monkeypatch.setattr(render, "draw_all", counting)
    return count


@pytest.mark.parametrize("drawn", [[FOUR], [SEVEN] * 3, [FOUR, ZERO, SEVEN, FOUR]])
def test_each_part_is_rendered_once_in_each_view(rendered, drawn):
    found = digits.find(beside(*drawn), indifferent)
    assert len(found) == len(drawn)
    assert set(rendered.values()) == {views.COUNT}
    parts = {1: 1, 3: 3 + 2 + 1, 4: 4 + 3 + 2 + 1}[len(drawn)]  # of neighbouring digits
    assert len(rendered) == parts


def test_the_views_are_those_of_the_digit_alone():
    found = digits.find(beside(SEVEN, FOUR, ZERO), indifferent)
    np.testing.assert_array_equal(digits.views_of(found), views.of_drawings([SEVEN, FOUR, ZERO]))
    for digit in found:
        np.testing.assert_array_equal(digit.views[0], render.draw(digit.strokes))


def test_the_judge_decides_from_the_views():
    halves = [[(0, 0), (0, 100)], [(12, 0), (12, 100)]]

    def judge(weight, images):
        assert images.shape == (3, views.COUNT, 28, 28)
        ink = images[:, 0].sum(axis=(1, 2))
        return weight * (ink == ink.max())  # the two together

    assert len(digits.find(halves, partial(judge, 9.0))) == 1
    assert len(digits.find(halves, partial(judge, -9.0))) == 2


@pytest.mark.parametrize("drawn", [[], [[]], [[(float("nan"), 1)]]])
def test_without_ink_there_are_no_digits(drawn):
    found = digits.find(drawn, indifferent)
    assert found == [] and digits.views_of(found).shape == (0, views.COUNT, 28, 28)


def test_many_drawings_come_in_batches():
    drawings = [FOUR, SEVEN, ZERO]
    some = list(digits.batches(drawings, 2))
    assert [len(images) for images in some] == [2, 1]
    np.testing.assert_array_equal(np.concatenate(some), views.of_drawings(drawings))


def test_of_a_scribble_nothing_is_judged():
    fence = [[(20 * n, 0), (20 * n, 100)] for n in range(40)]

    def judge(images):
        raise AssertionError("nothing to decide")

    assert len(digits.find(fence, judge)) == 1
