"""The instrument in the real app: panels that tick without a flicker, slow motion, time travel."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.drawing import write
from tests.browser.test_train import goes_on, knob, press, step_of
from tests.handwriting import ZERO

pytestmark = pytest.mark.browser

PANELS = "&".join(f"panels={name}" for name in ("Curves", "First layer", "Mistakes"))


def pictures(page):
    return page.get_by_role("img", name="The weights of the first layer as pictures")


def open_panel(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def end(page):
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_panels_change_in_place_while_it_learns(visit):
    page = visit(f"/train?recipe=seed&steps=100000&{PANELS}")
    press(page, "Start")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)
    chart = page.locator("canvas").first.element_handle()
    picture = pictures(page).element_handle()
    before = picture.get_attribute("src")
    expect(pictures(page)).not_to_have_attribute("src", before)
    goes_on(page)
    for element in (chart, picture):  # mounted anew, it would have been blank for a moment
        assert element.evaluate("element => element.isConnected")
    end(page)


def test_a_panel_that_is_closed_is_gone_and_one_that_is_opened_appears_in_mid_run(visit):
    page = visit("/train?recipe=seed&steps=100000&panels=First layer")
    press(page, "Start")
    expect(pictures(page)).to_be_visible()
    open_panel(page, "First layer")
    expect(pictures(page)).to_have_count(0)
    open_panel(page, "Mistakes")
    expect(page.get_by_text(re.compile("of the first 1,000 validation images"))).to_be_visible()
    goes_on(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.get_by_text(re.compile("of the first 1,000 validation images"))).to_be_visible()
    end(page)


def test_the_own_drawing_is_read_while_the_network_learns(visit):
    page = visit("/train?recipe=seed&panels=Your drawing")
    press(page, "Step")
    page.get_by_role("link", name="Draw a digit").click()
    write(page, ZERO)
    expect(page.get_by_text("confident.")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    press(page, "Epoch")
    expect(page.get_by_text("Paused ·")).to_be_visible()
    expect(page.get_by_role("heading", name="0", exact=True)).to_be_visible()
    end(page)


def test_step_by_step_back_in_time_and_on(visit):
    page = visit("/train?recipe=seed&panels=Slow motion")
    press(page, "Step")
    expect(page.get_by_text("Paused · step 1,")).to_be_visible()
    expect(page.get_by_text("10 of the batch's 100 images")).to_be_visible()
    page.get_by_text("0.5 s", exact=True).click()
    page.get_by_text("Step by step").click()
    expect(page.get_by_text("Paused · step 4,")).to_be_visible()
    page.get_by_text("Step by step").click()

    past = page.get_by_role("slider", name="Look back to step")
    expect(past).to_be_visible()
    for _ in range(5):  # the last step may just arrive, and then the slider is another
        past.press("Home")
        settle(page)
        if page.get_by_text("you are looking back").is_visible():
            break
    expect(page.get_by_text("you are looking back")).to_be_visible()
    press(page, "Continue from here")
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    press(page, "Step")
    expect(page.get_by_text("Paused · step 1,")).to_be_visible()
    end(page)


def test_a_change_is_marked_and_undone(visit):
    page = visit("/train?recipe=seed&steps=100000")
    press(page, "Start")
    goes_on(page)
    knob(page, "Learning rate").press("ArrowLeft")
    expect(page.get_by_text("learning rate 0.5 → 0.3")).to_be_visible()
    goes_on(page)
    reached = step_of(page)
    press(page, "Undo")
    expect(page.get_by_text("Paused ·")).to_be_visible()
    expect(page.get_by_text("learning rate 0.5 → 0.3")).to_have_count(0)
    assert step_of(page) < reached
    assert knob(page, "Learning rate").get_attribute("aria-valuetext") == "0.5"
    end(page)
