"""A calibrated model tells the unknown by the images it was trained on, whichever these are."""

import json

import pytest

import dataset
from dataset.variants import views
from netcore import load
from netcore.__main__ import main
from netcore.commands import calibrate, own_subspaces
from netcore.confidence import subspaces
from netcore.confidence.classifier import CalibratedClassifier

OPTIONS = ["--recipe", "fast", "--set", "epochs=10", "eval_every=null"]


@pytest.fixture(scope="module")
def signs(tmp_path_factory):
    """A model that was trained and calibrated on a dataset of its own: dark signs on grey."""
    folder = tmp_path_factory.mktemp("signs")
    table, path = folder / "signs.csv", folder / "model.json"
    train = dataset.load("mnist").train[:3000]
    rows = zip(train.labels, 199 - (0.7 * train.images.reshape(-1, 784)).astype(int), strict=True)
    table.write_text("\n".join(",".join(["ABCDEFGHIJ"[k], *map(str, x)]) for k, x in rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate, "EACH", 20)
        assert main(["train", *OPTIONS, f"dataset={table}", "--out", str(path)]) == 0
        assert main(["calibrate", str(path)]) == 0
    return table, load(path)


def refused(model, digits, images):
    return 1 - CalibratedClassifier(model, digits)(views.of_images(images)[:, :1]).accepted.mean()


def test_a_model_of_another_dataset_accepts_the_images_of_that_one(signs):
    table, model = signs
    test, mnist = dataset.load(table).test, dataset.load("mnist").train
    assert refused(model, own_subspaces(model), test.images) < 0.1
    others = subspaces.of_images(mnist.images, mnist.labels, 10)
    assert refused(model, others, test.images) > 0.9  # as it was with the digits of MNIST


@pytest.mark.parametrize("name", ["gone.csv", "mnist"])
def test_without_its_dataset_a_model_accepts_all_and_the_command_says_so(signs, name, capsys):
    table, model = signs
    recipe = model.recipe.replace(dataset=name if name == "mnist" else str(table.parent / name))
    shape = (14, 56) if name == "mnist" else model.input_shape  # MNIST's images do not fit it
    model = calibrate.replace(model, recipe=recipe, input_shape=shape)
    assert own_subspaces(model) is None
    said = capsys.readouterr().err
    assert said.startswith("note: nothing but blank images is rejected") and "fast" in said
    classifier = CalibratedClassifier(model, None)
    assert classifier.lacks_images
    images = dataset.load(table).test.images.reshape(-1, *shape)
    assert classifier(images[:50, None]).accepted.all()


def test_a_model_with_more_outputs_than_its_dataset_has_classes_is_calibrated_too(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(calibrate, "EACH", 20)
    conv = {"layer": "Conv2d", "out_channels": 4, "kernel": 5, "stride": 3}
    layers = [conv, "ReLU", "Flatten", {"layer": "Dense", "out_features": 12}, "LogSoftmax"]
    recipe, path = tmp_path / "recipe.json", tmp_path / "model.json"
    recipe.write_text(json.dumps({"layers": layers, "steps": 20, "train_images": 2000}))
    assert main(["train", "--recipe", str(recipe), "--out", str(path)]) == 0
    assert main(["calibrate", str(path)]) == 0
    assert len(own_subspaces(load(path)).planes) == 12
