"""A photograph instead of a drawing, on the Draw page."""

import io

import numpy as np
import pytest
from PIL import Image

import dataset
from tests.ui.screen import words
from ui.draw import photo


@pytest.fixture
def page(visit):
    return visit("draw", {photo.PHOTO_OPEN.name: True})


def upload(at, content):
    box = next(box for box in at.file_uploader if "PNG" in box.label)
    return box.set_value(("digit.png", content, "image/png")).run()


def paper(*digits):
    """A sheet with these MNIST digits on it, as a PNG."""
    test = dataset.load("mnist").test
    images = [test.images[np.flatnonzero(test.labels == digit)[3]] for digit in digits]
    image = Image.fromarray(255 - np.pad(np.concatenate(images, axis=1), 8)) if digits else None
    image = image or Image.new("L", (44, 44), 230)
    file = io.BytesIO()
    image.resize((6 * image.width, 6 * image.height)).save(file, "PNG")
    return file.getvalue()


def test_a_photographed_digit_is_read(page):
    assert r"# $\Huge 7$" in words(upload(page, paper(7)))


def test_a_number_on_paper_is_read(page):
    assert r"# $\Huge 402$" in words(upload(page, paper(4, 0, 2)))


def test_two_lines_get_their_sentence_instead_of_an_answer(page):
    sheet = np.asarray(Image.open(io.BytesIO(paper(4, 2))).convert("L"))
    file = io.BytesIO()
    Image.fromarray(np.concatenate([sheet, sheet])).save(file, "PNG")
    shown = words(upload(page, file.getvalue()))
    assert "There is more than one line" in shown
    assert "Huge 4" not in shown


def test_an_empty_sheet_says_how_to_write(page):
    assert "No digit found. Write large" in words(upload(page, paper()))


def test_a_broken_picture_gets_a_sentence(page):
    at = upload(page, b"no picture")
    assert not at.exception
    assert "is not a readable PNG, JPEG or WebP" in at.error[0].value
