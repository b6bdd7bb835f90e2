"""A run in the real app: started, steered, left alone, paused, finished, saved and drawn for."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.drawing import CANVAS, expect_answer, write
from tests.handwriting import ZERO

pytestmark = pytest.mark.browser


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def step_of(page):
    """The step that the progress line tells, as a number."""
    text = page.get_by_text(re.compile(r"step [\d,]+, epoch")).first.inner_text()
    return int(re.search(r"step ([\d,]+)", text)[1].replace(",", ""))


def goes_on(page):
    """The step count grows while we watch."""
    before = step_of(page)
    expect(page.get_by_text(f"step {before:,}, epoch")).to_have_count(0)
    assert step_of(page) > before


def knob(page, name):
    return page.get_by_role("slider", name=name)


def test_a_fast_run_is_steered_paused_resumed_finished_saved_and_drawn_for(visit):
    page = visit("/train?recipe=fast&epochs=40")
    press(page, "Start")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    knob(page, "Learning rate").press("ArrowLeft")
    expect(page.get_by_text("learning rate 0.1 → 0.05")).to_be_visible()
    goes_on(page)

    press(page, "Pause")
    expect(page.get_by_text("Paused ·")).to_be_visible()
    paused_at = step_of(page)
    press(page, "Step")
    expect(page.get_by_text(f"step {paused_at + 1:,}, epoch")).to_be_visible()
    press(page, "Resume")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)

    press(page, "Stop")
    expect(page.get_by_role("heading", name="Test score")).to_be_visible()
    score = page.get_by_test_id("stMetric").filter(has_text="Accuracy on the test set")
    expect(score).to_contain_text(re.compile(r"9\d\.\d\d%"))

    name = page.get_by_role("textbox", name="Name")
    name.fill("Ada")
    name.press("Enter")
    press(page, "Save")
    page.get_by_role("link", name="Draw a digit for it to read").click()
    expect(page).to_have_url(re.compile(r"/draw\?.*model=Ada"))
    write(page, ZERO)
    expect_answer(page, 0)


def test_the_run_goes_on_while_its_visitor_looks_at_another_page(visit):
    page = visit("/train?recipe=dense&epochs=200")
    press(page, "Start")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)
    left_at = step_of(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.get_by_text("Training ·")).to_be_visible()
    assert step_of(page) > left_at
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_the_network_in_training_reads_drawings_while_it_learns(visit):
    page = visit("/train?recipe=dense&images=10000&epochs=200")
    press(page, "Epoch")
    expect(page.get_by_text("Paused ·")).to_be_visible()
    press(page, "Resume")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Draw").click()
    expect(page.locator(CANVAS)).to_be_visible()  # the choice of models moves down as it comes
    settle(page)
    model = page.get_by_role("combobox", name="Model")
    model.hover()  # scrolls there; a list that has just opened is closed by scrolling
    model.click()
    page.get_by_role("option", name="In training").click()
    write(page, ZERO)
    expect_answer(page, 0)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_a_copied_address_opens_the_same_recipe(visit):
    page = visit("/train")
    knob(page, "Units in layer 1").press("ArrowRight")
    expect(page.get_by_text("101,770 parameters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"width1=128"))
    again = visit(page.url.split("/", 3)[3].join(["/", ""]))
    expect(again.get_by_text("101,770 parameters")).to_be_visible()


def test_the_address_keeps_the_recipe_while_it_runs(visit):
    page = visit("/train?epochs=30")
    press(page, "Start")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    goes_on(page)
    expect(page).to_have_url(re.compile(r"epochs=30"))
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.get_by_role("tab", name="Learning").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("30")


def test_the_model_is_downloaded_as_json(visit):
    page = visit("/train?images=500")
    press(page, "Start")
    with page.expect_download() as download:
        press(page, "Download")
    assert download.value.suggested_filename == "my fast.json"
    assert '"format": "netcore model"' in download.value.path().read_text()


@pytest.mark.parametrize("screen", ["laptop", "phone"])
def test_nothing_sticks_out_of_the_page(visit, screen):
    page = visit("/train?images=500", screen)
    press(page, "Start")
    expect(page.get_by_role("heading", name="Test score")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
