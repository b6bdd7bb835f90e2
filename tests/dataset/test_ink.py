"""Drawings and pictures become images as MNIST's authors would have made them."""

import tracemalloc

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

import dataset
from dataset import ink

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
    image = ink.draw(strokes)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    points = [point for stroke in strokes for point in stroke]
    finite = any(abs(x) < ink.FARTHEST and abs(y) < ink.FARTHEST for x, y in points)
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
    np.testing.assert_array_equal(ink.draw(again), ink.draw(strokes))


@pytest.mark.parametrize("scale", [1e-60, 1e-3, 1 / 3, 7.1, 1e60])
def test_a_tiny_or_huge_drawing_fills_the_same_box(scale):
    difference = ink.draw(moved(SEVEN, scale)).astype(int) - ink.draw(SEVEN)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("strokes", [[], [[]], [[], []], [[[np.nan, 3]]], [[[3, np.inf]]]])
def test_without_a_point_there_is_no_ink(strokes):
    assert not ink.draw(strokes).any()


def test_points_that_are_not_finite_are_dropped():
    holed = [[*SEVEN[0][:2], [np.nan, 70], [8, -np.inf], SEVEN[0][2]], [[1e200, 0]], SEVEN[1]]
    np.testing.assert_array_equal(ink.draw(holed), ink.draw(SEVEN))


@pytest.mark.parametrize("stroke", [[[5, 5]], [[5, 5]] * 40])
def test_a_dot_is_a_round_spot_of_the_pen_in_the_middle(stroke):
    image = ink.draw([stroke])
    np.testing.assert_array_equal(image, image.T)
    assert image[13:16, 13:16].min() > 0
    assert image.sum() / 255 == pytest.approx(np.pi * ink.PEN_RADIUS**2, rel=0.15)


def test_a_line_is_20_pixels_long_and_as_wide_as_the_pen():
    image = ink.draw([[[3, 0], [3, 100]]])
    rows = np.flatnonzero(image.any(axis=1))
    assert (rows[0], rows[-1]) == (4, 23)
    np.testing.assert_allclose(image[8:20].sum(axis=1) / 255, 2 * ink.PEN_RADIUS, atol=0.01)


def test_the_pen_is_as_wide_for_a_tall_digit_as_for_a_flat_one():
    tall, flat = ink.draw([[[0, 0], [0, 9]]]), ink.draw([[[0, 0], [9, 0]]])
    np.testing.assert_array_equal(tall, flat.T)


def test_the_aspect_is_kept():
    image = ink.draw([[[0, 0], [200, 0], [200, 100], [0, 100], [0, 0]]])
    width, height = (np.ptp(np.flatnonzero(image.any(axis=axis))) + 1 for axis in (0, 1))
    span = 20 - 2 * ink.PEN_RADIUS
    assert width == 20
    assert height == np.ceil(span / 2 + 2 * ink.PEN_RADIUS)


def test_edges_are_antialiased():
    image = ink.draw([[[0, 0], [70, 100]]])
    assert image.max() == 255
    assert len(np.unique(image)) > 10


def test_strokes_are_not_joined_to_each_other():
    image = ink.draw([[[0, 0], [0, 90]], [[60, 0], [60, 90]]])
    assert scipy.ndimage.label(image)[1] == 2


def test_lopsided_ink_is_made_smaller_until_it_fits():
    scribble = [[x, y] for y in range(0, 100, 3) for x in (0, 300)]
    image = ink.draw([scribble, [[0, 1000]]])
    assert scipy.ndimage.label(image)[1] == 2
    assert longest_side(image) < 20
    assert np.abs(centre_of_mass(image) - 14).max() < 0.5 + 1e-5


def test_more_points_on_the_same_line_change_next_to_nothing():
    dense = [
        np.column_stack([np.interp(np.linspace(0, len(s) - 1, 2001), range(len(s)), axis)
                         for axis in np.transpose(s)])
        for s in SEVEN
    ]  # fmt: skip
    difference = ink.draw(dense).astype(int) - ink.draw(SEVEN)
    assert np.abs(difference).max() <= 25


