"""Explore, as visitors use it."""

import gzip
import re

import pytest
from playwright.sync_api import expect

import dataset

pytestmark = pytest.mark.browser

FIGURES = {  # one of each section
    "Browse": "Images",
    "Numbers": "The same numbers in one line of 784",
    "Counts": "Images of each digit, by split",
    "Shapes": "Most unusual 4",
    "Pixels": "Variance of each pixel",
    "Map": "Map",
}


def touch_image(page, number, tap=False):
    """Touch an image of the first sheet, counted from 0, eight in a row."""
    sheet = page.get_by_role("figure", name="Images", exact=True)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    row, column = divmod(number, 8)
    tile = box["width"] / 8
    where = box["x"] + (column + 0.5) * tile, box["y"] + (row + 0.5) * tile
    page.touchscreen.tap(*where) if tap else page.mouse.click(*where)


def choose_file(page, name, content):
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def csv(rows):
    head = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]).encode()


def test_a_link_opens_with_its_digit(visit):
    page = visit("/explore?digit=4")
    expect(page.get_by_text("labelled 4")).to_be_visible()
    expect(page.get_by_role("radio", name="4", exact=True)).to_be_checked()


def test_touching_an_image_shows_its_numbers(visit):
    page = visit("/explore")
    touch_image(page, 10)
    expect(page.get_by_text("Image 10 of the train set, labelled 3")).to_be_visible()
    page.get_by_role("radio", name="Numbers").click()
    figure = page.get_by_role("figure", name="Image 10 as 28 × 28 numbers")
    expect(figure.locator(".textpoint")).to_have_count(784)
    written = [int(number) for number in figure.locator(".textpoint").all_text_contents()]
    assert written == dataset.load("mnist").train.images[10].ravel().tolist()


def test_a_thumb_chooses_an_image(visit):
    page = visit("/explore", "phone")
    touch_image(page, 1, tap=True)
    expect(page.get_by_text("Image 1 of the train set, labelled 0")).to_be_visible()
    touch_image(page, 9, tap=True)
    expect(page.get_by_text("Image 9 of the train set, labelled 4")).to_be_visible()


def test_a_point_of_the_map_shows_its_image(visit):
    page = visit("/explore?section=Map")
    page.get_by_role("figure", name="Map", exact=True).locator(".point").nth(100).click(force=True)
    expect(page.get_by_text(re.compile(r"Image \d+ of the train set, labelled"))).to_be_visible()


def test_choices_are_in_the_link_and_outlive_a_reload(visit):
    page = visit("/explore")
    page.get_by_role("radio", name="test", exact=True).click()
    page.get_by_role("radio", name="7", exact=True).click()
    page.get_by_role("radio", name="Counts").click()
    expect(page).to_have_url(re.compile("section=Counts"))
    page.reload()
    for name in ("test", "7", "Counts"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()


def test_choices_outlive_a_look_at_another_page(visit):
    page = visit("/explore?digit=7&image=15")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    expect(page.get_by_role("radio", name="7", exact=True)).to_have_count(0)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    expect(page.get_by_role("radio", name="7", exact=True)).to_be_checked()
    expect(page.get_by_text("Image 15 of the train set, labelled 7")).to_be_visible()
    expect(page).to_have_url(re.compile("digit=7"))


def test_a_link_with_nonsense_opens_with_the_defaults(visit):
    page = visit(
        "/explore?digit=hello&image=999999&sheet=-3&split=all&seed=x&section=No&dataset=no"
    )
    expect(page.get_by_text("Image 0 of the train set, labelled 5")).to_be_visible()


def test_a_file_that_is_no_dataset_is_refused_with_a_sentence(visit):
    page = visit("/explore")
    page.get_by_role("button", name="Open a CSV").click()
    refusals = {
        b"a,b\n1,2\n": "photos.csv is not a table of images",
        b"\x1f\x8b broken": "photos.csv is damaged gzip",
        csv([[1, *[300] * 784]] * 20): "300",
    }
    for content, refusal in refusals.items():
        choose_file(page, "photos.csv", content)
        expect(page.get_by_test_id("stAlert")).to_contain_text(refusal)
    expect(page.get_by_text("Image 0 of the train set, labelled 5")).to_be_attached()


def test_a_csv_of_ones_own_becomes_the_dataset(visit):
    page = visit("/explore?split=test")
    rows = [[i % 3 if i else 9, *[i] * 784] for i in range(28)]  # the only 9 is to train on
    page.get_by_role("button", name="Open a CSV").click()
    choose_file(page, "My digits (2).csv.gz", gzip.compress(csv(rows)))
    expect(page.get_by_text("Image 0 of the test set, labelled 0")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_value(re.compile(r"My-digits-2-.csv.gz \w{8}"))
    page.get_by_role("radio", name="9", exact=True).click()
    expect(page.get_by_text("There is no such image in the test set")).to_be_visible()


def test_every_section_fits_a_phone(visit):
    page = visit("/explore?digit=4", "phone")
    for section, figure in FIGURES.items():
        page.get_by_role("radio", name=section).click()
        expect(page.get_by_role("figure", name=figure, exact=True)).to_be_visible()
        main = page.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollWidth <= element.clientWidth"), section
