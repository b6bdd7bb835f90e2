"""Choosing and loading a dataset; MNIST itself."""

import gzip
import hashlib
import os

import numpy as np
import pytest

import dataset
from dataset import DataError, folder

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@pytest.fixture(scope="module")
def mnist():
    return dataset.load("mnist")


@pytest.mark.parametrize("name", SHA256)
def test_the_files_of_mnist_are_the_published_ones(name):
    packed = (dataset.ROOT / "mnist" / f"{name}.gz").read_bytes()
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == SHA256[name]
    assert SHA256[name] in (dataset.ROOT / "mnist" / "SOURCE.md").read_text()


def test_mnist_splits_into_55_5_and_10_thousand(mnist):
    assert [len(split) for split in mnist.splits.values()] == [55_000, 5_000, 10_000]
    assert list(mnist.splits) == ["train", "validation", "test"]
    for split in mnist.splits.values():
        assert split.images.shape == (len(split), 28, 28)
        assert split.images.dtype == split.labels.dtype == np.uint8
        assert set(split.labels) == set(range(10))


def test_validation_is_the_end_of_the_training_file(mnist):
    packed = (dataset.ROOT / "mnist" / "train-labels-idx1-ubyte.gz").read_bytes()
    labels = np.frombuffer(gzip.decompress(packed), np.uint8)[8:]
    np.testing.assert_array_equal(mnist.train.labels, labels[:55_000])
    np.testing.assert_array_equal(mnist.validation.labels, labels[55_000:])


def test_training_and_validation_share_one_copy_of_the_file(mnist):
    assert mnist.train.images.base is mnist.validation.images.base
    assert mnist.train.images.base.nbytes == 60_000 * 28 * 28


def test_nobody_can_write_into_the_shared_arrays(mnist):
    for split in mnist.splits.values():
        for array in (split.images, split.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def test_digits_are_the_classes_unless_a_file_names_them(mnist):
    assert mnist.classes == tuple("0123456789")


def test_mnist_is_offered_first(monkeypatch, tmp_path):
    assert dataset.names()[0] == "mnist"
    for name in ("kmnist", "mnist", "fashion"):
        (tmp_path / name).mkdir()
        for file in folder.FILES:
            (tmp_path / name / file).touch()
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / folder.FILES[0]).touch()
    monkeypatch.setattr(dataset, "ROOT", tmp_path)
    assert dataset.names() == ["mnist", "fashion", "kmnist"]


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(dataset.DataError, match="no dataset 'mnits': choose mnist"):
        dataset.load("mnits")


def test_what_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for path, reason in (
        (tmp_path / "pipe", "pipe is a pipe or a device"),
        (tmp_path / "link", "link is a link to .*nowhere, which is not there"),
        ("https://example.org/mnist.csv", "is an address on the web: download it"),
    ):
        with pytest.raises(DataError, match=reason):
            dataset.load(path)
