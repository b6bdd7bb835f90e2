"""Runs in the real app: compared, shared with another visitor, and proved on the command line."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
MNIST = Path("dataset/mnist").resolve()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def turn_to(page, name):
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    settle(page)


def look_at(page, section):
    page.get_by_test_id("stMain").get_by_text(section, exact=True).click()
    settle(page)


def train(page):
    """Run what is set up; returns the score of the exam as it is shown."""
    press(page, "Start")
    score = page.get_by_test_id("stMetric").filter(has_text="Accuracy on the test set")
    expect(score).to_contain_text("%")
    return re.search(r"\d\d\.\d\d%", score.inner_text())[0]


@pytest.fixture
def two_runs(visit):
    page = visit("/train?images=1000&epochs=2")
    train(page)
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    settle(page)  # the sliders stand below the button and are drawn after it
    page.get_by_role("slider", name="Units in layer 1").press("ArrowLeft")
    expect(page.get_by_text("25,450 parameters")).to_be_visible()
    train(page)
    turn_to(page, "Runs")
    return page


def test_two_runs_are_laid_over_each_other_and_set_against_each_other(two_runs):
    page = two_runs
    expect(page.locator(".legendtext")).to_have_text(["my fast", "my fast 2"])
    look_at(page, "Compare two")
    expect(page.get_by_text("Where they disagree")).to_be_visible()
    expect(page.get_by_text(re.compile("chance"))).to_be_visible()


def test_whoever_opens_a_shared_link_gets_the_same_score(two_runs, visit, tmp_path):
    page = two_runs
    look_at(page, "Save and share")
    link = page.get_by_test_id("stCode").inner_text().strip()
    score = re.search(r"(\d\d\.\d\d%) on the test set", page.get_by_test_id("stMain").inner_text())[
        1
    ]
    with page.expect_download() as download:
        press(page, "Proof")
    zipfile.ZipFile(download.value.path()).extractall(tmp_path)
    files = [MNIST / f"t10k-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
    shown = subprocess.run(
        [sys.executable, "-I", tmp_path / "prove.py", *files], capture_output=True, text=True
    )
    assert shown.returncode == 0 and score in shown.stdout

    other = visit("/" + link.split("/", 3)[3])
    expect(other.get_by_role("heading", name="Shared run: my fast")).to_be_visible()
    assert train(other) == score


def test_nothing_sticks_out_of_the_page_on_a_phone(two_runs):
    page = two_runs
    page.set_viewport_size({"width": 390, "height": 844})
    for section in ("Curves", "Compare two", "Seeds", "Save and share"):
        look_at(page, section)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, section
