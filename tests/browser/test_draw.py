"""Draw in a real browser: the mouse writes, the network reads."""

import re
import statistics

import pytest
from playwright.sync_api import expect

from bench.pen import GOAL, STROKES, measure
from tests.browser.conftest import ROOT, settle
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
from tests.handwriting import HAND, SEVEN

pytestmark = pytest.mark.browser

STEM, ANGLE = ([stroke] for stroke in STROKES)


def open_file(page, name, content):
    uploader = page.locator("input[type=file]")
    if not uploader.count():
        page.get_by_text("Open a model from a file").click()
    file = {"name": name, "mimeType": "application/json", "buffer": content}
    uploader.set_input_files(file)


def test_digits_drawn_with_the_mouse_are_read_and_clear_makes_room_for_the_next(visit):
    page = visit("/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    empty = pixels(page)
    for digit in HAND:
        write_digit(page, digit)
        press(page, "Clear")
        expect(page.get_by_text(NOTHING)).to_be_visible()
        expect_pixels(page, empty)


def test_a_newcomer_draws_on_the_home_page_and_goes_on_with_it_on_draw(visit):
    page = visit("/")
    write_digit(page, 4)
    page.get_by_test_id("stMain").get_by_role("link", name="Draw").click()
    expect(page).to_have_url(re.compile("/draw"))
    expect_answer(page, 4)


def test_the_answer_is_there_as_soon_as_the_pen_is_lifted(visit):
    page = visit("/draw")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    times = measure(page, rounds=5)
    assert statistics.median(times) < GOAL, times


def test_a_finger_draws_on_a_phone_and_the_page_stays_put(visit):
    page = visit("/draw", "phone")
    write_with_a_finger(page, SEVEN)
    expect_answer(page, 7)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") == 0
    write_with_a_finger(page, [[(100, 150), (190, 150)]])
    expect_answer(page, 7)


def test_undo_takes_the_last_stroke_back_and_one_can_go_on(visit):
    page = visit("/draw")
    write(page, STEM)
    expect_answer(page, 1)
    before = pixels(page)
    write(page, ANGLE)  # makes a four of it
    expect_answer(page, 4)
    press(page, "Undo")
    expect_answer(page, 1)
    expect_pixels(page, before)
    press(page, "Undo")
    expect(page.get_by_text(NOTHING)).to_be_visible()
    write_digit(page, 7)


def test_a_drawing_is_still_there_after_a_visit_to_another_page(visit):
    page = visit("/draw")
    write_digit(page, 4)
    before = pixels(page)
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Train").click()
    expect(page.locator("canvas.upper-canvas")).to_have_count(0)
    menu.get_by_role("link", name="Draw").click()
    expect_answer(page, 4)
    expect_pixels(page, before)
    press(page, "Undo")
    press(page, "Undo")
    expect(page.get_by_text(NOTHING)).to_be_visible()


def test_the_chart_of_probabilities_stays_in_place_while_one_draws(visit):
    page = visit("/draw")
    chart = page.get_by_test_id("stEChartsChart").locator("canvas").element_handle()
    write_digit(page, 4)
    assert chart.evaluate("chart => chart.isConnected")


def test_a_link_opens_with_its_model(visit):
    page = visit("/draw?model=seed")
    expect(page.get_by_text("101,770 parameters")).to_be_visible()
    write_digit(page, 1)


def test_a_saved_model_can_be_opened_and_reads(visit):
    page = visit("/draw")
    write_digit(page, 4)
    open_file(page, "saved.json", (ROOT / "models" / "seed.json").read_bytes())
    expect(page).to_have_url(re.compile(r"model=seed\+2"))
    expect(page.get_by_text("101,770 parameters")).to_be_visible()
    expect_answer(page, 4)


def test_a_file_that_is_no_model_is_refused_and_nothing_is_lost(visit):
    page = visit("/draw?model=seed")
    write_digit(page, 4)
    open_file(page, "junk.json", b'{"format": "netcore model", "version"')
    expect(page.get_by_text("junk.json is not a model this can use")).to_be_visible()
    expect(page.get_by_text("101,770 parameters")).to_be_visible()
    settle(page)
    expect_answer(page, 4)
