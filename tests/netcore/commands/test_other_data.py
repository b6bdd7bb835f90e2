"""The commands on data of other sizes, colours and classes than MNIST's."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

import dataset
from dataset import strokes
from dataset.strokes import Drawing
from dataset.variants import frame
from netcore.__main__ import main
from tests.handwriting import SEVEN

NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def table(path, images, labels):
    """A CSV file of images (N, …) uint8, in colour pixel by pixel."""
    rows = np.column_stack([np.asarray(labels, object), images.reshape(len(images), -1)])
    path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


def trained(folder, name, images, labels, **settings):
    """A model trained on such data, and its file and theirs."""
    data, model = table(folder / f"{name}.csv", images, labels), folder / f"{name}.json"
    changes = [f"{key}={value}" for key, value in {"epochs": 15, **settings}.items()]
    command = ["train", "--recipe", "fast", "--set", f"dataset={data}", *changes]
    assert main([*command, "--out", str(model)]) == 0
    return data, model


@pytest.fixture(scope="module")
def small(folder):
    """8 × 8 pixels from 0 to 16, as scikit-learn's digits."""
    train = dataset.load("mnist").train[:1500]
    images = frame.fit(train.images, (8, 8), 1.0)
    return trained(folder, "small", np.rint(images / 255 * 16).astype(int), train.labels)


