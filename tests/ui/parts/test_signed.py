"""Signed values in colours: over ink, on dark tiles, on the page."""

import numpy as np

from tests.ui.parts.test_pictures import opened
from ui.parts import pictures, signed


def test_orange_is_positive_blue_is_negative_and_ink_shines_through_where_nothing_is():
    image, values = np.full((1, 3), 200, np.uint8), np.array([[2.0, -2.0, 0.0]])
    (orange, blue, ink) = signed.overlay(image, values)[0]
    assert tuple(orange) == signed.ABOVE and tuple(blue) == signed.BELOW
    assert tuple(ink) == (110, 110, 110)


def test_values_of_nothing_but_zero_leave_the_ink_alone():
    image = np.full((2, 2), 100, np.uint8)
    assert (signed.overlay(image, np.zeros((2, 2))) == 55).all()


def test_maps_are_laid_out_row_by_row_with_clear_gaps():
    maps = np.zeros((5, 2, 3))
    maps[4] = 1
    pixels = signed.map_sheet(maps, 3)
    assert pixels.shape == (2 * 3 - 1, 3 * 4 - 1, 4)
    assert tuple(pixels[3, 4, :3]) == signed.ABOVE
    assert pixels[0, 0, 3] == 255 and pixels[2, 0, 3] == 0 and pixels[0, 3, 3] == 0
    assert pixels[3:, 8:, 3].max() == 0  # the sixth place is empty


def test_fewer_maps_than_a_row_are_no_wider_than_they_are():
    assert signed.map_sheet(np.ones((2, 4, 4)), 12).shape == (4, 9, 4)


def test_weights_are_orange_above_zero_blue_below_and_clear_at_zero():
    shown = opened(signed.weight_sheet(np.array([[[1.0, -1.0], [0.0, 0.5]]]), 1, top=1.0))
    high, low, zero, half = shown[0, 0], shown[0, -1], shown[-1, 0], shown[-1, -1]
    assert tuple(high) == (*signed.HIGH, 255)
    assert tuple(low) == (*signed.LOW, 255)
    assert zero[3] == 0
    assert 0 < half[3] < 255 and tuple(half[:3]) == signed.HIGH


def test_small_kernels_are_enlarged_and_one_giant_does_not_pale_the_rest():
    values = np.full((20, 5, 5), 0.1)
    values[0, 0, 0] = 100
    shown = opened(signed.weight_sheet(values, 5))
    assert shown.shape[1] >= 5 * pictures.SIDE
    assert shown[30, 30, 3] == 255


def test_weights_that_are_all_zero_are_a_clear_picture():
    assert not opened(signed.weight_sheet(np.zeros((4, 5, 5)), 2))[..., 3].any()
