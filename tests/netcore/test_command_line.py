"""The command line: train, evaluate, predict, and one sentence when something is wrong."""

import gzip
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import dataset
from dataset import strokes
from dataset.strokes import Drawing
from netcore import Model, Network, Recipe, Trainer
from netcore.__main__ import main
from netcore.commands import calibrate
from netcore.recipe import dense_layers
from tests.handwriting import FOUR, SEVEN
from tests.netcore.test_trainer import TRAIN, VALIDATION

DEEP = "tests/netcore/files/deep.json"
QUICK = ["--recipe", "fast", "--set", "train_images=2000", "epochs=1", "eval_every=null"]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "quick.json"
    assert main(["train", *QUICK, "--out", str(path)]) == 0
    return path


def last_json(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_training_prints_one_json_object_as_its_last_line(capsys):
    assert main(["train", *QUICK, "--json"]) == 0
    result = last_json(capsys)
    assert result["steps"] == 20 and result["seed"] == 0 and result["parameters"] == 50_890
    assert 0.5 < result["test_accuracy"] <= 1 and 0.5 < result["validation_accuracy"] <= 1
    assert result["train_seconds"] > 0 and result["images_per_second"] > 0


def test_the_same_command_gives_the_same_scores(capsys):
    results = []
    for _ in range(2):
        main(["train", *QUICK, "--json"])
        results.append(last_json(capsys))
    assert results[0]["test_loss"] == results[1]["test_loss"]


def test_a_saved_model_evaluates_to_the_score_it_was_saved_with(model_file, capsys):
    assert main(["evaluate", str(model_file), "--json"]) == 0
    result = last_json(capsys)
    saved = json.loads(model_file.read_text())["scores"]
    assert result["test_accuracy"] == saved["test_accuracy"]
    assert result["count"] == 10_000 == np.sum(result["confusion"])
    assert main(["evaluate", str(model_file), "--split", "validation", "--json"]) == 0
    assert last_json(capsys)["validation_accuracy"] == saved["validation_accuracy"]


def test_training_again_from_a_saved_model_repeats_its_run(model_file, tmp_path):
    again = tmp_path / "again.json"
    assert main(["train", "--recipe", str(model_file), "--out", str(again)]) == 0
    before, after = (json.loads(path.read_text()) for path in (model_file, again))
    assert before["theta"] == after["theta"]


def test_pictures_of_digits_are_read(tmp_path, capsys):
    test = dataset.load("mnist").test
    names = []
    for digit in range(10):
        image = test.images[np.flatnonzero(test.labels == digit)[3]]
        names.append(str(tmp_path / f"{digit}.png"))
        Image.fromarray(255 - image).resize((280, 280)).save(names[-1])  # dark ink on white paper
    assert main(["predict", "dense", "--image", *names, "--json"]) == 0
    predictions = last_json(capsys)["predictions"]
    assert [p["digit"] for p in predictions] == list(range(10))
    assert sum(predictions[0]["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_predict_says_why_a_picture_is_in_doubt(tmp_path, capsys):
    test = dataset.load("mnist").test
    image = test.images[np.flatnonzero(test.labels == 4)[3]]
    path = tmp_path / "two-lines.png"
    Image.fromarray(255 - np.concatenate([image, image])).resize((280, 560)).save(path)
    assert main(["predict", "lenet", "--image", str(path), "--json"]) == 0
    printed = capsys.readouterr()
    assert "There is more than one line" in printed.out + printed.err
    assert '"known": [false, false]' in printed.out.replace("\n", " ").replace("  ", " ")


def test_pen_strokes_are_read_and_scored_where_labels_are_given(tmp_path, capsys):
    path = tmp_path / "digits.jsonl.gz"
    odd = [Drawing([], 0), Drawing([np.array([[3.0, 4.0]])], 1), Drawing([np.full((2, 2), np.nan)])]
    digits = [Drawing([np.array(stroke, float) for stroke in FOUR], 4)] * 2 + odd
    path.write_bytes(gzip.compress(strokes.dumps(digits).encode()))
    assert main(["predict", "dense", "--ink", str(path), "--json"]) == 0
    *_, left_out, last = capsys.readouterr().out.splitlines()
    result = json.loads(last)
    assert left_out == "1 without a label left out" and result["without_label"] == 1
    assert result["count"] == 4 == np.sum(result["confusion"])
    assert result["confusion"][4][4] == 2
    assert result["per_digit"][4] == 1 and result["per_digit"][9] is None
    assert result["accuracy"] == np.trace(result["confusion"]) / 4


def test_pen_strokes_without_labels_give_a_line_a_digit(tmp_path, capsys):
    path = tmp_path / "digits.jsonl"
    seven = Drawing([np.array(stroke) for stroke in SEVEN])
    path.write_text(strokes.dumps([seven, Drawing([np.full((2, 2), np.nan)]), seven]))
    assert main(["predict", "dense", "--one-look", "--ink", str(path), "--json"]) == 0
    first, empty, last, result = capsys.readouterr().out.splitlines()
    assert first == last and first.startswith("7 (")
    assert empty == "nothing drawn"
    assert json.loads(result) == {"count": 3, "digits": [[7], [], [7]]}


def test_a_number_in_pen_strokes_is_read_digit_by_digit(tmp_path, capsys):
    path = tmp_path / "numbers.jsonl"
    forty_seven = [np.array(s) for s in FOUR] + [np.array(s) + [200, 0] for s in SEVEN]
    path.write_text(strokes.dumps([Drawing(forty_seven)]))
    assert main(["predict", "lenet", "--ink", str(path), "--json"]) == 0
    assert last_json(capsys)["digits"] == [[4, 7]]


@pytest.mark.slow
def test_a_model_is_calibrated_in_its_file_and_keeps_its_weights(model_file, monkeypatch, capsys):
    monkeypatch.setattr(calibrate, "EACH", 50)
    before = json.loads(model_file.read_text())
    assert main(["calibrate", str(model_file), "--json"]) == 0
    result, after = last_json(capsys), json.loads(model_file.read_text())
    assert after["theta"] == before["theta"] and after["scores"] == before["scores"]
    assert after["certainty"]["temperature"] == result["temperature"]
    assert result["test_refused"] < 0.04
    assert result["kinds"]["noise"]["accepted"] < 0.5 < result["kinds"]["noise"]["auroc"]


def test_a_table_in_kaggles_form_trains_like_the_rest(tmp_path, capsys):
    test = dataset.load("mnist").test
    header = ",".join(["label", *(f"pixel{n}" for n in range(784))])
    rows = np.column_stack([test.labels[:1500], test.images[:1500].reshape(1500, 784)])
    path = tmp_path / "kaggle.csv"
    np.savetxt(path, rows, "%d", ",", header=header, comments="")
    settings = ["--set", f"dataset={path}", "epochs=10", "eval_every=null"]
    assert main(["train", "--recipe", "fast", *settings, "--json"]) == 0
    assert last_json(capsys)["test_accuracy"] > 0.7


def test_the_search_for_a_learning_rate_shows_a_curve_and_a_suggestion(capsys):
    assert main(["lr-find", "--recipe", "fast", "--set", "train_images=2000", "--json"]) == 0
    *picture, sentence, last = capsys.readouterr().out.splitlines()
    result = json.loads(last)
    assert len(picture) == 14 and "where the loss falls fastest" in sentence
    assert 1e-4 < result["suggestion"] < 1
    assert len(result["lrs"]) == len(result["losses"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["train", "--recipe", "nothing"],
            "there is no recipe 'nothing': use best, dense, fast, lenet",
        ),
        (["train", "--set", "lr=-1"], "lr is -1: it must be a number from 0 to 1000"),
        (["train", "--set", "speed=9"], "unknown setting 'speed'"),
        (["train", "--set", "dataset=nothing"], "nothing"),
        (["train", "--out", "no/such/folder/m.json"], "there is no folder no/such/folder"),
        (["train", "--out", "models"], "models cannot be saved: it is a folder"),
        (["train", "--out", "x" * 300], "cannot be saved: File name too long"),
        (
            ["train", "--set", "hidden=5000,5000", "--out", "large.json"],
            "large.json could not be opened again: it has 28,980,010 parameters",
        ),
        (
            ["train", "--recipe", DEEP, "--out", "deep.json"],
            "deep.json could not be opened again: it has 104 layers, more than 100",
        ),
        (["train", *QUICK, "--set", "lr=900"], "Try a learning rate"),
        (["evaluate", "nothing.json"], "nothing.json cannot be read"),
        (["evaluate", "README.md"], "is not a model this can use"),
        (["predict", "dense", "--image", "README.md"], "README.md"),
        (["predict", "dense", "--ink", "README.md"], "README.md, line 1: it is not JSON"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_on_stderr_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    *_, sentence = captured.err.strip().splitlines()
    assert sentence.startswith("error: ") and words in sentence
    assert "Traceback" not in captured.err


def test_a_model_of_other_images_or_fewer_classes_is_refused_with_a_sentence(tmp_path, capsys):
    small = Recipe(layers=dense_layers([4], classes=3), epochs=1)
    Trainer(small, TRAIN, VALIDATION).model().save(tmp_path / "small.json")
    assert main(["evaluate", str(tmp_path / "small.json"), "--dataset", "mnist"]) == 2
    assert "takes images of 6 × 6, and those of mnist are 28 × 28" in capsys.readouterr().err
    few = Recipe(layers=dense_layers([4], classes=3))
    path = tmp_path / "few.json"
    Model(list(few.layers), (28, 28), Network(few.layers, (28, 28)).theta, few).save(path)
    assert main(["evaluate", str(path), "--dataset", "mnist"]) == 2
    assert "has 3 outputs, too few for the 10 classes of mnist" in capsys.readouterr().err


def test_a_class_that_only_the_test_images_show_is_said_before_training(tmp_path, capsys):
    recipe, table = tmp_path / "recipe.json", tmp_path / "table.csv"
    layers = ["Flatten", {"layer": "Dense", "out_features": 3}, "LogSoftmax"]
    recipe.write_text(json.dumps({"layers": layers, "dataset": str(table)}))
    rows = np.zeros((70, 785), int)
    rows[:, 0] = [*np.arange(60) % 3, *[7] * 10]
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    np.savetxt(table, rows, "%d", ",", header=header, comments="")
    assert main(["train", "--recipe", str(recipe)]) == 0
    notes = capsys.readouterr().out.splitlines()
    assert "note: The training images lack the class 7, so no network can learn that." in notes
    assert "note: The network gets 4 outputs, one for each class." in notes


def test_the_module_runs_and_its_help_names_the_recipes():
    run = subprocess.run(
        [sys.executable, "-m", "netcore", "train", "--help"], capture_output=True, text=True
    )
    assert run.returncode == 0
    assert "best, dense, fast, lenet" in " ".join(run.stdout.split())
