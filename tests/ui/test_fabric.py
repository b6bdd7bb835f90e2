"""What the canvas sends becomes strokes, whatever it sends."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.handwriting import FOUR, fabric
from ui.fabric import MAX_POINTS, MAX_STROKES, PEN, SIDE, picture, strokes


def path(*commands, **fields):
    return {"objects": [{"type": "Path", "path": [list(c) for c in commands], **fields}]}


def test_each_path_is_a_stroke_with_its_points_in_order():
    drawn = strokes(fabric(FOUR))
    assert [stroke.tolist() for stroke in drawn] == [[[x, y] for x, y in s] for s in FOUR]


def test_nothing_drawn_gives_no_strokes():
    assert strokes(None) == strokes({}) == strokes({"objects": []}) == []


def test_a_curve_is_sampled_and_ends_where_it_should():
    (stroke,) = strokes(path(("M", 0, 100), ("Q", 100, 0, 200, 100)))
    assert stroke[-1].tolist() == [200, 100]
    middle = stroke[2]  # t = 1/2: a quarter of each end, half of the control point
    assert middle.tolist() == [100, 50]


def test_a_dot_keeps_its_place():
    (stroke,) = strokes(path(("M", 49.982, 250), ("L", 50.018, 250)))
    assert np.allclose(stroke.mean(axis=0), (50, 250))


def test_a_stroke_moved_with_the_edit_tool_is_read_where_it_lies():
    line = ("M", 10, 10), ("L", 30, 10)
    (stroke,) = strokes(path(*line, left=100, top=200))
    assert stroke.tolist() == [[90, 200], [110, 200]]


def test_a_stroke_scaled_turned_and_mirrored_is_read_as_it_looks():
    line = ("M", 100, 100), ("L", 120, 100)
    (doubled,) = strokes(path(*line, left=110, top=100, scaleX=2, flipX=True))
    assert doubled.tolist() == [[130, 100], [90, 100]]
    (turned,) = strokes(path(*line, left=110, top=100, angle=90))  # clockwise, as y points down
    assert np.allclose(turned, [[110, 90], [110, 110]])


def test_ink_beyond_the_edge_is_cut_off_as_on_the_screen():
    drawn = strokes(path(("M", 10, 10), ("L", 20, 10), ("L", -5, 10), ("L", 30, 10), ("L", 40, 10)))
    assert [stroke.tolist() for stroke in drawn] == [[[10, 10], [20, 10]], [[30, 10], [40, 10]]]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1e300, 10**400, "12", None, [], True])
def test_a_command_with_a_bad_number_is_passed_over(bad):
    drawn = strokes(path(("M", 10, 10), ("L", bad, bad), ("L", 20, 10)))
    assert all(np.isfinite(stroke).all() for stroke in drawn)
    assert drawn[0][0].tolist() == [10, 10]
    assert drawn[-1][-1].tolist() == [20, 10]


def test_a_huge_drawing_is_read_up_to_a_bound():
    scribble = [["M", 1, 1]] + [["Q", 5, 5, 9, 9]] * 200_000
    drawn = strokes({"objects": [{"path": scribble}] * (MAX_STROKES + 50)})
    assert sum(map(len, drawn)) <= MAX_POINTS
    assert len(strokes({"objects": [{"path": [["M", 1, 1]]}] * 5000})) == MAX_STROKES


number = some.one_of(some.floats(), some.integers(), some.text(max_size=3), some.none())
command = some.lists(some.one_of(some.sampled_from("MLQCZ"), number), max_size=7)
item = some.fixed_dictionaries(
    {},
    optional={
        "path": some.one_of(some.lists(some.one_of(command, number), max_size=8), number),
        **dict.fromkeys(("left", "top", "scaleX", "scaleY", "angle", "flipX"), number),
    },
)
objects = some.lists(some.one_of(item, number, some.lists(number, max_size=3)), max_size=6)


@settings(max_examples=300, deadline=None)
@given(
    some.one_of(number, objects, some.fixed_dictionaries({"objects": some.one_of(objects, item)}))
)
def test_whatever_comes_gives_points_on_the_canvas_or_nothing(json_data):
    for stroke in strokes(json_data):
        assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)
        assert (stroke >= 0).all() and (stroke <= SIDE).all()


def test_the_picture_shows_the_ink_as_wide_as_the_pen():
    image = picture(strokes(path(("M", 100, 140), ("L", 180, 140))))
    assert image.shape == (SIDE, SIDE) and image.dtype == np.uint8
    assert abs((image[:, 140] > 127).sum() - PEN) <= 1
    assert not picture([]).any()
