"""Colours over ink, and maps on a sheet."""

import base64
import io

import numpy as np
from PIL import Image

from ui.parts import signed


def test_orange_is_positive_blue_is_negative_and_ink_shines_through_where_nothing_is():
    image, values = np.full((1, 3), 200, np.uint8), np.array([[2.0, -2.0, 0.0]])
    (orange, blue, ink) = signed.signed(image, values)[0]
    assert tuple(orange) == signed.FOR and tuple(blue) == signed.AGAINST
    assert tuple(ink) == (110, 110, 110)


def test_values_of_nothing_but_zero_leave_the_ink_alone():
    image = np.full((2, 2), 100, np.uint8)
    assert (signed.signed(image, np.zeros((2, 2))) == 55).all()


def test_a_sheet_lays_maps_out_row_by_row_with_clear_gaps():
    maps = np.zeros((5, 2, 3))
    maps[4] = 1
    pixels = signed.sheet(maps, 3)
    assert pixels.shape == (2 * 3 - 1, 3 * 4 - 1, 4)
    assert tuple(pixels[3, 4, :3]) == signed.FOR
    assert pixels[0, 0, 3] == 255 and pixels[2, 0, 3] == 0 and pixels[0, 3, 3] == 0
    assert pixels[3:, 8:, 3].max() == 0  # the sixth place is empty


def test_a_sheet_of_fewer_maps_than_a_row_is_no_wider_than_they_are():
    assert signed.sheet(np.ones((2, 4, 4)), 12).shape == (4, 9, 4)


def test_an_address_holds_the_picture_twice_as_fine_as_it_is_shown():
    address = signed.address(np.arange(4, dtype=np.uint8).reshape(1, 4), 20)
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert picture.size == (40, 10)
    np.testing.assert_array_equal(np.asarray(picture)[5, 5::10], [0, 1, 2, 3])
