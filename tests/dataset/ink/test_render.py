"""Drawings and pictures become images as MNIST's authors would have made them."""

import tracemalloc

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.ink import render, upstroke

SEVEN = [[[60, 40], [220, 40], [120, 250]], [[90, 140], [190, 140]]]


def centre_of_mass(image):
    return np.array(scipy.ndimage.center_of_mass(image.astype(float)))


def longest_side(image):
    rows, columns = np.nonzero(image)
    return max(np.ptp(rows), np.ptp(columns)) + 1


def moved(strokes, scale=1.0, x=0.0, y=0.0):
    return [[[scale * (px + x), scale * (py + y)] for px, py in stroke] for stroke in strokes]


def strokes_of(coordinates, min_size=0):
    point = st.lists(coordinates, min_size=2, max_size=2)
    return st.lists(st.lists(point, min_size=min_size, max_size=12), min_size=min_size, max_size=5)


# Drawings


@settings(max_examples=200, deadline=None)
@given(strokes_of(st.floats(width=64)))
def test_any_points_become_an_image_centred_by_mass(strokes):
    image = render.draw(strokes)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    points = [point for stroke in strokes for point in stroke]
    finite = any(
        abs(x) < render.MAX_COORDINATE and abs(y) < render.MAX_COORDINATE for x, y in points
    )
    assert image.any() == finite
    if finite:
        assert longest_side(image) <= 20
        assert np.abs(centre_of_mass(image) - 14).max() < 0.5 + 1e-5


@settings(max_examples=100, deadline=None)
@given(
    strokes_of(st.integers(-300, 300), min_size=1),
    st.integers(-900, 900),
    st.integers(-900, 900),
    st.integers(-30, 30),
)
def test_place_and_size_of_a_drawing_do_not_matter(strokes, x, y, power):
    again = moved(strokes, scale=2.0**power, x=x, y=y)
    np.testing.assert_array_equal(render.draw(again), render.draw(strokes))


@pytest.mark.parametrize("scale", [1e-60, 1e-3, 1 / 3, 7.1, 1e60])
def test_a_tiny_or_huge_drawing_fills_the_same_box(scale):
    difference = render.draw(moved(SEVEN, scale)).astype(int) - render.draw(SEVEN)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("strokes", [[], [[]], [[], []], [[[np.nan, 3]]], [[[3, np.inf]]]])
def test_without_a_point_there_is_no_ink(strokes):
    assert not render.draw(strokes).any()


def test_points_that_are_not_finite_are_dropped():
    holed = [[*SEVEN[0][:2], [np.nan, 70], [8, -np.inf], SEVEN[0][2]], [[1e200, 0]], SEVEN[1]]
    np.testing.assert_array_equal(render.draw(holed), render.draw(SEVEN))


@pytest.mark.parametrize("stroke", [[[5, 5]], [[5, 5]] * 40])
def test_a_dot_is_a_round_spot_of_the_pen_in_the_middle(stroke):
    image = render.draw([stroke])
    np.testing.assert_array_equal(image, image.T)
    assert image[13:16, 13:16].min() > 0
    assert image.sum() / 255 == pytest.approx(np.pi * render.PEN_RADIUS**2, rel=0.15)


def test_a_dot_beside_the_drawing_is_a_slip_of_the_hand_and_left_out():
    stem, tapped = [[50, 20], [50, 100]], [[90, 100], [91, 101]]
    np.testing.assert_array_equal(render.draw([stem, tapped]), render.draw([stem]))
    for kept in ([[52, 5]], [[90, 60], [90, 100]]):  # the dot of an i, a second line
        assert (render.draw([stem, kept]) != render.draw([stem])).any()
    assert len(render.clean([[[0, 0]], [[9, 9]]])) == 2  # dots and nothing else
    assert (render.draw([stem, tapped], as_drawn=True) != render.draw([stem])).any()


def test_a_line_is_20_pixels_long_and_as_wide_as_the_pen():
    image = render.draw([[[3, 0], [3, 100]]])
    rows = np.flatnonzero(image.any(axis=1))
    assert (rows[0], rows[-1]) == (4, 23)
    np.testing.assert_allclose(image[8:20].sum(axis=1) / 255, 2 * render.PEN_RADIUS, atol=0.02)


def test_the_pen_is_as_wide_for_a_tall_digit_as_for_a_flat_one():
    tall, flat = render.draw([[[0, 0], [0, 9]]]), render.draw([[[0, 0], [9, 0]]])
    np.testing.assert_array_equal(tall, flat.T)


def test_the_aspect_is_kept():
    image = render.draw([[[0, 0], [200, 0], [200, 100], [0, 100], [0, 0]]])
    width, height = (np.ptp(np.flatnonzero(image.any(axis=axis))) + 1 for axis in (0, 1))
    wide = 2 * render.PEN_RADIUS + render.EDGE - 1
    assert width == 20
    assert height == np.ceil((20 - wide) / 2 + wide)