@pytest.fixture(scope="module")
def letters(folder):
    """26 classes of 12 × 12 pixels that a network tells apart by one bright row or column."""
    labels = np.arange(780) * 7 % 26
    images = np.random.default_rng(0).integers(0, 60, (780, 12, 12))
    for image, label in zip(images, labels, strict=True):
        image[label % 12] += 80
        image[:, label // 12] += 80
    return trained(folder, "letters", images, [NAMES[k] for k in labels])


@pytest.fixture(scope="module")
def colours(folder):
    """Two classes in colour: red or blue."""
    labels = np.random.default_rng(0).integers(0, 2, 300)
    images = np.random.default_rng(1).integers(0, 60, (300, 10, 10, 3))
    images[np.arange(300), :, :, 2 * labels] += 150
    return trained(folder, "colours", images, np.array(["red", "blue"])[labels])


def run(capsys, *arguments):
    """Exit code, and what is printed on stdout and stderr."""
    capsys.readouterr()
    code = main(list(map(str, arguments)))
    return code, *capsys.readouterr()


@pytest.mark.parametrize("which", ["small", "letters", "colours"])
def test_such_data_train_evaluate_calibrate_and_prove(which, request, folder, capsys, tmp_path):
    data, model = request.getfixturevalue(which)
    code, out, _ = run(capsys, "evaluate", model, "--json")
    result = json.loads(out.splitlines()[-1])
    assert code == 0 and result["test_accuracy"] > 0.8
    classes = len(dataset.load(data).classes)
    assert np.shape(result["confusion"]) == (classes, classes)
    code, out, _ = run(capsys, "calibrate", model)
    assert code == 0 and "digit" not in out.replace("digits of 28 × 28", "").replace(
        "test digits", ""
    )
    assert run(capsys, "prove", model, "--out", tmp_path / "proof.zip")[0] == 0
    proof = tmp_path / "proof"
    zipfile.ZipFile(tmp_path / "proof.zip").extractall(proof)
    command = [sys.executable, "prove.py", str(tmp_path / "proof.npz")]
    done = subprocess.run(command, cwd=proof, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("The claim holds.\n")


def test_notes_stand_before_the_training(small, capsys):
    data, _ = small
    settings = [f"dataset={data}", "epochs=1", "hidden=8"]
    _, out, _ = run(capsys, "train", "--recipe", "fast", "--set", *settings)
    first, second, *_, last = out.splitlines()
    assert first == "note: The file has no header: its column 1 was taken for the label."
    assert second == "note: The pixels go from 0 to 16. They were multiplied by 255/16."
    assert last.startswith("fast: ")


def test_a_recipe_for_digits_gets_one_output_for_each_class(letters, capsys):
    data, model = letters
    assert json.loads(model.read_text())["spec"][-2]["out_features"] == 26
    grid = ["--grid", "hidden=4,8", "--set", f"dataset={data}", "epochs=1"]
    code, out, _ = run(capsys, "sweep", *grid, "--json")
    assert code == 0 and "note: The network gets 26 outputs, one for each class." in out
    assert [r["status"] for r in json.loads(out.splitlines()[-1])["results"]] == ["done"] * 2


def test_pen_habits_are_left_out_where_they_do_not_fit_and_it_is_said(letters, colours, capsys):
    augment = 'augment={"shift": 1, "habits": 0.5, "thickness": 0.2}'
    for (data, _), names in ((letters, "habits"), (colours, "thickness and habits")):
        settings = ["--set", f"dataset={data}", "epochs=1", augment]
        code, out, _ = run(capsys, "train", "--recipe", "fast", *settings)
        assert code == 0 and f"note: Augmentation leaves out {names}, which would not fit" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["evaluate", "small", "--dataset", "mnist"],
            "takes images of 8 × 8, and those of mnist are",
        ),
        (["evaluate", "seed", "--dataset", "small"], "takes images of 28 × 28, and those of small"),
        (["predict", "colours", "--ink", "ink"], "takes images in colour: give it pictures"),
        (["predict", "letters", "--ink", "ink"], "does not know the digit 7: choose a model of"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, reason, small, letters, colours, tmp_path, capsys):
    (tmp_path / "ink").write_text(strokes.dumps([Drawing([np.array(s) for s in SEVEN], 7)]))
    files = {"small": small[0 if "--dataset" in arguments[2:] and arguments[1] == "seed" else 1],
             "letters": letters[1], "colours": colours[1], "ink": tmp_path / "ink"}  # fmt: skip
    code, _, error = run(capsys, *(files.get(each, each) for each in arguments))
    assert code == 2 and reason in error


def test_classes_are_matched_by_their_names(folder, capsys):
    test = dataset.load("mnist").test
    some = np.flatnonzero(np.isin(test.labels, [3, 8]))[:300]
    threes = table(folder / "threes.csv", test.images[some], test.labels[some])
    assert dataset.load(threes).classes == ("3", "8")
    code, out, _ = run(capsys, "evaluate", "seed", "--dataset", threes, "--json")
    assert code == 0 and json.loads(out.splitlines()[-1])["test_accuracy"] > 0.9
    other = table(folder / "others.csv", test.images[:100], test.labels[:100] + 1)
    code, _, error = run(capsys, "evaluate", "seed", "--dataset", other)
    assert code == 2 and "does not know the class '10' of others.csv" in error


def test_drawings_and_pictures_are_fitted_to_the_size_of_the_model(small, tmp_path, capsys):
    (tmp_path / "ink").write_text(strokes.dumps([Drawing([np.array(s, float) for s in SEVEN])]))
    code, out, _ = run(capsys, "predict", small[1], "--ink", tmp_path / "ink", "--json")
    assert code == 0 and json.loads(out.splitlines()[-1])["digits"] == [[7]]


def test_a_picture_in_colour_is_named_by_its_class(colours, tmp_path, capsys):
    for name, channel in (("red", 0), ("blue", 2)):
        picture = np.full((80, 60, 3), 30, np.uint8)
        picture[..., channel] = 180
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    files = [tmp_path / "red.png", tmp_path / "blue.png"]
    code, out, _ = run(capsys, "predict", colours[1], "--image", *files, "--json")
    found = json.loads(out.splitlines()[-1])["predictions"]
    assert code == 0 and [each["classes"] for each in found] == [["red"], ["blue"]]


def test_one_bad_picture_of_many_gets_its_sentence_and_the_others_are_read(tmp_path, capsys):
    test = dataset.load("mnist").test
    for digit in (3, 7):
        image = test.images[np.flatnonzero(test.labels == digit)[3]]
        Image.fromarray(255 - image).resize((280, 280)).save(tmp_path / f"{digit}.png")
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    files = [tmp_path / f"{name}.png" for name in ("3", "blank", "text", "gone", "7")]
    code, out, error = run(capsys, "predict", "dense", "--image", *files, "--json")
    result = json.loads(out.splitlines()[-1])
    assert code == 1
    assert [each["digit"] for each in result["predictions"]] == [3, 7]
    assert [each["file"] for each in result["errors"]] == list(map(str, files[1:4]))
    assert "No digit was found" in result["errors"][0]["error"]
    assert error.count("error: ") == 3 and "gone.png cannot be read" in error


def test_nothing_that_can_be_read_is_exit_code_2(tmp_path, capsys):
    files = [tmp_path / "gone.png", tmp_path / "lost.png"]
    code, out, error = run(capsys, "predict", "dense", "--image", *files, "--json")
    assert code == 2 and len(json.loads(out)["errors"]) == 2 and error.count("error: ") == 2
    code, out, error = run(capsys, "predict", "dense", "--image", files[0])
    assert (code, out) == (2, "") and error.count("error: ") == 1


def test_the_help_says_what_the_exit_codes_mean(capsys):
    with pytest.raises(SystemExit):
        main(["predict", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "1 if some of several pictures could not be" in text


def test_a_model_whose_data_are_gone_still_reads_and_says_what_it_cannot(
    small, folder, tmp_path, capsys
):
    model = json.loads(small[1].read_text())
    model["recipe"]["dataset"] = str(folder / "gone.csv")
    (tmp_path / "model.json").write_text(json.dumps(model))
    (tmp_path / "ink").write_text(strokes.dumps([Drawing([np.array(s, float) for s in SEVEN])]))
    code, out, _ = run(capsys, "predict", tmp_path / "model.json", "--ink", tmp_path / "ink")
    note, answer = out.splitlines()
    assert code == 0 and note.startswith("note: There is no dataset") and "are numbers" in note
    assert answer[0] in "0123456789?"
