"""A picture is cut down to the note or panel in it, and see-through pictures get paper."""

import numpy as np
import pytest

from dataset.pictures import light, sheets


def note(table, paper, ink, size=(300, 400)):
    page = np.full(size, float(table), np.float32)
    page[60:220, 100:300] = paper
    page[100:180, 195:205] = ink
    return page


@pytest.mark.parametrize("levels", [(50, 240, 20), (250, 10, 255)], ids=["a note", "a panel"])
def test_what_lies_inside_a_picture_is_cut_out(levels):
    cut = sheets.inside(note(*levels))
    assert 130 <= cut.shape[0] <= 160
    assert 170 <= cut.shape[1] <= 200
    assert cut.max() == max(levels[1:])
    assert cut.min() == min(levels[1:])


def test_a_page_with_a_digit_a_box_or_a_shadow_stays_whole():
    digit = np.full((300, 400), 240, np.float32)
    digit[80:220, 180:215] = 20
    box = note(240, 240, 240)
    box[60:220, 100:104] = box[60:220, 296:300] = box[60:64, 100:300] = box[216:220, 100:300] = 30
    shadow = digit.copy()
    shadow[:, 200:] *= 0.5
    for page in (digit, box, shadow, np.zeros((80, 80), np.float32), np.ones((1, 1), np.float32)):
        assert sheets.inside(page) is page


def test_a_sheet_in_a_see_through_margin_goes_on():
    page = np.zeros((60, 60, 4), np.uint8)
    page[10:50, 10:50] = (240, 230, 200, 255)
    page[20:40, 28:32, :3] = 10
    sheet = light.laid_on_paper(page)
    np.testing.assert_array_equal(sheet[0, 0], (240, 230, 200))
    np.testing.assert_array_equal(sheet[30, 30], (10, 10, 10))


def test_ink_on_nothing_is_dark_ink_on_white():
    page = np.zeros((60, 60, 4), np.uint8)
    page[20:40, 28:32] = (250, 250, 250, 200)
    sheet = light.laid_on_paper(page)
    assert sheet[0, 0] == 255
    assert sheet[30, 30] == 0


def test_a_mark_is_as_strong_in_a_shadow_as_in_the_light():
    page = np.full((200, 300), 200.0, np.float32)
    page[50:150, 60:70] = page[50:150, 230:240] = 80
    page[:, 150:] *= 0.5
    strength = light.strength(page, light=False, window=40)
    np.testing.assert_allclose(strength[100, 65], strength[100, 235], atol=0.02)
    assert abs(strength[100, 200]) < 0.02
    assert abs(strength[20, 150]) < 0.05
