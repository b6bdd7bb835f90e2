"""Whatever the canvas sends becomes strokes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.handwriting import FOUR, SEVEN, ZERO, fabric, sent
from ui.parts.fabric import (
    ERASER,
    INK,
    MAX_POINTS,
    MAX_STROKES,
    PAPER,
    PEN,
    SIDE,
    SPACING,
    objects,
    rasterize,
    read,
    strokes,
)


def path(*commands, **fields):
    return {"objects": [{"type": "Path", "path": [list(c) for c in commands], **fields}]}


def test_each_path_is_a_stroke_with_its_points_in_order():
    drawn = read(sent(FOUR))
    assert [stroke.tolist() for stroke in drawn] == fabric(FOUR)["strokes"]


def test_nothing_drawn_gives_no_strokes():
    assert read(None) == read({}) == read({"objects": []}) == []
    assert strokes(None) == strokes({"image": 3}) == strokes({"strokes": []}) == []


@pytest.mark.parametrize("digit", [FOUR, SEVEN, ZERO])
def test_what_the_canvas_is_shown_is_read_back_as_it_was(digit):
    drawn = strokes(fabric(digit))
    assert all(map(np.array_equal, read({"objects": objects(drawn)}), drawn))


def erased(*items):
    """What is left of (strokes, colour) drawn one after the other."""
    return read(
        {"objects": [path for drawn, ink in items for path in sent(drawn, stroke=ink)["objects"]]}
    )


LINE, ACROSS = [[(20, 140), (260, 140)]], [[(140, 80), (140, 200)]]


def test_the_eraser_cuts_a_stroke_where_it_passes():
    left, right = erased((LINE, INK), (ACROSS, PAPER))
    assert left[0].tolist() == [20, 140] and right[-1].tolist() == [260, 140]
    assert abs(right[0, 0] - left[-1, 0] - ERASER) <= 2 * SPACING
    assert (left[:, 1] == 140).all() and (right[:, 1] == 140).all()


def test_the_eraser_leaves_what_it_does_not_touch_and_what_is_drawn_after_it():
    aside = [[(20, 20), (260, 20)]]
    assert [stroke.tolist() for stroke in erased((aside, INK), (ACROSS, PAPER))] == fabric(aside)[
        "strokes"
    ]
    assert [stroke.tolist() for stroke in erased((ACROSS, PAPER), (LINE, INK))] == fabric(LINE)[
        "strokes"
    ]


def test_the_eraser_removes_a_whole_stroke_and_a_dot():
    dot = [[(100, 100), (100.04, 100)]]
    assert (
        erased((LINE, INK), (LINE, PAPER))
        == erased((dot, INK), ([[(95, 100), (105, 100)]], PAPER))
        == []
    )


def test_a_curve_is_sampled_and_ends_where_it_should():
    (stroke,) = read(path(("M", 0, 100), ("Q", 100, 0, 200, 100)))
    assert stroke[-1].tolist() == [200, 100]
    middle = stroke[2]  # t = 1/2: a quarter of each end, half of the control point
    assert middle.tolist() == [100, 50]


def test_a_dot_keeps_its_place():
    (stroke,) = read(path(("M", 49.982, 250), ("L", 50.018, 250)))
    assert np.allclose(stroke.mean(axis=0), (50, 250))


def test_an_unsteady_tap_is_a_dot():
    (touch,) = read(sent([[(100, 100), (101, 103)]]))
    assert (touch == [100.5, 101.5]).all()


def test_a_stroke_moved_with_the_edit_tool_is_read_where_it_lies():
    line = ("M", 10, 10), ("L", 30, 10)
    (stroke,) = read(path(*line, left=100, top=200))
    assert stroke.tolist() == [[90, 200], [110, 200]]


def test_a_stroke_scaled_turned_and_mirrored_is_read_as_it_looks():
    line = ("M", 100, 100), ("L", 120, 100)
    (doubled,) = read(path(*line, left=110, top=100, scaleX=2, flipX=True))
    assert doubled.tolist() == [[130, 100], [90, 100]]
    (turned,) = read(path(*line, left=110, top=100, angle=90))  # clockwise, as y points down
    assert np.allclose(turned, [[110, 90], [110, 110]])


def test_ink_beyond_the_edge_is_cut_off_as_on_the_screen():
    drawn = read(path(("M", 10, 10), ("L", 20, 10), ("L", -5, 10), ("L", 30, 10), ("L", 40, 10)))
    assert [stroke.tolist() for stroke in drawn] == [
        [[10, 10], [20, 10], [0, 10]],
        [[0, 10], [30, 10], [40, 10]],
    ]


def test_a_line_across_the_canvas_between_two_points_beside_it_is_ink_too():
    (across,) = read(path(("M", -40, -20), ("L", 340, 300)))
    np.testing.assert_allclose(across, [[0, 13.68], [280, 249.47]], atol=0.01)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1e300, 10**400, "12", None, [], True])
def test_a_command_with_a_bad_number_is_skipped(bad):
    drawn = read(path(("M", 10, 10), ("L", bad, bad), ("L", 20, 10)))
    assert all(np.isfinite(stroke).all() for stroke in drawn)
    assert drawn[0][0].tolist() == [10, 10]
    assert drawn[-1][-1].tolist() == [20, 10]


def test_a_huge_drawing_is_read_up_to_a_bound():
    scribble = [["M", 1, 1]] + [["Q", 5, 5, 9, 9]] * 200_000
    drawn = read({"objects": [{"path": scribble}] * (MAX_STROKES + 50)})
    assert sum(map(len, drawn)) <= MAX_POINTS
    assert len(read({"objects": [{"path": [["M", 1, 1]]}] * 5000})) == MAX_STROKES
    wide = [["M", 1, 1], *[["L", 279, 279], ["L", 1, 99]] * 5000]
    eraser = {"stroke": PAPER, "path": [["M", 140, 99], ["L", 140, 240]]}
    assert sum(map(len, read({"objects": [{"path": wide}, eraser]}))) <= MAX_POINTS


number = some.one_of(some.floats(), some.integers(), some.text(max_size=3), some.none())
command = some.lists(some.one_of(some.sampled_from("MLQCZ"), number), max_size=7)
item = some.fixed_dictionaries(
    {},
    optional={
        "path": some.one_of(some.lists(some.one_of(command, number), max_size=8), number),
        **dict.fromkeys(("left", "top", "scaleX", "scaleY", "angle", "flipX"), number),
        "stroke": some.sampled_from([PAPER, None, 3]),
    },
)
items = some.lists(some.one_of(item, number, some.lists(number, max_size=3)), max_size=6)


@settings(max_examples=300, deadline=None)
@given(some.one_of(number, items, some.fixed_dictionaries({"objects": some.one_of(items, item)})))
def test_whatever_comes_gives_points_on_the_canvas_or_nothing(json_data):
    for stroke in read(json_data):
        assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)
        assert (stroke >= 0).all() and (stroke <= SIDE).all()


def test_the_picture_shows_the_ink_as_wide_as_the_pen():
    image = rasterize(read(path(("M", 100, 140), ("L", 180, 140))))
    assert image.shape == (SIDE, SIDE) and image.dtype == np.uint8
    assert abs((image[:, 140] > 127).sum() - PEN) <= 1
    assert not rasterize([]).any()
