"""The Sweep page: one click tries many settings, every trial can be opened, and luck is named."""

import functools
import math
from urllib.parse import parse_qsl

import pytest

import dataset
from netcore import Recipe
from netcore.search.sweep import Range, Result, Sweep, key, ranked
from tests.ui.screen import button, press, words
from ui.sweep import charts, setup

pytestmark = pytest.mark.slow


@pytest.fixture
def page(monkeypatch, visit):
    monkeypatch.setenv("PLAYGROUND_SWEEP_PROCESSES", "1")  # which start at once
    return functools.partial(visit, "sweep")


def start(at):
    return next(button for button in at.button if button.label.startswith("Start"))


def finish(at, name="_sweep_job"):
    job = at.session_state[name]
    job.join(60)
    at.run()
    assert not at.exception
    return job


def test_one_click_tries_a_whole_grid_and_names_the_best_with_an_honest_word(page):
    at = page(of_images="500", try_lr=["0.03", "0.1"], try_hidden=["8", "16"])
    press(at, "Start 4 trials")
    view = finish(at).view()
    assert (view.status, len(view.results)) == ("finished", 4)
    best = max(view.results, key=lambda result: result.validation_accuracy)
    assert at.metric[0].value == f"{best.validation_accuracy:.2%}"
    assert f"learning rate {best.settings['lr']:g}" in words(at)
    assert "the highest of 4 scores" in words(at)
    assert not start(at).disabled and button(at, "Stop").disabled


def test_the_best_is_tried_again_with_other_seeds(page):
    at = page(of_images="500", try_lr=["0.03", "0.1"], try_hidden=["8"])
    press(at, "Start 2 trials")
    job = finish(at)
    press(at, "Try 5 other seeds")
    check = finish(at, "_sweep_check")
    assert [trial.recipe.seed for trial in check.trials] == [1, 2, 3, 4, 5]
    best = max(job.view().results, key=lambda result: result.validation_accuracy)
    assert all(trial.recipe.lr == best.settings["lr"] for trial in check.trials)
    assert "With 5 other seeds" in words(at)


def test_cancel_keeps_what_is_done(page):
    at = page(for_epochs="20", of_images="50000", try_lr=["0.1"], try_hidden=["8", "16"])
    press(at, "Start 2 trials")
    assert start(at).disabled and not button(at, "Stop").disabled
    press(at, "Stop")
    assert finish(at).view().status == "stopped"
    assert any("The results so far are kept" in info.value for info in at.info)


def test_an_earlier_sweep_can_be_looked_at_again(page):
    at = page(of_images="500", try_lr=["0.03", "0.1"], try_hidden=["8"])
    press(at, "Start 2 trials")
    first = finish(at)
    at.multiselect(key="try_hidden").set_value([16]).run()
    press(at, "Start 2 trials")
    finish(at)
    assert "units 16" in words(at)
    at.selectbox(key="_sweep_shown").set_value(first.id).run()
    assert not at.exception
    assert "units 8" in words(at) and "units 16" not in words(at)


@pytest.mark.parametrize("name", list(setup.PRESETS))
def test_every_preset_is_ready_to_start(page, name):
    at = page()
    at.selectbox(key="sweep").set_value(name).run()
    assert not at.exception and not at.error
    assert not start(at).disabled


def test_a_random_search_draws_as_many_as_are_asked_for(page):
    at = page(sweep="Three at random", trials="5", of_images="500")
    press(at, "Start 5 trials")
    job = finish(at)
    assert job.sweep.trials == 5 and len(job.view().results) == 5
    assert list(job.sweep.axes) == ["lr", "momentum", "hidden"]
    assert job.sweep.axes["lr"] == Range(0.001, 1.0, log=True)


