"""Pictures are made larger without a change of their form."""

import numpy as np
import pytest

from dataset.pictures import light, photograph


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(
    ("sides", "factor"),
    [
        ((10, 20), 13),
        ((1, 1024), 2),
        ((1024, 3), 2),
        ((1, 100), 20),
        ((200, 300), 1),
        ((1, 1), 128),
    ],
)
def test_both_sides_are_enlarged_by_the_same_whole_number(sides, factor, channels):
    found = light.enlarged(np.full((*sides, *channels), 7, np.float32), 128)
    assert found.shape == (sides[0] * factor, sides[1] * factor, *channels)
    assert max(found.shape) <= light.LARGEST


@pytest.mark.parametrize("shape", [(1, 1024), (1024, 1), (2, 700), (1, 1), (3, 1024)])
def test_pictures_however_thin_are_read(shape):
    pixels = np.full((*shape, 3), 255, np.uint8)
    pixels[:, ::7] = 0
    for sheet in (pixels, pixels.transpose(1, 0, 2)):
        assert photograph.digits(sheet).shape[1:] == (28, 28)
