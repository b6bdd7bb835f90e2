"""The road of a drawing taken apart, and drawings inked in many ways."""

import itertools

import numpy as np
import pytest
from PIL import Image

from dataset.ink import render
from dataset.ink import steps as ink_steps
from dataset.variants import variations
from tests.handwriting import FOUR, ONE, SEVEN, ZERO, fabric
from ui.parts.fabric import PEN, SIDE, rasterize
from ui.parts.fabric import strokes as from_canvas

DRAWINGS = {"one": ONE, "four": FOUR, "seven": SEVEN, "zero": ZERO}
HOSTILE = {
    "nothing": [],
    "an empty stroke": [[]],
    "a dot": [[(140, 140)]],
    "the same point twice": [[(9, 9), (9, 9)]],
    "a level line": [[(10, 50), (270, 50)]],
    "the corners": [[(0, 0), (280, 280)], [(280, 0)]],
    "numbers that are none": [[(float("nan"), 1), (30, 60), (float("inf"), 2), (90, 70)]],
}
EVERY_CHOICE = [c for n in range(5) for c in itertools.combinations(ink_steps.STEPS, n)]


def road(strokes, *steps):
    return ink_steps.render_steps(strokes, steps, SIDE, PEN / 2)


def dense(strokes):
    """As a canvas samples them: a point every few pixels, not on straight lines only."""
    rng = np.random.default_rng(1)
    found = []
    for stroke in np.array(strokes, object):
        points = np.array(list(stroke), float)
        steps = np.linspace(0, len(points) - 1, 60)
        parts = [np.interp(steps, range(len(points)), column) for column in points.T]
        found.append(np.column_stack(parts) + rng.normal(0, 1, (60, 2)))
    return found


def extent(image):
    """Rows and columns from the first ink to the last."""
    return [np.ptp(np.flatnonzero(image.any(axis=axis))) + 1 for axis in (1, 0)]


def centre(image):
    return [image.sum(axis=axis) @ np.arange(28) / image.sum() for axis in (1, 0)]


@pytest.mark.parametrize("strokes", [*DRAWINGS.values(), *HOSTILE.values()])
def test_with_every_step_it_is_the_picture_that_is_read(strokes):
    np.testing.assert_array_equal(road(strokes, *ink_steps.STEPS), render.draw(strokes))


@pytest.mark.parametrize("strokes", DRAWINGS.values(), ids=DRAWINGS)
def test_the_pen_of_the_x_ray_inks_as_the_road_does(strokes):
    strokes = dense(strokes)
    own = ink_steps.render_segments(ink_steps.segments(strokes)).astype(int)
    difference = np.abs(own - render.draw(strokes))
    assert difference.max() <= 30  # points are thinned out a little otherwise
    assert difference.mean() < 0.3


@pytest.mark.parametrize("strokes", DRAWINGS.values(), ids=DRAWINGS)
def test_without_any_step_the_canvas_is_only_shrunk(strokes):
    seen = rasterize(from_canvas(fabric(strokes)))
    shrunk = np.asarray(Image.fromarray(seen).resize((28, 28), Image.Resampling.BOX))
    assert np.abs(road(strokes).astype(int) - shrunk).mean() < 1.5


@pytest.mark.parametrize("steps", EVERY_CHOICE, ids="-".join)
@pytest.mark.parametrize("strokes", HOSTILE.values(), ids=HOSTILE)
def test_any_drawing_goes_any_road(strokes, steps):
    image = road(strokes, *steps)
    assert image.shape == (28, 28) and image.dtype == np.uint8
    assert image.any() == bool(len(ink_steps.segments(strokes)))


def test_crop_brings_a_digit_from_the_corner_to_the_middle():
    small = [[(x / 4, y / 4) for x, y in stroke] for stroke in FOUR]
    assert max(centre(road(small))) < 6
    np.testing.assert_allclose(centre(road(small, "crop")), 13.5, atol=1.5)
    assert extent(road(small, "crop")) == pytest.approx(extent(road(small)), abs=1)


def test_scale_makes_every_digit_twenty_pixels_long():
    for size in (0.1, 0.5, 1):
        strokes = [[(size * x, size * y) for x, y in stroke] for stroke in FOUR]
        assert max(extent(road(strokes, "crop", "scale", "pen"))) == 20


def test_without_the_pen_a_small_digit_becomes_fat():
    small = [[(x / 3, y / 3) for x, y in stroke] for stroke in FOUR]
    assert road(small, "crop", "scale").sum() > 1.5 * road(small, "crop", "scale", "pen").sum()


def test_centring_moves_the_centre_of_mass_to_the_middle():
    before, after = road(SEVEN, "crop", "scale", "pen"), road(SEVEN, "scale", "pen", "centre")
    assert max(np.abs(np.array(centre(before)) - 14)) > 0.5
    np.testing.assert_allclose(centre(after), 14, atol=0.5)


def test_centring_pushes_no_ink_over_the_edge():
    image = np.zeros((28, 28), np.uint8)
    image[0, :3] = image[20:, 25:] = 200
    assert ink_steps.centred(image).sum() == image.sum()
    assert not ink_steps.centred(np.zeros_like(image)).any()


def test_moved_pictures_lie_where_they_were_moved():
    image = render.draw(FOUR)
    moved = variations.shifted(image, 3)
    assert moved.shape == (7, 7, 28, 28)
    np.testing.assert_array_equal(moved[3, 3], image)
    np.testing.assert_array_equal(moved[4, 1][4:, :-4], image[3:-1, 2:-2])
    assert centre(moved[6, 0])[0] > centre(image)[0] and centre(moved[6, 0])[1] < centre(image)[1]


def test_a_turned_drawing_is_that_of_turned_strokes():
    right = [[(-y, x) for x, y in stroke] for stroke in FOUR]  # a quarter clockwise, y down
    images = variations.rotated(FOUR, [0, 90], [12, 20])
    assert images.shape == (2, 2, 28, 28)
    for found, strokes in zip(images[1], (FOUR, right), strict=True):
        assert np.abs(found.astype(int) - render.draw(strokes)).max() <= 1
    assert max(extent(images[0, 0])) == 12


def test_the_pixels_of_a_picture_are_turned_clockwise_and_scaled():
    image = render.draw(FOUR)
    images = variations.rotated_picture(image, [0, 90], [10, 20]).astype(int)
    np.testing.assert_array_equal(images[1, 0], image)
    np.testing.assert_allclose(images[1, 1], np.rot90(image, -1), atol=1)
    assert max(extent(images[0, 0] > 60)) == pytest.approx(10, abs=1)


def test_a_slant_leans_to_the_right_and_a_wide_pen_leaves_more_ink():
    (upright, leaning), (_, fat) = variations.sheared(ONE, [0, 0.5], [render.PEN_RADIUS, 2.4])
    top, bottom = (np.flatnonzero(leaning[row]).mean() for row in (8, 20))
    assert top > bottom + 4
    assert np.abs(upright.astype(int) - render.draw(ONE)).max() <= 30
    assert fat.sum() > 1.5 * leaning.sum()


def test_a_scribble_of_thousands_of_points_stays_cheap():
    scribble = np.random.default_rng(0).uniform(0, 280, (40, 500, 2))
    assert len(ink_steps.segments(scribble, variations.SPACING, variations.MAX_SEGMENTS)) < 350
