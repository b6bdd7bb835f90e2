"""Sweeps: planned as data, trained anywhere with the same bits, continued, told in sentences."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import distributed
import numpy as np
import pytest

import dataset
from netcore import Recipe, RecipeError
from netcore.__main__ import main
from netcore.commands import processes
from netcore.commands.processes import Processes
from netcore.search import sweep
from netcore.search.sweep import Range, Sweep

SMALL = Recipe(train_images=300, epochs=1, batch_size=50, optimizer="momentum")
GRID = Sweep(SMALL, {"lr": (0.03, 0.1), "hidden": (8, "16x8")})
QUICK = ["sweep", "--recipe", "fast", "--set", "train_images=300", "epochs=1"]


@pytest.fixture(scope="module")
def data():
    mnist = dataset.load("mnist")
    return [(s.images, s.labels) for s in (mnist.train, mnist.validation[:500])]


def scores(results):
    return {r.key: (r.status, r.validation_accuracy, r.validation_loss, r.curve) for r in results}


def last_json(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


# The plan


def test_a_grid_takes_every_combination_once():
    plan = Sweep(SMALL, {"lr": (0.1, 0.2, 0.1), "optimizer": ("sgd", "adam")}).plan()
    assert [tuple(trial.settings.values()) for trial in plan] == [
        (0.1, "sgd"), (0.1, "adam"), (0.2, "sgd"), (0.2, "adam")
    ]  # fmt: skip
    assert [trial.recipe.lr for trial in plan] == [0.1, 0.1, 0.2, 0.2]
    assert plan[1].recipe.name == "custom lr=0.1 optimizer=adam"


def test_widths_of_several_layers_keep_the_rest_of_the_network():
    base = SMALL.replace(dropout=0.2)
    recipe = Sweep(base, {"hidden": ("16x8",)}).plan()[0].recipe
    widths = [
        e["out_features"] for e in recipe.layers if isinstance(e, dict) and "out_features" in e
    ]
    assert widths == [16, 8, 10] and recipe.dropout == 0.2


def test_a_random_search_draws_within_its_ranges_by_factors_or_by_differences():
    axes = {
        "lr": Range(0.001, 1, log=True),
        "momentum": Range(0, 0.95),
        "hidden": Range(8, 512, log=True),
        "optimizer": ("momentum", "nesterov"),
    }
    plan = Sweep(SMALL, axes, trials=200).plan()
    lr = np.array([trial.recipe.lr for trial in plan])
    momentum = np.array([trial.recipe.momentum for trial in plan])
    assert lr.min() >= 0.001 and lr.max() <= 1 and 0.02 < np.median(lr) < 0.05
    assert momentum.min() >= 0 and momentum.max() <= 0.95 and 0.4 < np.median(momentum) < 0.55
    assert all(type(trial.settings["hidden"]) is int for trial in plan)
    assert {trial.recipe.optimizer for trial in plan} == {"momentum", "nesterov"}


def test_more_trials_of_the_same_seed_begin_with_the_same_ones_and_another_seed_does_not():
    axes = {"lr": Range(0.001, 1, log=True), "batch_size": (10, 100)}
    short, long = (Sweep(SMALL, axes, trials=n, seed=3).plan() for n in (5, 9))
    assert long[:5] == short and len(long) == 9
    assert Sweep(SMALL, axes, trials=5, seed=4).plan() != short


def test_a_search_among_few_combinations_ends_when_all_are_drawn():
    plan = Sweep(SMALL, {"lr": (0.1, 0.2), "batch_size": (10, 20)}, trials=50).plan()
    assert len(plan) == 4


def test_a_sweep_and_its_results_go_through_json_and_back(data):
    search = Sweep(SMALL, {"lr": Range(0.01, 1, True), "hidden": (8, "16x8")}, 2, seed=5)
    results = [sweep.train(trial, *data) for trial in search.plan()]
    assert sweep.loads(sweep.dumps(search, results)) == (search, results)


@pytest.mark.parametrize(
    ("axes", "trials", "words"),
    [
        ({}, None, "needs a setting to vary"),
        ({"layers": (1,)}, None, "'layers' cannot be swept: use lr, hidden"),
        ({"lr": ()}, None, "lr needs at least one value"),
        ({"lr": (-1,)}, None, "lr is -1: it must be a number from 0"),
        ({"lr": Range(0.1, 1)}, None, "a grid needs a list of values for lr"),
        ({"optimizer": Range(0, 1)}, 3, "optimizer has no range"),
        ({"lr": (0.1,)}, 0, "from 1 to 10,000 trials"),
        ({"seed": tuple(range(200)), "lr": tuple(range(200))}, None, "from 1 to 10,000 trials"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_in_a_sentence(axes, trials, words):
    with pytest.raises(RecipeError, match=words):
        Sweep(SMALL, axes, trials).plan()


@pytest.mark.parametrize(
    ("low", "high", "log", "words"),
    [(1, 1, False, "from less to more"), (0, 1, True, "above 0"), ("a", 1, False, "two numbers")],
)
def test_a_range_that_is_none_is_refused(low, high, log, words):
    with pytest.raises(RecipeError, match=words):
        Range(low, high, log)


# One trial


def test_a_trial_keeps_its_curve_and_the_score_of_its_last_validation(data):
    result = sweep.train(GRID.plan()[0], *data)
    assert result.status == "done" and result.parameters == 8 * 785 + 90
    assert [row[0] for row in result.curve] == [1, 2, 3, 4, 5, 6]
    assert result.curve[-1][1:] == [result.validation_loss, result.validation_accuracy]


def test_a_trial_that_diverges_or_fails_is_a_result_and_stands_at_the_end(data):
    diverging = SMALL.replace(lr=500.0, momentum=0.99, epochs=5)
    lost = sweep.train(sweep.Trial({"lr": 500.0}, diverging), *data)
    ill = sweep.train(sweep.Trial({"hidden": 0}, SMALL.replace(steps=0)), *data)
    fine = sweep.train(GRID.plan()[0], *data)
    assert lost.status == "diverged" and "Try a learning rate" in lost.message
    assert ill.status == "failed" and "no steps" in ill.message
    assert lost.validation_accuracy is ill.validation_accuracy is None
    assert sweep.ranked([ill, lost, fine])[0] == fine


def test_a_stopped_trial_has_no_result(data):
    assert sweep.train(GRID.plan()[0], *data, stop=lambda: True) is None


# Many of them


@pytest.fixture(scope="module")
def alone():
    """The grid, trained one trial after the other in this process."""
    with Processes(1) as serial:
        return scores(serial.train(GRID.plan()))


@pytest.mark.slow
def test_two_processes_give_the_same_bits_as_one(alone):
    with Processes(2) as two:
        assert scores(two.train(GRID.plan())) == alone


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bits_too_from_the_command_line_as_well(alone, capsys):
    quiet = {"dashboard_address": None, "silence_logs": "ERROR"}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster,
        Processes(scheduler=cluster.scheduler_address) as far,
    ):
        assert scores(far.train(GRID.plan())) == alone
        losses = []
        for where in ([], ["--backend", "dask", "--scheduler", cluster.scheduler_address]):
            assert main([*QUICK, "--grid", "lr=0.01,0.1", *where, "--json"]) == 0
            losses.append([row["validation_loss"] for row in last_json(capsys)["results"]])
        assert losses[0] == losses[1]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["processes", "cluster"])
def test_data_that_only_this_process_has_are_sent_to_the_others(data, where):
    plan = Sweep(SMALL.replace(dataset="my digits.csv"), GRID.axes).plan()
    here = scores(sweep.train(trial, *data) for trial in plan)
    quiet = {"dashboard_address": None, "silence_logs": "ERROR"}
    with contextlib.ExitStack() as stack:
        options = {"jobs": 2}
        if where == "cluster":
            cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, **quiet)
            options = {"scheduler": stack.enter_context(cluster).scheduler_address}
        others = stack.enter_context(Processes(**options, data=data))
        assert scores(others.train(plan)) == here


@pytest.mark.slow
def test_workers_do_not_load_the_interface_nor_look_at_the_test_set(alone):
    import joblib

    with joblib.parallel_config(backend="loky", n_jobs=2):
        seen = joblib.Parallel()(joblib.delayed(look_around)() for _ in range(4))
    mnist = dataset.load("mnist")
    assert not any(streamlit for streamlit, _ in seen)
    assert {sizes for _, sizes in seen} == {(len(mnist.train), len(mnist.validation))}


def look_around():
    sizes = tuple(len(labels) for _, labels in processes._data("mnist"))
    return "streamlit" in sys.modules, sizes


def test_stopping_ends_a_sweep_at_once_and_keeps_what_it_gave():
    endless = [sweep.Trial({"seed": n}, SMALL.replace(steps=10**8, seed=n)) for n in range(4)]
    quick = sweep.Trial({"seed": 9}, SMALL)
    with Processes(2) as two:
        results = two.train([quick, *endless])
        assert next(results).settings == {"seed": 9}
        two.stop()
        assert list(results) == []


def test_a_sweep_that_is_stopped_before_it_began_trains_nothing():
    two = Processes(2)
    two.stop()
    assert list(two.train(GRID.plan())) == []


# The command line


def test_the_command_sorts_by_validation_and_never_mentions_the_test_set(capsys):
    assert main([*QUICK, "--grid", "lr=0.001,0.1", "hidden=8,16x8", "--json"]) == 0
    out = capsys.readouterr().out
    result = json.loads(out.splitlines()[-1])
    accuracies = [row["validation_accuracy"] for row in result["results"]]
    assert accuracies == sorted(accuracies, reverse=True) and len(accuracies) == 4
    assert "biased by the choice" in out and "test" not in out.replace("latest", "")
    assert result["axes"] == {"lr": [0.001, 0.1], "hidden": [8, "16x8"]}


def test_a_random_search_from_the_command_line(capsys):
    arguments = [
        "--random",
        "lr=0.01..1",
        "momentum=0.5..0.9:linear",
        "optimizer=momentum,nesterov",
    ]
    assert main([*QUICK, *arguments, "--trials", "3", "--seed", "7", "--json"]) == 0
    result = last_json(capsys)
    assert result["axes"]["lr"] == {"low": 0.01, "high": 1, "log": True}
    assert result["axes"]["momentum"] == {"low": 0.5, "high": 0.9, "log": False}
    assert len(result["results"]) == 3 and result["seed"] == 7


def test_a_file_is_continued_and_what_it_holds_is_not_done_again(tmp_path, capsys):
    path = tmp_path / "sweep.json"
    assert main([*QUICK, "--grid", "lr=0.1,0.2", "--out", str(path)]) == 0
    before = {result.key: result for result in sweep.loads(path.read_text())[1]}
    assert main([*QUICK, "--grid", "lr=0.1,0.2,0.3", "--out", str(path)]) == 0
    assert "2 trials" in capsys.readouterr().out
    after = {result.key: result for result in sweep.loads(path.read_text())[1]}
    assert len(after) == 3
    assert before == {key: after[key] for key in before}, "to the second of their training time"


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(tmp_path):
    path = tmp_path / "sweep.json"
    command = [sys.executable, "-m", "netcore", *QUICK, "--set", "steps=300"]
    command += ["--grid", f"seed={','.join(map(str, range(500)))}", "--jobs", "2"]
    command += ["--out", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        while not path.exists():
            assert run.poll() is None, run.stderr.read()
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the workers too
        out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    assert "stopped after" in err and "Traceback" not in err
    assert "validation" in out and sweep.loads(path.read_text())[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--grid", "lr"], "'lr' is not an axis: write KEY=VALUE,VALUE"),
        (["--grid", "lr=0.1..1"], "lr is '0.1..1'"),
        (["--grid", "speed=1,2"], "'speed' cannot be swept"),
        (["--grid", "lr=0.1", "--trials", "3"], "--trials belongs to --random"),
        (["--grid", "lr=0.1", "--jobs", "0"], "--jobs is 0"),
        (["--grid", "lr=0.1", "--backend", "dask"], "needs --scheduler ADDRESS"),
        (["--grid", "lr=0.1", "--scheduler", "tcp://x"], "belongs to --backend dask"),
        (["--grid", "lr=0.1", "--out", "no/such/folder/s.json"], "no folder no/such/folder"),
        (["--grid", "lr=0.1", "--out", "README.md"], "not a file of sweep results"),
        (["--grid", "steps=0"], "no trial could be trained: the run has no steps"),
        (["--grid", "lr=0.1", "--set", "dataset=nothing"], "nothing"),
        (["--random", "lr=1..0.1"], "from less to more"),
        (["--random", "lr=0.1..1:cubic"], "ends in :log or :linear"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(arguments, words, capsys):
    assert main([*QUICK, *arguments]) == 2
    *_, sentence = capsys.readouterr().err.strip().splitlines()
    assert sentence.startswith("error: ") and words in sentence


def test_a_file_of_another_recipe_is_not_overwritten(tmp_path, capsys):
    path = tmp_path / "sweep.json"
    path.write_text(sweep.dumps(GRID, []))
    assert main([*QUICK, "--grid", "lr=0.1", "hidden=8", "--out", str(path)]) == 2
    assert "another recipe" in capsys.readouterr().err
    assert sweep.loads(path.read_text()) == (GRID, [])