def test_too_many_trials_are_refused_with_the_mend(page, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SWEEP_TRIALS", "7")
    at = page()
    assert "this server allows 7. Choose fewer values" in at.error[0].value
    assert start(at).disabled


def test_a_setting_without_values_is_refused_in_a_sentence(page):
    at = page()
    at.multiselect(key="try_lr").set_value([]).run()
    assert "lr needs at least one value" in at.error[0].value
    assert start(at).disabled


def test_recipes_with_convolutions_have_no_units_to_move(page):
    at = page(base="lenet")
    assert not at.exception
    assert at.multiselect(key="move").value == ["lr"]


def test_an_opened_trial_becomes_a_run_in_train_with_the_very_score_of_its_cell(page, visit):
    draw = {"sweep": "Three at random", "trials": "4", "from_hidden": ["8", "32"]}
    at = page(of_images="500", **draw)
    press(at, "Start 4 trials")
    result = ranked(finish(at).view().results)[0]
    link = next(link.proto for link in at.get("page_link") if "Open" in link.proto.label)

    train = visit("train", **dict(parse_qsl(link.query_string)))
    press(train, "Start")
    run = train.session_state["_job"]
    run.join(60)
    assert run.recipe.lr == result.settings["lr"], "though it stands between the slider's stops"
    assert run.view().last.validation_loss == result.validation_loss


@pytest.fixture
def own():
    """A visitor's own file, opened: every third image of MNIST's."""
    mnist = dataset.load("mnist")
    splits = {name: split[::3] for name, split in mnist.splits.items()}
    return dataset.Dataset("my digits.csv 12345678", **splits)


def test_a_sweep_on_a_file_of_ones_own_leads_to_the_very_score_in_train(monkeypatch, visit, own):
    monkeypatch.setenv("PLAYGROUND_SWEEP_PROCESSES", "2")
    session = {"_upload": own}
    choices = {"of_images": "500", "try_lr": ["0.03", "0.1"], "try_hidden": ["8"]}
    at = visit("sweep", session, dataset=own.name, **choices)
    press(at, "Start 2 trials")
    result = ranked(finish(at).view().results)[0]
    assert f"On {len(own.validation):,} validation images" in words(at)
    link = next(link.proto for link in at.get("page_link") if "Open" in link.proto.label)

    train = visit("train", session, **dict(parse_qsl(link.query_string)))
    press(train, "Start")
    run = train.session_state["_job"]
    run.join(60)
    assert run.recipe.dataset == own.name
    assert run.view().last.validation_loss == result.validation_loss


def test_results_outlive_the_file_they_were_made_with(page, visit, own):
    choices = {"of_images": "500", "try_lr": ["0.03", "0.1"], "try_hidden": ["8"]}
    at = visit("sweep", {"_upload": own}, dataset=own.name, **choices)
    press(at, "Start 2 trials")
    finish(at)
    at.session_state["_upload"] = None
    at.run()
    assert not at.exception and at.metric[0].label == "Accuracy"
    assert button(at, "Try 5 other seeds").disabled
    assert next(link.proto for link in at.get("page_link") if "Open" in link.proto.label).disabled


# The figures

GRID = Sweep(Recipe(), {"lr": (0.1, 1.0), "hidden": (8, 16), "dropout": (0.0, 0.5)})
RESULTS = [
    Result({"lr": 0.1, "hidden": 8, "dropout": 0.0}, "done", "", 0.9, 0.3),
    Result({"lr": 0.1, "hidden": 8, "dropout": 0.5}, "done", "", 0.99, 0.1),
    Result({"lr": 1.0, "hidden": 16, "dropout": 0.5}, "diverged", "lost"),
]


def test_a_cell_shows_its_best_and_what_was_lost_has_a_cross():
    figure = charts.grid(GRID, RESULTS, "lr", "hidden", RESULTS[1].key)
    heatmap, touch = figure.data
    assert heatmap.z[0][0] == pytest.approx(2)  # 99 %: two nines
    assert math.isnan(heatmap.z[0][1]), "no result yet"
    assert [text.text for text in figure.layout.annotations] == ["99.0", "✕"]
    assert list(touch.customdata) == [RESULTS[1].key, RESULTS[2].key]
    assert len(figure.layout.shapes) == 1, "a frame around the opened one"


def test_lines_lead_from_setting_to_setting_to_the_accuracy_the_best_on_top():
    figure = charts.parallel(GRID, RESULTS, RESULTS[1].key)
    assert [list(line.y) for line in figure.data] == [[0, 0, 0, 0], [0, 0, 1, 1]]
    assert figure.data[-1].line.width > figure.data[0].line.width
    assert set(figure.data[-1].customdata) == {RESULTS[1].key}


def test_points_of_a_random_search_stand_on_a_log_axis_where_it_was_drawn_by_factors():
    axes = {"lr": Range(0.001, 1, log=True), "momentum": Range(0, 0.95)}
    settings = {"lr": 0.01, "momentum": 0.5}
    result = Result(settings, "done", "", 0.9, 0.3)
    figure = charts.points(Sweep(Recipe(), axes, 4), [result], "lr", "momentum", None)
    assert figure.layout.xaxis.type == "log" and figure.layout.yaxis.type != "log"
    assert list(figure.data[0].customdata) == [key(settings)]
