"""Draw in a real browser: the mouse writes, the network reads."""

import re
import statistics

import pytest
from playwright.sync_api import expect

from bench.pen import GOAL, STROKES, measure
from tests.browser.conftest import ROOT, settle
from tests.browser.drawing import (
    NOTHING,
    button,
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


@pytest.mark.parametrize("path", ["/", "/draw"])
@pytest.mark.parametrize("place", ["Undo", "Clear", "left of the window", "below the window"])
def test_a_stroke_may_end_over_a_disabled_button_or_outside_the_window(visit, path, place):
    page = visit(path)
    expect(page.get_by_text(NOTHING)).to_be_visible()
    page.locator("canvas.upper-canvas").evaluate("c => c.scrollIntoView({block: 'center'})")
    if place in ("Undo", "Clear"):
        expect(button(page, place)).to_be_disabled()
        box = button(page, place).bounding_box()
        let_go = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    else:
        let_go = {"left": (-40, 300), "below": (500, 1000)}[place.split()[0]]
    write(page, SEVEN, let_go)
    expect(page.get_by_text(NOTHING)).to_have_count(0)
    seven, whole = page.locator("h1 .katex-html").inner_text(), pixels(page)
    write(page, [[(20, 20), (40, 20)]])
    expect(page.get_by_test_id("stMain")).not_to_contain_text(NOTHING)
    press(page, "Undo")  # the next stroke has not replaced it
    expect_answer(page, seven)
    expect_pixels(page, whole, tolerance=0.01)


@pytest.mark.parametrize("undo", [lambda p: press(p, "Undo"), lambda p: p.keyboard.press("z")])
def test_undo_that_comes_before_the_stroke_is_sent_takes_back_that_stroke_alone(visit, undo):
    page = visit("/draw")
    write_digit(page, 4)
    four = pixels(page)
    write(page, [[(60, 250), (120, 255)]])
    undo(page)
    expect_pixels(page, four)
    expect_answer(page, 4)
    undo(page)
    expect(page.locator("h1 .katex-html")).not_to_have_text("4")  # it had two strokes
    undo(page)
    expect(page.get_by_text(NOTHING)).to_be_visible()


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
