"""Pictures as data URLs, and as tiles: sizes, gaps, and every pixel in its place."""

import base64
import io

import numpy as np
from PIL import Image

from ui.parts import pictures


def opened(url):
    """A data URL as (H, W, 4) uint8."""
    head, _, data = url.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_a_data_url_holds_every_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4), np.uint8)
    np.testing.assert_array_equal(opened(pictures.data_url(pixels)), pixels)


def test_a_picture_is_twice_as_fine_as_it_is_shown():
    shown = opened(pictures.data_url(np.arange(4, dtype=np.uint8).reshape(1, 4), 20))
    assert shown.shape == (10, 40, 4)
    np.testing.assert_array_equal(shown[5, 5::10, 0], [0, 1, 2, 3])


def test_tiles_stand_row_by_row_with_gaps_between_them_and_none_around():
    images = np.arange(1, 4, dtype=np.float32)[:, None, None] * np.ones((3, 2, 2), np.float32)
    page = pictures.tiles(images, 2, (1, 2), np.nan)
    gap, row = [np.nan] * 2, [np.nan] * 6
    first, second = [1, 1, *gap, 2, 2], [3, 3, *gap, *gap]
    np.testing.assert_array_equal(page, [first, first, row, second, second])


def test_tiles_keep_their_colours():
    images = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 3), np.uint8)
    page = pictures.tiles(images, 2)
    assert page.shape == (6, 10, 3)
    np.testing.assert_array_equal(page[3:, 5:], images[3])


def test_a_sheet_shows_every_image_pixel_for_pixel_with_clear_gaps():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    shown = opened(pictures.sheet(images, columns=2))
    assert shown.shape == (116, 116, 4)
    first, third = shown[:56:2, :56:2], shown[60::2, :56:2]
    for tile, image in ((first, images[0]), (third, images[2])):
        assert (tile[..., 3] == 255).all()
        assert np.abs(tile[..., 0].astype(int) - image).max() <= 1  # 0 is drawn as 1
    assert (shown[56:60, :, 3] == 0).all()  # the gap
    assert (shown[60:, 60:, 3] == 0).all()  # no fourth image
