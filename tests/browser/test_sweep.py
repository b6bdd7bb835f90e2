"""A sweep in the real app: started at one click, a cell touched, and its trial opened in Train."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", ["laptop", "phone"])
def test_a_touched_cell_opens_its_trial_and_leads_to_train_with_its_settings(visit, screen):
    page = visit("/sweep?of_images=500&try_lr=0.03&try_lr=0.1&try_hidden=8&try_hidden=16", screen)
    page.get_by_role("button", name="Start 4 trials").click()
    expect(page.get_by_text("Done · 4 of 4 trials")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Is it really the best?")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0

    settle(page)
    figure = page.locator(".stPlotlyChart").first
    expect(figure.locator(".annotation")).to_have_count(4)  # all cells have their number
    plot = figure.locator(".nsewdrag").first
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    place = area["x"] + 0.25 * area["width"], area["y"] + 0.75 * area["height"]
    touch = page.mouse.click if screen == "laptop" else page.touchscreen.tap
    touch(*place)
    opened = page.get_by_test_id("stMarkdown").filter(
        has_text="Selected: learning rate 0.03, units 8"
    )
    expect(opened).to_be_visible()

    link = page.get_by_role("link", name="Open in Train")
    expect(link).to_have_attribute("href", re.compile("lr=0.03"))
    link.click()
    expect(page).to_have_url(re.compile(r"/train\?.*lr=0.03"))
    expect(page.get_by_text("6,370 parameters")).to_be_visible()
    page.get_by_role("tab", name="Learning").click()
    expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute(
        "aria-valuetext", "0.03"
    )
