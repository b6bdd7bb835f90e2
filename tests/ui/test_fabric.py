"""What the canvas sends becomes strokes, whatever it sends."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.handwriting import FOUR, fabric
from ui.fabric import MAX_POINTS, MAX_STROKES, PEN, SIDE, picture, strokes


def one(*points):
    return {"strokes": [[list(point) for point in points]]}


def test_each_stroke_keeps_its_points_in_order():
    drawn = strokes(fabric(FOUR))
    assert [stroke.tolist() for stroke in drawn] == [[[x, y] for x, y in s] for s in FOUR]


def test_nothing_drawn_gives_no_strokes():
    assert strokes(None) == strokes({}) == strokes({"strokes": []}) == strokes({"image": 3}) == []


def test_ink_beyond_the_edge_is_cut_off_as_on_the_screen():
    drawn = strokes(one((10, 10), (20, 10), (-5, 10), (30, 10), (40, 10)))
    assert [stroke.tolist() for stroke in drawn] == [[[10, 10], [20, 10]], [[30, 10], [40, 10]]]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1e300, 10**400, "12", None, [], True])
def test_a_point_with_a_bad_number_is_passed_over(bad):
    drawn = strokes(one((10, 10), (bad, bad), (20, 10)))
    assert all(np.isfinite(stroke).all() for stroke in drawn)
    assert drawn[0][0].tolist() == [10, 10]
    assert drawn[-1][-1].tolist() == [20, 10]


def test_a_huge_drawing_is_read_up_to_a_bound():
    scribble = [[5, 5], [9, 9]] * 100_000
    drawn = strokes({"strokes": [scribble] * (MAX_STROKES + 50)})
    assert sum(map(len, drawn)) <= MAX_POINTS
    assert len(strokes({"strokes": [[[1, 1]]] * 5000})) == MAX_STROKES


number = some.one_of(some.floats(), some.integers(), some.text(max_size=3), some.none())
point = some.one_of(some.lists(number, max_size=3), number)
anything = some.one_of(some.lists(some.one_of(some.lists(point, max_size=5), number)), number)


@settings(max_examples=300, deadline=None)
@given(some.one_of(number, anything, some.fixed_dictionaries({"strokes": anything})))
def test_whatever_comes_gives_points_on_the_canvas_or_nothing(sent):
    for stroke in strokes(sent):
        assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)
        assert (stroke >= 0).all() and (stroke <= SIDE).all()


def test_the_picture_shows_the_ink_as_wide_as_the_pen():
    image = picture(strokes(one((100, 140), (180, 140))))
    assert image.shape == (SIDE, SIDE) and image.dtype == np.uint8
    assert abs((image[:, 140] > 127).sum() - PEN) <= 1
    assert not picture([]).any()
