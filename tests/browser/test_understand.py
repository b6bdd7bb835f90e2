"""Look inside, in a real browser: sections follow the pen, and stay open."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.drawing import NOTHING, expect_answer, expect_pixels, pixels, write
from tests.handwriting import FOUR, SEVEN
from ui.session.state import INSIDE

pytestmark = pytest.mark.browser


def open_section(page, name):
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def test_an_open_section_follows_the_drawing_and_the_ink_stays(visit):
    page = visit(f"/draw?model=seed&{INSIDE.name}=Preprocessing")
    expect(page.get_by_text("Draw a digit above to see")).to_be_visible()
    write(page, FOUR)
    expect(page.get_by_text("The network reads the last picture as 4")).to_be_visible()
    drawn = pixels(page)
    settle(page)
    expect_pixels(page, drawn)
    page.get_by_test_id("stButton").get_by_role("button", name="Clear").click()
    expect(page.get_by_text(NOTHING)).to_be_visible()
    write(page, SEVEN)
    expect_answer(page, 7)
    expect(page.get_by_text("The network reads the last picture as 7")).to_be_visible()


def test_strokes_in_quick_succession_are_all_kept_beside_a_section_that_works(visit):
    page = visit(f"/draw?model=lenet&{INSIDE.name}=Robustness")
    for stroke in FOUR:
        write(page, [stroke])
    expect_answer(page, 4)
    expect(page.get_by_text("It is still read as a 4 if rotated")).to_be_visible()


def test_every_section_opens_and_the_address_names_it(visit):
    page = visit("/draw?model=seed")
    write(page, FOUR)
    expect_answer(page, 4)
    for name in ("Evidence", "Layers", "Neighbours", "Smallest change", "Robustness", "All models"):
        open_section(page, name)
        expect(page).to_have_url(re.compile(f"look={name.replace(' ', '.')}"))
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_pointing_at_a_map_tells_what_is_read_there(visit):
    page = visit(f"/draw?model=seed&{INSIDE.name}=Robustness")
    write(page, FOUR)
    expect(page.get_by_text("It is still read as a 4 if rotated")).to_be_visible()
    settle(page)
    chart = page.get_by_test_id("stEChartsChart").nth(1)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 150)
    page.mouse.move(box["x"] + 204, box["y"] + 152)
    expect(page.get_by_text(re.compile(r"pixels right, .* pixels down"))).to_be_visible()


def test_what_is_open_stays_open_on_a_way_through_other_pages(visit):
    page = visit("/draw?model=seed")
    write(page, FOUR)
    expect_answer(page, 4)
    open_section(page, "Layers")
    expect(page.get_by_text("Scores ·")).to_be_visible()
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Explore").click()
    expect(page.locator("canvas.upper-canvas")).to_have_count(0)
    menu.get_by_role("link", name="Draw").click()
    expect(page.get_by_text("Scores ·")).to_be_visible()


@pytest.mark.parametrize(
    "section", ["Preprocessing", "Evidence", "Robustness", "Smallest change", "Layers"]
)
def test_no_section_sticks_out_on_a_phone(visit, section):
    page = visit(f"/draw?model=lenet&{INSIDE.name}={section}", "phone")
    write(page, SEVEN)
    expect_answer(page, 7)
    settle(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") == 0
