"""Pictures that hold themselves: colours, gaps, sizes."""

import base64
import io

import numpy as np
from PIL import Image

from ui.parts import pixels


def opened(address):
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_a_sheet_shows_every_image_pixel_for_pixel_with_clear_gaps():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    shown = opened(pixels.sheet(images, columns=2))
    assert shown.shape == (116, 116, 4)
    first, third = shown[:56:2, :56:2], shown[60::2, :56:2]
    for tile, image in ((first, images[0]), (third, images[2])):
        assert (tile[..., 3] == 255).all()
        assert np.abs(tile[..., 0].astype(int) - image).max() <= 1  # 0 is drawn as 1
    assert (shown[56:60, :, 3] == 0).all()  # the gap
    assert (shown[60:, 60:, 3] == 0).all()  # no fourth image


def test_values_are_orange_above_zero_blue_below_and_clear_at_zero():
    shown = opened(pixels.diverging(np.array([[[1.0, -1.0], [0.0, 0.5]]]), 1, top=1.0))
    high, low, zero, half = shown[0, 0], shown[0, -1], shown[-1, 0], shown[-1, -1]
    assert tuple(high) == (*pixels.HIGH, 255)
    assert tuple(low) == (*pixels.LOW, 255)
    assert zero[3] == 0
    assert 0 < half[3] < 255 and tuple(half[:3]) == pixels.HIGH


def test_small_kernels_are_enlarged_and_one_giant_does_not_pale_the_rest():
    values = np.full((20, 5, 5), 0.1)
    values[0, 0, 0] = 100
    shown = opened(pixels.diverging(values, 5))
    assert shown.shape[1] >= 5 * pixels.TILE
    assert shown[30, 30, 3] == 255


def test_weights_that_are_all_zero_are_a_clear_picture():
    assert not opened(pixels.diverging(np.zeros((4, 5, 5)), 2))[..., 3].any()
