"""Old links open what they meant: values that have another name today are still understood."""

import pytest

from ui.session import old_links
from ui.session.state import PANELS, RUNS_SECTION
from ui.train import panels


@pytest.mark.parametrize("optimizer", ["sgd", "SGD", "Steepest descent"])
def test_an_optimizer_may_be_named_by_its_label_now_or_before_or_as_in_a_recipe(visit, optimizer):
    at = visit("train", optimizer=optimizer, schedule="constant", lr="0.3")
    assert at.selectbox(key="optimizer").value == "sgd"
    assert at.selectbox(key="schedule").value == "constant"
    assert at.select_slider(key="lr").value == 0.3
    assert at.query_params["optimizer"] == "SGD"


def test_the_old_names_of_panels_open_the_panels_of_today(visit):
    at = visit("train", images="500", panels=["Curves", *old_links.TODAY[PANELS]])
    at.button[0].click().run()
    assert at.button_group(key="panels").value == ["Curves", "Inactive units", "Mistakes"]
    assert set(old_links.TODAY[PANELS].values()) <= set(panels.PANELS)


@pytest.mark.parametrize("old", old_links.TODAY[RUNS_SECTION])
def test_the_old_names_of_sections_open_the_sections_of_today(visit, old):
    at = visit("train", images="500", part=old)
    at.button[0].click().run()
    at.session_state["_job"].join(60)
    at.switch_page("pages/runs.py").run()
    assert at.segmented_control(key="part").value == old_links.TODAY[RUNS_SECTION][old]


def test_a_value_chosen_later_is_left_alone(visit):
    at = visit("train", optimizer="Steepest descent")
    at.selectbox(key="optimizer").set_value("adam").run()
    assert at.selectbox(key="optimizer").value == "adam"
