"""The instrument on Train: panels, slow motion, time travel, undo, and what the curves carry."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest

from tests.handwriting import ZERO, fabric
from tests.ui.screen import button, labelled
from tests.ui.train.test_train import job_of, press
from ui.jobs.history import JobView
from ui.jobs.timeline import Branch
from ui.parts import lines, settings
from ui.session import shared
from ui.train import augmentation, live, panels, slow_motion

ALL = [name for name in panels.PANELS if name != slow_motion.NAME]
MADE = {  # what only this panel asks for
    "Gradient": "gradient_norms",
    "Inactive units": "dead_unit_fraction",
    "Weights": "histograms",
    "First layer": "as_images",
    "Mistakes": "misclassified",
}


@pytest.fixture
def page(visit):
    return functools.partial(visit, "train")


def titles(at):
    return [text.value.strip("*") for text in at.markdown if text.value.startswith("**")]


def captions(at):
    return " ".join(caption.value for caption in at.caption)


def resting(at, steps):
    """A run of the page that has done so many steps and rests."""
    job = press(at, "Step")
    job.join(30)
    job.run(steps - 1)
    job.join(60)
    at.run()
    assert not at.exception
    return job


def look_back(at, step):
    labelled(at.select_slider, "Look back to step").set_value(step).run()
    assert not at.exception


def test_every_panel_opens_and_says_what_it_shows(page):
    at = page(images="1000", panels=ALL)
    resting(at, 20)
    shown = titles(at)
    assert {"Loss", "Accuracy, %", "Gradient", "Inactive units, %", "Weights", "First layer",
            "Mistakes", "Your drawing"} <= set(shown)  # fmt: skip
    assert "of the first 1,000 validation images" in captions(at)
    assert "The first 32 of 64 units" in captions(at)


@pytest.mark.parametrize("name", MADE)
def test_a_closed_panel_is_not_computed(page, name, monkeypatch):
    def unwanted(*_, **__):
        raise AssertionError(f"{name} is closed")

    monkeypatch.setattr(f"netcore.analysis.diagnostics.{MADE[name]}", unwanted)
    at = page(images="1000", panels=[other for other in ALL if other != name])
    resting(at, 2)
    assert name not in titles(at)


def test_the_choice_of_panels_outlives_a_page_switch(page):
    at = page(images="1000")
    resting(at, 2)
    at.button_group(key="panels").set_value(["Mistakes"]).run()
    at.switch_page("pages/explore.py").run()
    at.switch_page("pages/train.py").run()
    assert at.button_group(key="panels").value == ["Mistakes"]
    assert "Mistakes" in titles(at) and "Loss" not in titles(at)


def test_without_a_drawing_its_panel_leads_to_draw(page):
    at = page(images="1000", panels=["Your drawing"])
    resting(at, 2)
    assert any("not drawn anything yet" in text.value for text in at.markdown)


def test_the_own_drawing_is_read_again_as_the_network_learns(page):
    at = page(panels=["Your drawing"])
    at.session_state["_drawing"] = fabric(ZERO)
    job = resting(at, 300)
    _, traces = at.session_state["_traces"]
    _, rows = traces["drawing"]
    step, *probabilities = rows[-1]
    assert step == job.view().last.step
    assert sum(probabilities) == pytest.approx(100, abs=0.01)
    assert any(text.value.startswith("### 0") for text in at.markdown)


def test_another_drawing_begins_its_own_history(page):
    at = page(panels=["Your drawing"])
    at.session_state["_drawing"] = fabric(ZERO)
    job = resting(at, 5)
    at.session_state["_drawing"] = fabric([[(100, 20), (100, 200)]])
    job.run(5)
    job.join(30)
    at.run()
    _, rows = at.session_state["_traces"][1]["drawing"]
    assert [step for step, *_ in rows] == [10]


def test_a_run_at_rest_holds_no_second_network(page):
    at = page(images="1000", panels=["Mistakes"])
    resting(at, 2)
    assert "_view_network" not in at.session_state


def test_looking_back_moves_the_panels_and_not_the_run(page):
    at = page(images="1000", epochs="40", panels=["Mistakes"])
    job = resting(at, 200)
    now = captions(at)
    snapshots = job.view().snapshots
    look_back(at, 0)
    assert captions(at) != now
    assert job.view().last.step == snapshots[-1]
    look_back(at, snapshots[-1])
    assert captions(at) == now


def test_the_run_goes_on_from_a_moment_of_the_past(page):
    at = page(images="1000", epochs="40")
    job = resting(at, 200)
    assert button(at, "Continue from here").disabled
    middle = job.view().snapshots[len(job.view().snapshots) // 2]
    look_back(at, middle)
    press(at, "Continue from here")
    assert job.view().last.step == middle
    (branch,) = job.view().branches
    assert branch.left_at == 200
    press(at, "Step").join(30)
    assert job.view().last.step == middle + 1


def test_a_finished_run_can_be_taken_up_again(page):
    at = page(images="1000")
    press(at, "Start")
    job_of(at).join(60)
    at.run()
    job = job_of(at)
    assert any(heading.value == "Test score" for heading in at.subheader)
    look_back(at, 0)
    press(at, "Continue from here")
    at.run()
    assert job.view().status == "paused"
    assert not any(heading.value == "Test score" for heading in at.subheader)


def test_undo_goes_back_to_just_before_the_last_change(page):
    at = page(images="1000", epochs="40")
    job = resting(at, 30)
    before = job.model().theta.copy()
    assert button(at, "Undo").disabled
    at.selectbox(key=f"_optimizer {job.id} 0").set_value("adam").run()
    press(at, "Step").join(30)
    at.run()
    assert "optimizer Momentum → Adam" in captions(at)
    assert not np.array_equal(job.model().theta, before)
    press(at, "Undo")
    assert np.array_equal(job.model().theta, before)
    assert at.selectbox(key=f"_optimizer {job.id} {job.settings_version}").value == "momentum"


def test_images_are_changed_more_strongly_in_mid_run(page):
    at = page(images="1000")
    job = resting(at, 5)
    at.slider(key=f"_rotation {job.id} 0").set_value(20.0).run()
    at.slider(key=f"_shift {job.id} 0").set_value(2.0).run()
    press(at, "Step").join(30)
    assert job.settings.augment == {"rotation": 20, "shift": 2}
    at.run()
    assert "rotation 0 → 20" in captions(at)
    at.slider(key=f"_rotation {job.id} 0").set_value(0.0).run()
    at.slider(key=f"_shift {job.id} 0").set_value(0.0).run()
    assert job.settings.augment is None


def test_slow_motion_shows_the_step_that_the_run_takes_next(page):
    at = page(images="1000", panels=[slow_motion.NAME])
    job = resting(at, 3)
    metrics = {metric.label: metric for metric in at.metric}
    assert metrics["Step"].value == "4"
    assert "of the batch's 100 images" in captions(at)
    moved = job.model().theta.copy()
    press(at, "Step").join(30)
    moved -= job.model().theta
    share = np.linalg.norm(moved) / np.linalg.norm(job.model().theta + moved)
    assert metrics["Weights move by"].value == f"{share:.3%}"


def test_the_step_that_is_rehearsed_is_the_step_that_is_taken_to_the_bit(page):
    job = resting(page(recipe="dense", images="1000"), 3)  # dropout, changed images, mean weights
    trainer = job.dry_run_trainer()
    trainer.train_step()
    job.run(1)
    job.join(60)
    assert np.array_equal(trainer.state().model().theta, job.model().theta)


def test_single_steps_follow_each_other_at_a_pace(page):
    at = page(images="1000", panels=[slow_motion.NAME])
    job = resting(at, 2)
    at.toggle(key="_slow").set_value(True).run()  # each run of the page is a tick
    job.join(30)
    assert job.view().last.step == 3
    at.run()
    job.join(30)
    assert job.view().last.step == 4
    assert slow_motion.NAME in at.button_group(key="panels").value
    press(at, "Resume")  # at full speed
    assert at.toggle(key="_slow").value is False


def test_a_run_that_diverged_is_explained_whatever_is_open(page):
    at = page(lr="5", depth="4", momentum="0.99", images="2000", schedule="Constant", panels=ALL)
    press(at, "Start")
    job_of(at).join(60)
    at.run()
    assert not at.exception
    assert "Try a learning rate" in at.error[0].value
    look_back(at, 0)
    press(at, "Continue from here")
    at.run()
    assert job_of(at).view().status == "paused" and not at.error


def test_pressing_resume_ends_the_look_back(page):
    at = page(images="1000", epochs="40")
    resting(at, 100)
    look_back(at, 0)
    assert "_viewed_step" in at.session_state
    press(at, "Step").join(30)
    assert "_viewed_step" not in at.session_state


def test_who_waits_for_a_place_is_told_how_many_are_before_them(page, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_JOBS", "1")
    at = page(images="1000")
    pool = shared.pool()
    places = [pool.enter(), pool.enter()]  # other visitors' runs
    job = press(at, "Start")
    at.run()
    assert "You are number 2 in line" in at.info[0].value
    for place in places:
        pool.leave(place)
    job.join(60)
    at.run()
    assert job.view().status == "finished" and not at.info


def test_changes_are_told_in_words():
    changed = {
        "optimizer": ("sgd", "adamw"),
        "augment": (None, {"shift": 2.0, "rotation": 5}),
        "steps": (None, 500),
        "lr": (0.1, 1e-05),
    }
    assert settings.difference(changed) == (
        "optimizer SGD → AdamW, rotation 0 → 5, shift 0 → 2, "
        "iterations none → 500, learning rate 0.1 → 1e-05"
    )
    without_shift = {"augment": ({"shift": 2, "noise": 0.1}, {"noise": 0.1})}
    assert settings.difference(without_shift) == "shift 2 → 0"


@pytest.mark.parametrize(
    ("strengths", "words"),
    [(None, "off"), ({"shift": 1}, "slight"),
     ({"shift": 1, "rotation": 25}, "medium"), ({"noise": 0.9}, "strong")],
)  # fmt: skip
def test_the_strongest_change_gives_the_images_their_word(strengths, words):
    assert augmentation.title(strengths) == f"Augmentation: {words}"


def view(**changes):
    values = {
        "status": "running", "message": "", "training": [(1, 2.3, 0.1), (2, 1.9, 0.3)],
        "validation": [(2, 1.8, 0.4)], "changes": [], "last": None, "progress": 0.5,
        "images_per_second": 0.0, "eta": None, "scores": None,
    } | changes  # fmt: skip
    return JobView(**values)


def moment(**changes):
    return SimpleNamespace(view=view(**changes), live=True, step=2)


@pytest.mark.parametrize(("runs", "least"), [(1, 2), (8, 2), (9, 1), (16, 1), (17, 0.5)])
def test_up_to_eight_runs_are_looked_at_twice_a_second_and_more_of_them_less_often(
    monkeypatch, runs, least
):
    monkeypatch.setattr(shared, "pool", lambda: SimpleNamespace(active_runs=runs))
    assert least <= 1 / live.tick() < 2 * least


def test_the_curves_carry_a_numbered_mark_for_every_change():
    changes = [(5, {"lr": (0.1, 0.05)}), (9, {"dropout": (0.0, 0.5), "batch_size": (100, 10)})]
    raw, smooth, validation = panels.accuracy(moment(changes=changes))["series"]
    assert raw["data"] == [[1, 10.0], [2, 30.0]]
    assert raw["name"] == smooth["name"]  # one colour, one place in the legend
    (first, low), (second, high) = smooth["data"]
    assert (first, second) == (1, 2) and 10 < low < high < 30
    assert validation["data"] == [[2, 40.0]]
    marks = validation["markLine"]["data"]
    assert [(mark["xAxis"], mark["name"]) for mark in marks] == [(5, "1"), (9, "2")]


def test_what_was_left_behind_stays_as_a_grey_line():
    branch = Branch([(1, 2.3, 0.1), (2, 2.2, 0.2)], [], 1, 2)
    first, *_ = panels.loss(moment(branches=(branch,)))["series"]
    assert first["color"] == lines.GREY
    assert [step for step, _ in first["data"]] == [1, 2]


def test_values_that_are_no_numbers_leave_a_gap_in_a_line():
    assert lines.points([(1, np.nan), (2, np.inf), (3, 0.0), (4, 1.23456)]) == [
        [1, None], [2, None], [3, lines.FLOOR], [4, 1.235]]  # fmt: skip
