"""The proof bundle: it convinces without us, and it does not let itself be cheated."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import dataset
from dataset import idx
from netcore import Model, Network, Recipe
from netcore.__main__ import main
from netcore.layers import LAYERS
from netcore.proof import bundle
from netcore.proof import prove as program

MNIST = Path("dataset/mnist").resolve()
FILES = [str(MNIST / f"t10k-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")]
EVERY_KIND = [
    {"layer": "Conv2d", "out_channels": 3, "kernel": [3, 5], "stride": [1, 2], "padding": [0, 1]},
    "BatchNorm", {"layer": "LeakyReLU", "slope": 0.2}, {"layer": "MaxPool2d", "kernel": [2, 1]},
    {"layer": "Conv2d", "out_channels": 4}, "Sigmoid", "AvgPool2d", "Tanh", "GlobalAvgPool2d",
    {"layer": "Dense", "out_features": 12}, "BatchNorm", "ReLU", {"layer": "Dropout", "p": 0.5},
    {"layer": "Dense", "out_features": 10}, "LogSoftmax",
]  # fmt: skip


def prove(folder, *data):
    """Run the program of an unpacked bundle, with nothing of ours within its reach."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "prove.py"), *map(str, data)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


def unpack(content, folder):
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return folder


def weights(folder):
    with np.load(folder / "weights.npz") as file:
        return dict(file)


def pretend(folder, arrays):
    """Exchange the weights, and let the claim name the new ones."""
    np.savez(folder / "weights.npz", **arrays)
    claim = json.loads((folder / "claim.json").read_text())
    together = b"".join(arrays[name].tobytes() for name in sorted(arrays))
    claim["weights_sha256"] = hashlib.sha256(together).hexdigest()
    (folder / "claim.json").write_text(json.dumps(claim))


def test_the_program_knows_every_layer():
    tested = {entry if isinstance(entry, str) else entry["layer"] for entry in EVERY_KIND}
    assert set(program.LAYERS) == set(LAYERS) == tested | {"Flatten"}


@pytest.fixture
def of_every_kind(tmp_path):
    """The bundle of a network with every kind of layer, its data, and a digest of its answers."""
    images = dataset.load("mnist").test.images[:300]
    network = Network(EVERY_KIND, (28, 28), seed=1)
    noise = np.random.default_rng(5).normal(0, 0.2, network.parameters)
    network.theta += noise.astype(np.float32)
    network.forward(images, training=True)
    network.buffers[...] = network.batch_stats
    model = Model(EVERY_KIND, (28, 28), network.theta, Recipe(layers=EVERY_KIND),
                  buffers=network.buffers)  # fmt: skip
    labels = network.predict(images).argmax(axis=1).astype(np.uint8)
    assert len(set(labels)) > 2, "a network that always says the same would prove little"
    place = {"description": "some digits", "files": "some.npz", "rows": (0, 300)}
    return unpack(bundle.bundle(model, images, labels, **place), tmp_path), images, labels


@pytest.mark.slow
@pytest.mark.parametrize(("name", "claim"), [("seed", "9,798"), ("lenet", "9,957")])
def test_a_bundle_from_the_command_line_proves_its_score_on_mnist(name, claim, tmp_path, capsys):
    assert main(["prove", name, "--out", str(tmp_path / "bundle.zip")]) == 0
    assert "python prove.py t10k-images-idx3-ubyte.gz" in capsys.readouterr().out
    folder = unpack((tmp_path / "bundle.zip").read_bytes(), tmp_path / "unpacked")
    shown = prove(folder, *FILES)
    assert shown.returncode == 0, shown.stderr
    assert f"{claim} of 10,000 right" in shown.stdout and "The claim holds." in shown.stdout


def test_weights_that_were_exchanged_are_noticed(tmp_path):
    main(["prove", "seed", "--out", str(tmp_path / "bundle.zip")])
    folder = unpack((tmp_path / "bundle.zip").read_bytes(), tmp_path)
    arrays = weights(folder)
    arrays["1.W"][0, 0] += 1e-6
    np.savez(folder / "weights.npz", **arrays)
    shown = prove(folder, *FILES)
    assert shown.returncode == 1 and "other weights" in shown.stderr
    arrays["1.W"][:, :40] = 0
    pretend(folder, arrays)
    shown = prove(folder, *FILES)
    assert shown.returncode == 1 and "not as accurate as claimed" in shown.stderr


@pytest.mark.slow
def test_a_claim_about_validation_finds_its_rows_in_the_training_file(tmp_path):
    path = tmp_path / "bundle.zip"
    assert main(["prove", "seed", "--split", "validation", "--out", str(path)]) == 0
    folder = unpack(path.read_bytes(), tmp_path)
    assert json.loads((folder / "claim.json").read_text())["rows"] == [55_000, 60_000]
    shown = prove(folder, *(name.replace("t10k", "train") for name in FILES))
    assert shown.returncode == 0 and "4,910 of 5,000 right" in shown.stdout
    assert "not the images of the claim" in prove(folder, *FILES).stderr


def test_every_kind_of_layer_is_computed_as_netcore_does(of_every_kind):
    folder, images, labels = of_every_kind
    np.savez(folder / "some.npz", images=images, labels=labels)
    shown = prove(folder, "some.npz")
    assert shown.returncode == 0, shown.stderr
    assert "300 of 300 right" in shown.stdout


def test_a_table_of_pixels_will_do_for_data(of_every_kind):
    folder, images, labels = of_every_kind
    header = ",".join(["label", *(f"pixel{n}" for n in range(784))])
    rows = np.column_stack([labels, images.reshape(300, 784)])
    np.savetxt(folder / "some.csv", rows, "%d", ",", header=header, comments="")
    assert prove(folder, "some.csv").returncode == 0


def test_other_images_are_not_taken_for_those_of_the_claim(of_every_kind):
    folder, images, labels = of_every_kind
    np.savez(folder / "some.npz", images=images[::-1], labels=labels[::-1])
    shown = prove(folder, "some.npz")
    assert shown.returncode == 1 and "not the images of the claim" in shown.stderr


def test_the_recipe_in_the_bundle_can_be_trained_again(of_every_kind):
    folder, _, _ = of_every_kind
    recipe, changes = Recipe.from_run((folder / "recipe.json").read_text())
    assert list(recipe.layers) == EVERY_KIND and changes == []


def test_the_program_stays_short_and_asks_for_numpy_only():
    text = bundle.PROGRAM.read_text()
    assert len(text.splitlines()) <= 120
    assert "netcore" not in text and "scipy" not in text


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_place_leads_to_the_images_of_a_split(split):
    data = dataset.load("mnist")
    place = dataset.place(data, split)
    images = idx.read_images(MNIST / place.files.split()[0])[0].pieces[0].reshape(-1, 28, 28)
    assert np.array_equal(images[slice(*place.rows)], data.splits[split].images)
