"""The Runs page: runs are kept automatically, compared fairly, and can be downloaded."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

import dataset
from netcore import Recipe, Trainer, loads
from netcore.analysis import compare
from netcore.recipe import dense_layers
from tests.ui.screen import labelled, press, words
from ui.jobs.run import Run
from ui.parts import settings, wording
from ui.runs import curves, seeds
from ui.runs.compare import Pair, how_often, verdict
from ui.session import downloads, runs

SMALL = Recipe(name="small", layers=dense_layers([8]), train_images=500, epochs=2, eval_every=5)


def turn_to(at, page):
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    return at


def kept(at):
    return list(at.session_state["_runs"].values())


def train(at, **link):
    """Run a small recipe to its end, and go to Runs."""
    turn_to(at, "train")
    for key, value in {"images": "500", **link}.items():
        at.query_params[key] = value
    at.run()
    press(at, "Start")
    at.session_state["_job"].join(60)
    at.run()
    return at


def run_of(name="small", id="1", seed=0, accuracy=0.9, recipe=SMALL, model=None, **more):
    rows = [(5, 1.0, accuracy - 0.1), (10, 0.5, accuracy)]
    return Run(id, name, recipe.replace(seed=seed), [], rows, rows, model=model, **more)


def trained(seed=0, **settings):
    """A run that was really trained, on few images."""
    data = dataset.load("mnist")
    recipe = SMALL.replace(seed=seed, **settings)
    pairs = [(part.images, part.labels) for part in data.splits.values()]
    trainer = Trainer(recipe, *pairs[:2])
    records = list(trainer)
    rows = [(record.step, record.loss, record.accuracy) for record in records]
    checks = [(r.step, r.validation_loss, r.validation_accuracy)
              for r in records if r.validation_accuracy is not None]  # fmt: skip

    return Run(f"id {seed}", f"small {seed}", recipe, [], rows, checks, model=trainer.model())


def test_without_a_run_the_page_says_where_to_begin(visit):
    assert "Start one on Train" in words(visit("runs"))


def test_a_run_is_kept_when_it_ends_and_when_it_is_put_away(visit):
    at = visit("train", images="500")
    press(at, "Step")
    at.session_state["_job"].join(20)
    assert kept(at)[0].scores["steps"] == 1 if kept(at) else True
    press(at, "Reset")
    (first,) = kept(at)
    assert first.over and first.scores["steps"] == 1 and len(first.training) == 1
    assert first.changes == [[1, {"steps": 1}]], "replayed, it ends where it was put away"
    train(at)
    assert len(kept(at)) == 2
    assert kept(at)[1].scores["test_accuracy"] > 0.5 and kept(at)[1].name == "my fast 2"
    press(at, "Reset")
    assert len(kept(at)) == 2, "the same run is not kept twice"


def test_a_run_that_goes_on_is_shown_as_it_is_now(visit):
    at = visit("train", epochs="200")
    press(at, "Start")
    job = at.session_state["_job"]
    turn_to(at, "runs")
    assert "is training" in words(at)
    assert [run.over for run in kept(at)] == [False]
    before = kept(at)[0].scores["steps"]
    job.pause()
    job.join(20)
    at.run()
    assert kept(at)[0].scores["steps"] == job.view().last.step >= before


@pytest.mark.slow
def test_a_finished_run_stays_when_its_job_goes_back_in_time_and_elsewhere(visit):
    at = train(visit("train"))
    job = at.session_state["_job"]
    first = kept(at)[0]
    job.rewind(job.view().snapshots[0])
    at.run()
    assert [run.over for run in kept(at)] == [True, False]
    job.change(lr=0.01)
    job.run(2)
    job.join(20)
    job.undo()
    at.run()
    assert len(kept(at)) == 2, "what was left behind in mid-run is no run of its own"
    job.change(lr=0.02)
    job.run()
    job.join(60)
    at.run()
    one, two = kept(at)
    assert one.model is first.model and one.changes == first.changes
    assert two.changes == [[0, {"lr": 0.02}]] and two.scores["steps"] == one.scores["steps"]
    assert not np.array_equal(one.model.theta, two.model.theta)


@pytest.fixture
def two_runs(visit):
    """Runs, with two small networks of different widths."""
    at = visit("runs")
    a, b = trained(), trained(seed=1, layers=dense_layers([4]))
    at.session_state["_runs"] = {run.id: run for run in (a, b)}
    at.run()
    assert not at.exception
    return at


def show(at, section):
    at.segmented_control(key="part").set_value(section).run()
    assert not at.exception
    return at


def test_the_table_shows_only_what_differs(two_runs):
    (table,) = two_runs.dataframe
    assert {"Network", "Seed"} < set(table.value.columns)
    assert "Learning rate" not in table.value.columns
    two_runs.toggle[0].set_value(True).run()
    assert "Learning rate" in two_runs.dataframe[0].value.columns


def test_cells_unlike_the_first_run_are_coloured():
    chosen = [run_of("a", "1"), run_of("b", "2", recipe=SMALL.replace(lr=0.5))]
    styled = curves.table(chosen, everything=True)._compute()
    columns = list(styled.data.columns)
    coloured = {
        columns[column] for (row, column), style in styled.ctx.items() if row == 1 and style
    }
    assert coloured == {"Learning rate"}
    assert not any(style for (row, _), style in styled.ctx.items() if row == 0)


def test_curves_have_a_strong_line_and_a_thin_one_of_the_same_colour():
    figure = curves.curves([run_of("a", "1"), run_of("b", "2")], "Loss")
    training, validation = figure.data[:2], figure.data[2:]
    for thin, strong in zip(training, validation, strict=True):
        assert thin.line.color == strong.line.color and thin.line.width < strong.line.width
    assert [trace.name for trace in validation] == ["a", "b"]
    assert figure.layout.yaxis.type == "log"


def test_a_run_that_has_just_begun_does_not_press_the_other_curves_flat():
    rows = [(step, 1.0, min(0.9, step / 10)) for step in range(1, 101)]
    whole = Run("1", "whole", SMALL, [], rows, rows)
    begun = Run("2", "begun", SMALL, [], rows[:1], [])
    low, _ = curves.curves([begun, whole], "Accuracy").layout.yaxis.range
    assert low == pytest.approx(0.5)


def test_a_run_without_a_validation_is_named_by_its_training():
    rows = [(1, 2.3, 0.1), (2, 2.2, 0.2)]
    begun = Run("1", "begun", SMALL, [], rows, [])
    figure = curves.curves([begun, run_of("whole", "2")], "Loss")
    named = {trace.name for trace in figure.data if trace.showlegend is not False and len(trace.x)}
    assert named == {"begun", "whole"}


def test_two_networks_meet_on_the_same_validation_images(two_runs):
    at = show(two_runs, "Compare two")
    validation = dataset.load("mnist").validation
    a, b = (run.model.network().predict(validation.images).argmax(1) for run in kept(at))
    found = compare.mcnemar(a, b, validation.labels)
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Only A is right"] == f"{found.only_a:,}"
    assert shown["Only B is right"] == f"{found.only_b:,}"
    assert shown["Accuracy of A"] == f"{np.mean(a == validation.labels):.2%}"
    assert verdict(found) in words(at)


def test_a_pair_sorts_its_disagreements_by_who_is_right():
    pair = Pair(np.array([1, 2, 3, 4, 5]), np.array([1, 2, 4, 3, 6]), np.array([1, 0, 3, 3, 7]))
    assert {kind: list(places) for kind, places in pair.kinds.items()} == {
        "Only A is right": [2], "Only B is right": [3], "Both are wrong, differently": [4],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((4900, 0, 0, 100), "no difference"),
        ((4900, 20, 20, 60), "A tie"),
        ((4900, 30, 24, 46), "With 5,000 images, this difference could well be chance"),
        ((4800, 100, 40, 60), "A reads these images better, and this is unlikely to be chance"),
        ((4800, 4, 30, 166), "B reads these images better"),
    ],
)
def test_the_verdict_on_two_networks_is_in_plain_words(counts, said):
    right_a = np.repeat([True, True, False, False], counts)
    right_b = np.repeat([True, False, True, False], counts)
    found = compare.mcnemar(right_a, right_b, np.ones(sum(counts), bool))
    assert said in verdict(found)


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ([0.01], "fewer than two seeds"),
        ([0.01, -0.01], "equal"),
        ([0.01, 0.02, 0.01], "Run 6 or more"),
        ([0.01, 0.02, 0.01, 0.03, 0.01, 0.02], "A is really better here"),
        ([-0.01] * 8, "B is really better here"),
        ([0.01, -0.02, 0.02, -0.01, 0.01, -0.03, 0.01], "could be luck"),
    ],
)
def test_the_verdict_on_two_recipes_knows_how_little_few_seeds_prove(differences, said):
    assert said in seeds.verdict(differences)


def test_seeds_run_one_after_another_and_become_a_band(two_runs):
    at = show(two_runs, "Seeds")
    at.slider(key="_seeds").set_value(3)
    at.selectbox(key="_seeded").set_value("small 0").run()
    press(at, "Run seeds")
    series = at.session_state["_series"]
    assert series.total == 2, "seed 0 is there already"
    series.join(60)
    at.run()
    assert [run.name for run in kept(at)][2:] == ["small 0 · seed 1", "small 0 · seed 2"]
    assert "over 3 seeds" in words(at)
    family = runs_family(at)
    assert sorted(family) == [0, 1, 2]
    again = Trainer(family[2].recipe, *[(p.images, p.labels) for p in
                    list(dataset.load("mnist").splits.values())[:2]])  # fmt: skip
    list(again)
    assert np.array_equal(again.network.theta, family[2].model.theta)


def runs_family(at):
    return {run.recipe.seed: run for run in kept(at) if len(run.model.theta) == 6370}


def test_a_series_waits_while_a_run_is_learning_on_train(two_runs):
    at = show(two_runs, "Seeds")
    at.session_state["_runs"] = {
        "x": run_of("long", "x", recipe=SMALL.replace(epochs=9000, train_images=None))
    }
    at.run()
    press(at, "Run seeds")
    series = at.session_state["_series"]
    assert series.running
    turn_to(at, "train")
    at.query_params["epochs"] = "200"
    press(at, "Start")
    series.join(20)
    assert series.progress().status == "paused"
    at.session_state["_job"].pause()
    at.session_state["_job"].join(20)
    show(turn_to(at, "runs"), "Seeds")
    assert "Paused while a run is training" in words(at)
    press(at, "Stop")
    assert "_series" not in at.session_state


def test_a_run_is_renamed_and_deleted(two_runs):
    at = show(two_runs, "Save and share")
    assert at.selectbox(key="_opened").value == "small 1"
    labelled(at.text_input, "Name").set_value("narrow").run()
    assert [run.name for run in kept(at)] == ["small 0", "narrow"]
    assert at.selectbox(key="_opened").value == "narrow"
    press(at, "Delete")
    assert [run.name for run in kept(at)] == ["small 0"]


def test_the_network_of_a_run_goes_to_draw(two_runs):
    at = show(two_runs, "Save and share")
    press(at, "Use on Draw")
    assert "small 1" in at.session_state["_models"]
    assert at.selectbox(key="model").value == "small 1"


@pytest.mark.slow
def test_the_oldest_weights_make_room_and_the_visitor_is_told(two_runs, monkeypatch):
    monkeypatch.setattr(runs, "WEIGHTS", 30_000)  # room for one
    at = two_runs
    train(at, depth="1", width1="8")
    told = at.session_state["_made_room"]
    assert told == ["small 0", "small 1"]
    assert [bool(run.model) for run in kept(at)] == [False, False, True]
    assert all(len(run.validation) for run in kept(at)), "curves stay"
    turn_to(at, "runs")
    assert "no longer have their weights" in words(at)
    assert "no longer have their weights" not in words(at.run())


def test_a_run_file_is_read_by_the_command_line(tmp_path, capsys):
    from netcore.__main__ import main

    run = trained()
    path = tmp_path / "run.json"
    path.write_text(run.dumps())
    assert Recipe.from_run(path.read_text()) == (run.recipe, run.changes)
    assert main(["train", "--recipe", str(path), "--out", str(tmp_path / "model.json")]) == 0
    again = loads((tmp_path / "model.json").read_text())
    assert np.array_equal(again.theta, run.model.theta)
    assert json.loads(run.dumps())["validation"] == run.validation.tolist()


def test_curves_are_a_table_of_all_points():
    table = pd.read_csv(io.StringIO(run_of().curves()))
    assert list(table.columns) == ["run", "split", "step", "loss", "accuracy"]
    assert len(table) == 4 and set(table.split) == {"training", "validation"}


def test_a_proof_claims_the_exam_only_of_a_run_that_sat_it():
    run, data = trained(), dataset.load("mnist")
    claim = claim_of(downloads.prove(run, data))
    assert claim["says"] == "the validation images of mnist" and claim["rows"] == [55_000, 60_000]
    sat = Run("2", "sat", run.recipe, [], [], [], {"test_accuracy": 0.8}, run.model)
    assert claim_of(downloads.prove(sat, data))["says"] == "the test images of mnist"


def claim_of(content):
    return json.loads(zipfile.ZipFile(io.BytesIO(content)).read("claim.json"))


def test_names_from_strangers_are_shown_as_they_are():
    assert wording.plain("![x](http://a.b)") == r"\!\[x\]\(http\:\/\/a.b\)"
    assert wording.plain(":red[hi] `a` $x$") == r"\:red\[hi\] \`a\` \$x\$"
    assert wording.plain("my fast 2") == "my fast 2"


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (dense_layers([128, 64], "Tanh"), "dense 128, 64 · Tanh"),
        (dense_layers([]), "linear"),
        ([{"layer": "Conv2d", "out_channels": 8}, "ReLU", "MaxPool2d", "Flatten",
          {"layer": "Dense", "out_features": 10}, "LogSoftmax"], "conv 8 · pool · dense 10"),
    ],
)  # fmt: skip
def test_a_network_in_a_few_words(layers, said):
    assert settings.network(layers) == said


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.99, "nearly all"),
        (0.3, "3 in 10"),
        (0.02, "1 in 50"),
        (1e-9, "fewer than 1 in a million"),
    ],
)
def test_a_probability_is_told_as_a_number_of_comparisons(p, said):
    assert how_often(p) == f"{said} such comparisons"