def test_an_endless_scribble_takes_little_memory_and_keeps_its_shape():
    angle = np.linspace(0, 50 * 2 * np.pi, 100_001)  # fifty times round an egg
    egg = np.column_stack([np.cos(angle), np.sin(angle) + 0.2 * np.cos(2 * angle)])
    tracemalloc.start()
    image = ink.draw([egg])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000
    once = ink.draw([egg[:2001]])
    assert np.abs(image.astype(int) - once).max() <= 25


# Pictures


@pytest.fixture(scope="module")
def digits():
    return dataset.load("mnist").test.images[::10]


def test_a_picture_of_an_mnist_digit_stays_as_it_is(digits):
    """Over the whole test set all but one image stay within one grey level."""
    images = np.array([ink.from_picture(image) for image in digits])
    difference = np.abs(images.astype(int) - digits).max(axis=(1, 2))
    assert difference.max() <= 1


def test_dark_on_light_reads_like_light_on_dark(digits):
    for image in digits[:50]:
        np.testing.assert_array_equal(ink.from_picture(255 - image), ink.from_picture(image))


def test_colour_and_transparency_read_like_grey(digits):
    for image in digits[:20]:
        expected = ink.from_picture(image).astype(int)
        paper, white = np.zeros_like(image), np.full_like(image, 255)
        for picture in (
            np.dstack([image] * 3),
            np.dstack([image] * 3 + [white]),
            np.dstack([white] * 3 + [image]),  # white ink on nothing
            np.dstack([paper] * 3 + [image]),  # black ink on nothing
        ):
            assert np.abs(ink.from_picture(picture) - expected).max() <= 1


@pytest.mark.parametrize("times", [2, 10, 40])
def test_an_enlarged_digit_in_a_corner_of_a_page_comes_back(digits, times):
    differences = []
    for image in digits[:50]:
        page = np.pad(image.repeat(times, 0).repeat(times, 1), ((0, 20 * times), (9, 0)))
        differences.append(np.abs(ink.from_picture(page).astype(int) - image).mean())
    assert np.mean(differences) < 6


def test_grain_and_slanting_light_of_a_photograph_are_not_ink(digits):
    rng = np.random.default_rng(0)
    light = 1 - np.linspace(0, 0.3, 420) - np.linspace(0, 0.1, 420)[:, None]
    differences = []
    for image in digits[:50]:
        page = np.pad(scipy.ndimage.zoom(image.astype(float), 10, order=1), 70)
        page = (200 - 0.6 * page) * light + rng.normal(0, 6, page.shape)
        photograph = page.clip(0, 255).astype(np.uint8)
        differences.append(np.abs(ink.from_picture(photograph).astype(int) - image).mean())
    assert np.mean(differences) < 12


def test_a_digit_cut_off_at_the_edge_still_reads():
    page = np.zeros((100, 60), np.uint8)
    page[:15] = 255  # the bar of a 7, over the whole width
    page[:, 40:55] = 255
    image = ink.from_picture(page)
    assert image.any()
    assert image[image > 0].size < 20 * 12 * 0.7


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_has_no_ink(level):
    rng = np.random.default_rng(0)
    page = np.full((60, 40), level, np.uint8)
    assert not ink.from_picture(page).any()
    grainy = np.clip(page + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8)
    assert not ink.from_picture(grainy).any()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 400),
    st.sampled_from([(), (3,), (4,)]),
    st.integers(0, 2**32),
)
def test_any_picture_becomes_an_image_centred_by_mass(height, width, channels, seed):
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (height, width, *channels), dtype=np.uint8)
    picture[rng.random((height, width)) < rng.random()] = 0
    image = ink.from_picture(picture)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    if image.any():
        assert image.max() == 255
        assert np.abs(centre_of_mass(image) - 14).max() < 0.5 + 1e-5