def test_edges_are_antialiased():
    image = render.draw([[[0, 0], [70, 100]]])
    assert image.max() == 255
    assert len(np.unique(image)) > 10


def test_strokes_are_not_joined_to_each_other():
    image = render.draw([[[0, 0], [0, 90]], [[60, 0], [60, 90]]])
    assert scipy.ndimage.label(image)[1] == 2


def test_lopsided_ink_is_made_smaller_until_it_fits():
    scribble = [[x, y] for y in range(0, 100, 3) for x in (0, 300)]
    image = render.draw([scribble, [[0, 1000]]])
    assert scipy.ndimage.label(image)[1] == 2
    assert longest_side(image) < 20
    assert np.abs(centre_of_mass(image) - 14).max() < 0.5 + 1e-5


def test_more_points_on_the_same_line_change_next_to_nothing():
    dense = [
        np.column_stack([np.interp(np.linspace(0, len(s) - 1, 2001), range(len(s)), axis)
                         for axis in np.transpose(s)])
        for s in SEVEN
    ]  # fmt: skip
    difference = render.draw(dense).astype(int) - render.draw(SEVEN)
    assert np.abs(difference).max() <= 25


def test_an_endless_scribble_takes_little_memory_and_keeps_its_shape():
    angle = np.linspace(0, 50 * 2 * np.pi, 100_001)  # fifty times round an egg
    egg = np.column_stack([np.cos(angle), np.sin(angle) + 0.3 * np.cos(2 * angle)])
    tracemalloc.start()
    image = render.draw([egg])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000
    once = render.draw([egg[:2001]])
    assert np.abs(image.astype(int) - once).max() <= 25


def test_many_drawings_at_once_come_out_as_each_by_itself():
    drawings = [SEVEN, [], moved(SEVEN, 40), [[[5, 5]]], [[[np.nan, 1]]], [[[0, 0], [3, 9]]]] * 150
    together = render.draw_all(drawings)
    for drawing, image in zip(drawings[:6], together[-6:], strict=True):
        np.testing.assert_array_equal(render.draw(drawing), image)


def test_a_turn_comes_before_the_scaling_and_the_pen_stays_as_wide():
    quarter = np.array([[[0.0, 1.0], [-1.0, 0.0]]])
    turned = render.draw_all([SEVEN], transforms=quarter)[0]
    by_hand = render.draw([np.array(stroke) @ quarter[0] for stroke in SEVEN])
    np.testing.assert_array_equal(turned, by_hand)
    thin, thick = render.draw_all([SEVEN] * 2, np.array([0.8, 1.6]), as_drawn=True)
    assert thick.sum() > 1.7 * thin.sum()


# Upstrokes


def lean(degrees, length=60):
    """A line up to (100, 0) that leans against the line down by so much, then 100 down."""
    angle = np.deg2rad(degrees)
    return [[100 - length * np.sin(angle), length * np.cos(angle)], [100, 0], [100, 100]]


def fine(stroke):
    """The same with a point every few pixels, as a pen gives it."""
    share = np.linspace(0, len(stroke) - 1, 41)
    return np.column_stack(
        [np.interp(share, range(len(stroke)), axis) for axis in np.transpose(stroke)]
    )


def width(image):
    return np.ptp(np.flatnonzero(image.any(axis=0))) + 1


def test_the_long_upstroke_of_a_one_is_cut_short():
    one = [fine(lean(35))]
    assert width(render.draw(one)) < width(render.draw(one, as_drawn=True)) - 2


def test_the_steeper_an_upstroke_the_more_is_cut():
    left = [np.ptp(upstroke.shorten([fine(lean(angle))])[0][:, 0]) for angle in (30, 44, 48, 52)]
    assert left == sorted(left) and left[0] < left[-1]


@pytest.mark.parametrize(
    "strokes",
    [
        [lean(70)],  # the bar of a 7
        [lean(35), [[85, 50], [120, 50]]],  # a crossed 7, written with a slant
        [lean(35, length=95)],  # an upturned V
        [lean(35)[::-1]],  # ends upwards: the 4 begins like that, not the 1
        [[[100, 0], [100, 100]]],
        [[[5, 5]]],
        [],
    ],
)
def test_other_lines_stay_as_they_are(strokes):
    np.testing.assert_array_equal(render.draw(strokes), render.draw(strokes, as_drawn=True))


def test_a_foot_does_not_make_a_one_a_seven():
    one = [fine(lean(35)), [[80, 100], [120, 100]]]
    assert render.draw(one)[:14].sum() < render.draw(one, as_drawn=True)[:14].sum()
