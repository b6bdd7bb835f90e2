"""Draw in a real browser: the canvas tools, own drawings, teaching and the handwriting test."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.drawing import (
    NOTHING,
    expect_answer,
    expect_pixels,
    pixels,
    press,
    write,
    write_digit,
    write_with_a_finger,
)
from tests.handwriting import HAND, SEVEN, ZERO

pytestmark = pytest.mark.browser


def take(page, tool):
    page.get_by_role("radio", name=tool).click()
    expect(page.get_by_role("radio", name=tool)).to_be_checked()
    settle(page)


def label(page, digit):
    row = page.get_by_role("radiogroup", name="Which digit did you draw?")
    row.get_by_role("radio", name=str(digit), exact=True).click()
    expect(page.get_by_text("Added to your drawings, below.")).to_be_visible()


def test_the_eraser_removes_what_it_touches_and_undo_brings_it_back(visit):
    page = visit("/draw")
    write_digit(page, 7)
    drawn = pixels(page)
    take(page, "Eraser")
    write(page, [[(60, 57), (178, 57)]])  # the bar goes, most of the leg stays
    expect_answer(page, 1)
    press(page, "Undo")
    expect_answer(page, 7)
    expect_pixels(page, drawn)


def test_when_everything_is_erased_the_pen_is_back(visit):
    page = visit("/draw")
    write(page, [[(100, 140), (160, 140)]])
    expect(page.get_by_text(NOTHING)).to_have_count(0)
    take(page, "Eraser")
    write(page, [[(60, 140), (220, 140)]])
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect(page.get_by_role("radio", name="Pen")).to_be_checked()
    write_digit(page, 0)


def test_undo_twice_in_a_row_takes_two_strokes_back(visit):
    page = visit("/draw")
    write_digit(page, 0)
    before = pixels(page)
    for line in ([(60, 60), (220, 220)], [(220, 60), (60, 220)]):
        seen = page.get_by_alt_text("What the network sees")
        before_it = seen.get_attribute("src")
        write(page, [line])
        expect(seen).not_to_have_attribute("src", before_it)
    for _ in range(2):  # without waiting for anything
        page.keyboard.press("z", delay=60)  # milliseconds; a finger is no faster
    expect_answer(page, 0)
    expect_pixels(page, before)


def test_keys_undo_and_clear(visit):
    page = visit("/draw")
    write_digit(page, 4)
    page.keyboard.press("x")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    page.keyboard.press("z")
    expect_answer(page, 4)


def test_after_clear_the_next_digit_is_read_alone(visit):
    page = visit("/draw")
    empty = pixels(page)
    write_digit(page, 0)
    page.keyboard.press("x")
    expect_pixels(page, empty)
    write_digit(page, 1)


def test_a_drawing_is_still_there_after_f5_and_not_in_the_address(visit):
    page = visit("/draw")
    write_digit(page, 4)
    before = pixels(page)
    address = page.url
    page.reload()
    expect_answer(page, 4)
    expect_pixels(page, before)
    assert page.url == address
    assert visit("/draw").get_by_text(NOTHING).count() == 1  # nobody else sees it


def test_a_test_image_is_read_and_the_first_stroke_begins_a_new_drawing(visit):
    page = visit("/draw")
    page.get_by_text("Use a test image").click()
    page.get_by_role("button", name="Test image of a 3").click()
    expect_answer(page, 3)
    write_digit(page, 0)
    press(page, "Undo")
    expect_answer(page, 3)


def test_a_wrong_answer_is_corrected_taught_and_undone(visit):
    page = visit("/draw?model=seed")
    write_digit(page, 4)
    label(page, 9)  # this hand writes its nines like that
    press(page, "Teach seed")
    expect(page.get_by_text("seed taught is now one of your models.")).to_be_visible()
    expect_answer(page, 9)
    expect(page.get_by_role("cell", name="1 of 1")).to_be_visible()
    press(page, "Undo teaching")
    expect_answer(page, 4)


def test_drawings_labelled_on_a_phone_are_corrected_and_downloaded(visit):
    page = visit("/draw?model=seed", "phone")
    write_with_a_finger(page, SEVEN)
    expect_answer(page, 7)
    label(page, 1)
    page.get_by_role("button", name="Drawing 1, a 1").tap()
    row = page.get_by_role("radiogroup", name="Label of drawing 1")
    row.get_by_role("radio", name="7", exact=True).tap()
    expect(page.get_by_role("button", name="Drawing 1, a 7")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download drawings").tap()
    (line,) = download.value.path().read_text().splitlines()
    assert json.loads(line)["label"] == 7
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") == 0


def test_ten_digits_are_drawn_for_the_test_with_the_keyboard_at_hand(visit):
    page = visit("/draw?model=seed")
    press(page, "Draw ten digits")
    for number in range(1, 11):
        expect(page.get_by_text(f"Digit {number} of 10")).to_be_visible()
        digit = int(page.get_by_role("heading", name="Draw a").inner_text()[-1])
        write(page, HAND.get(digit, ZERO))
        on = page.get_by_role("button", name="Next" if number < 10 else "Finish")
        expect(on).to_be_enabled()
        page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="4 of 10").first).to_be_visible()
    expect(page.get_by_text(NOTHING)).to_be_visible()
