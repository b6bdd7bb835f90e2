"""What goes wrong in real life: lost connections, reloads, second tabs, impatient fingers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.drawing import expect_answer, write
from tests.browser.test_train import goes_on, press, step_of
from tests.handwriting import ZERO

pytestmark = pytest.mark.browser


def turn_to(page, name):
    page.mouse.move(0, 0)  # the tip of one link may lie over the next
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()


def put_away(page):
    """End the run, so that it takes no time from other tests."""
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_a_reload_keeps_the_run_and_what_was_drawn(visit, app):
    page = visit("/draw")
    write(page, ZERO)
    expect_answer(page, 0)
    page.goto(app + "/train?recipe=dense&epochs=200")  # a reload too, with another address
    press(page, "Start")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)
    before = step_of(page)
    page.reload()
    expect(page.get_by_text("Training ·")).to_be_visible()
    assert step_of(page) >= before
    goes_on(page)
    turn_to(page, "Draw")
    expect_answer(page, 0)
    turn_to(page, "Train")
    put_away(page)


def test_a_reload_keeps_a_sweep_and_what_it_has_found(visit):
    page = visit("/sweep?try_lr=0.03&try_lr=0.1&try_hidden=8&of_images=500")
    page.get_by_role("button", name="Start 2 trials").click()
    expect(page.get_by_text(re.compile("Getting ready|Running|Done"))).to_be_visible()
    page.reload()
    expect(page.get_by_text("Done · 2 of 2 trials")).to_be_visible()
    expect(page.get_by_text("Best: learning rate")).to_be_visible()


def test_the_word_of_a_tab_stands_in_no_address(visit):
    page = visit("/train")
    remembered = page.wait_for_function("sessionStorage.getItem('mnist-playground')")
    word = remembered.json_value()
    assert len(word) >= 20
    assert word not in page.url and word not in str(page.context.cookies())


def test_two_tabs_of_one_person_have_a_run_each(visit):
    first, second = visit("/train?recipe=dense&epochs=200"), visit("/train?images=500")
    press(first, "Start")
    expect(first.get_by_text("Training ·")).to_be_visible()
    press(second, "Step")
    expect(second.get_by_text("step 1, epoch")).to_be_visible()
    goes_on(first)
    second.reload()
    settle(second)
    expect(second.get_by_text("step 1, epoch")).to_be_visible()
    goes_on(first)
    put_away(first)


def test_a_lost_connection_comes_back_to_the_same_run(visit, screens, app):
    page = screens["laptop"].new_page()
    connections = []

    def relay(socket):
        connections.append((socket, socket.connect_to_server()))

    page.route_web_socket(re.compile("_stcore/stream"), relay)
    page.goto(app + "/train?recipe=dense&epochs=200")
    press(page, "Start")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)
    before = step_of(page)
    for end in connections[-1]:
        end.close()
    expect(page.get_by_text(f"step {before:,}, epoch")).to_have_count(0)
    goes_on(page)
    assert step_of(page) > before
    assert len(connections) == 2, "it connected anew"
    put_away(page)
    page.close()


def test_twenty_clicks_on_start_are_one_run(visit):
    page = visit("/train?recipe=dense&epochs=200")
    start = page.get_by_role("button", name="Start", exact=True)
    start.evaluate("button => { for (let n = 0; n < 20; n++) button.click() }")
    expect(page.get_by_text("Training ·")).to_be_visible()
    goes_on(page)
    put_away(page)
    expect(page.get_by_text("Training ·")).to_have_count(0)
