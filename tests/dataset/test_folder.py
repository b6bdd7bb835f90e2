"""Folders of IDX files by any usual name and of any usual kind of number."""

import gzip
import json

import numpy as np
import pytest

import dataset
from dataset import DataError, labels
from dataset.folder import FILES
from dataset.splits import MAX_CLASSES

TRAIN, TEST = 36, 24


def arrays():
    """Images and labels to train on, then those of the test."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (count, 8, 8), dtype=np.uint8) for count in (TRAIN, TEST)]
    for each in images:
        each[0, 0, :2] = 0, 255
    train, test = (np.arange(count, dtype=np.uint8) % 4 for count in (TRAIN, TEST))
    return images[0], train, images[1], test


def packed(array, order=">"):
    """The IDX file of an array of any type."""
    codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    magic = bytes([0, 0, codes[array.dtype.str[1:]], array.ndim])
    sides = np.array(array.shape, f"{order}u4").tobytes()
    return magic + sides + array.astype(array.dtype.newbyteorder(order)).tobytes()


def written(folder, names=FILES, change=None, pack=bytes):
    for name, array in zip(names, arrays(), strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(packed(array) if change is None else change(array)))
    return folder


def expect(data):
    train, labels, test, test_labels = arrays()
    np.testing.assert_array_equal(
        np.concatenate([data.train.images, data.validation.images]), train
    )
    np.testing.assert_array_equal(data.test.images, test)
    np.testing.assert_array_equal(data.test.labels, test_labels)
    assert data.classes == tuple("0123") and data.noun == "image" and not data.is_digits


def with_(pattern, test="t10k"):
    return [
        pattern.format(part=part, kind=kind, number=3 if kind == "images" else 1)
        for part in ("train", test)
        for kind in ("images", "labels")
    ]


NAMES = {
    "a dot": with_("{part}-{kind}.idx{number}-ubyte"),
    "capitals": [name.upper() for name in FILES],
    "emnist": with_("emnist-digits-{part}-{kind}-idx{number}-ubyte", "test"),
    "qmnist": with_("qmnist-{part}-{kind}-idx{number}-int", "test"),
    "underscores": with_("{part}_{kind}.idx", "test"),
    "a second download": with_("{part}-{kind}-idx{number}-ubyte (1)"),
    "torchvision": with_("MNIST/raw/{part}-{kind}-idx{number}-ubyte"),
    "kaggle": with_("{part}-{kind}-idx{number}-ubyte/{part}-{kind}-idx{number}-ubyte"),
}


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda x: gzip.compress(gzip.compress(x))])
def test_files_are_found_by_their_usual_names(tmp_path, names, pack):
    end = "" if pack is bytes else ".gz"
    written(tmp_path, [name + end for name in NAMES[names]], pack=pack)
    expect(dataset.load(tmp_path))


def test_the_path_of_one_of_the_files_is_enough(tmp_path):
    expect(dataset.load(written(tmp_path) / FILES[0]))


@pytest.mark.parametrize(
    "kinds",
    [
        lambda x: packed(x.astype("i4")),
        lambda x: packed(x.astype("i2"), "<"),
        lambda x: packed(x, "<"),
        lambda x: packed(x, "<")[3::-1] + packed(x, "<")[4:],
        lambda x: packed(x.astype("f8")),
        lambda x: packed(x / np.float32(255)) if x.ndim > 1 else packed(x),
        lambda x: packed(x.reshape(len(x), -1)) if x.ndim > 1 else packed(x),
        lambda x: packed(x[:, None]),
        lambda x: packed(np.eye(4, dtype=np.uint8)[x]) if x.ndim == 1 else packed(x),
        lambda x: packed(np.stack([x, x + 1], 1).astype("i4")) if x.ndim == 1 else packed(x),
    ],
    ids=["int32", "little int16", "little", "all little", "float", "0 … 1", "flat", "one channel",
         "one-hot", "QMNIST's columns"],
)  # fmt: skip
def test_numbers_of_other_kinds_are_read(tmp_path, kinds):
    data = dataset.load(written(tmp_path, change=kinds))
    expect(data)
    assert not data.verbatim or "flat" in "".join(data.notes) or data.notes == ()


def test_what_is_unusual_is_said(tmp_path):
    data = dataset.load(written(tmp_path, change=lambda x: packed(x, "<")))
    assert any("little-endian" in note for note in data.notes) and not data.verbatim


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1)])
def test_colour_is_read_with_its_channels_first_or_last(tmp_path, order):
    colours = np.random.default_rng(0).integers(0, 256, (TRAIN, 3, 9, 7), dtype=np.uint8)
    images = [colours, colours[:TEST]]

    def change(array):
        return packed(images.pop(0).transpose(order) if array.ndim > 1 else array)

    data = dataset.load(written(tmp_path, change=change))
    assert data.image_shape == (3, 9, 7)
    np.testing.assert_array_equal(data.test.images, colours[:TEST])


def test_of_several_sets_one_is_chosen_by_the_path(tmp_path):
    for name in ("digits", "letters"):
        written(tmp_path, with_(f"emnist-{name}-{{part}}-{{kind}}-idx{{number}}-ubyte", "test"))
    with pytest.raises(
        DataError, match="several sets: add one of emnist-digits, emnist-letters to"
    ):
        dataset.load(tmp_path)
    data = dataset.load(tmp_path / "emnist-digits")
    expect(data)
    assert data.name == "emnist-digits" and data.files[0].startswith("emnist-digits-train-images")


def test_the_repository_offers_each_set_of_a_folder(tmp_path, monkeypatch):
    written(tmp_path / "mnist")
    for name in ("digits", "letters"):
        pattern = f"emnist-{name}-{{part}}-{{kind}}-idx{{number}}-ubyte"
        written(tmp_path / "emnist", with_(pattern, "test"))
    monkeypatch.setattr(dataset, "ROOT", tmp_path)
    assert dataset.names() == ["mnist", "emnist/emnist-digits", "emnist/emnist-letters"]
    expect(dataset.load("emnist/emnist-digits"))


def test_emnist_letters_are_turned_and_named(tmp_path):
    names = with_("emnist-letters-{part}-{kind}-idx{number}-ubyte", "test")

    images = np.random.default_rng(0).integers(0, 256, (TRAIN, 28, 28), dtype=np.uint8)

    def change(array):
        letters = np.arange(len(array), dtype=np.uint8) % 26 + 1
        return packed(letters if array.ndim == 1 else images[: len(array)])

    data = dataset.load(written(tmp_path, names, change))
    assert data.classes == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ") and data.noun == "letter"
    np.testing.assert_array_equal(data.test.images, images[:TEST].swapaxes(1, 2))
    assert "The images were transposed, unlike MNIST's, so they were turned upright." in data.notes


def test_files_with_their_names_exchanged_are_named(tmp_path):
    names = [FILES[1], FILES[0], FILES[3], FILES[2]]
    with pytest.raises(
        DataError, match=f"{FILES[0]} is not an IDX file of images, it holds labels"
    ):
        dataset.load(written(tmp_path, names))


def test_a_missing_file_is_named_as_the_others_are(tmp_path):
    names = with_("emnist-digits-{part}-{kind}-idx{number}-ubyte", "test")
    written(tmp_path, names)
    (tmp_path / names[3]).unlink()
    with pytest.raises(DataError, match="^emnist-digits-test-labels-idx1-ubyte is missing in"):
        dataset.load(tmp_path)


def test_a_folder_of_something_else_says_what_it_needs(tmp_path):
    with pytest.raises(DataError, match="holds no IDX files: it needs train-images-idx3-ubyte, "):
        dataset.load(tmp_path)
    (tmp_path / "train.csv").touch()
    with pytest.raises(DataError, match=r"give the path of its table, train.csv\."):
        dataset.load(tmp_path)


def test_sizes_that_differ_are_refused(tmp_path):
    images = [np.zeros((TRAIN, 8, 8), np.uint8), np.zeros((TEST, 9, 9), np.uint8)]

    def change(array):
        return packed(images.pop(0) if array.ndim > 1 else array)

    with pytest.raises(DataError, match="holds images of 9 × 9 and .* of 8 × 8: use files of the"):
        dataset.load(written(tmp_path, change=change))


@pytest.mark.parametrize(
    "content",
    [
        "Hülle\nHose\nKleid\nSchuh".encode("latin-1"),
        "Hülle\r\nHose\r\nKleid\r\nSchuh\r\n\r\n".encode("utf-8-sig"),
        "Hülle\nHose\nKleid\nSchuh".encode("utf-16"),
        "0 Hülle\n1 Hose\n2 Kleid\n3 Schuh\n".encode(),
        "0: Hülle\n1: Hose\n2: Kleid\n3: Schuh\n".encode(),
        "# Kleidung\nHülle\nHose\nKleid\nSchuh\n".encode(),
        "3: Schuh\n2: Kleid\n1: Hose\n0: Hülle\n".encode(),
        "4. Schuh\n3. Kleid\n2. Hose\n1. Hülle\n".encode(),
        "label,name\n1,Hose\n0,Hülle\n2,Kleid\n3,Schuh\n".encode(),
        "Hülle, Hose, Kleid, Schuh\n".encode(),
        "['Hülle', 'Hose', 'Kleid', 'Schuh']".encode(),
        json.dumps(["Hülle", "Hose", "Kleid", "Schuh"]).encode(),
        json.dumps(["Hülle", "Hose", "Kleid", "Schuh"], indent=1).encode(),
        json.dumps({"3": "Schuh", "2": "Kleid", "1": "Hose", "0": "Hülle"}).encode(),
        json.dumps({"Schuh": 3, "Kleid": 2, "Hose": 1, "Hülle": 0}).encode(),
    ],
)
def test_classes_are_named_in_any_encoding(tmp_path, content):
    written(tmp_path)
    (tmp_path / "classes.txt").write_bytes(content)
    assert dataset.load(tmp_path).classes == ("Hülle", "Hose", "Kleid", "Schuh")


def test_numbers_that_are_no_labels_belong_to_the_names(tmp_path):
    written(tmp_path)
    (tmp_path / "classes.txt").write_text("10 km\n5 km\n21 km\n42 km\n")
    assert dataset.load(tmp_path).classes == ("10 km", "5 km", "21 km", "42 km")


def test_names_are_counted_against_the_labels(tmp_path):
    written(tmp_path)
    (tmp_path / "classes.txt").write_text("a\nb\nc")
    with pytest.raises(DataError, match="has 3 lines: write one name for each of the 4 classes"):
        dataset.load(tmp_path)
    (tmp_path / "classes.txt").write_text("a\nb\nc\nd\nnever seen")
    data = dataset.load(tmp_path)
    assert data.classes[-1] == "never seen"
    assert "The training images lack the class never seen, so no network can learn that." in (
        data.notes
    )


def test_a_training_file_sorted_by_label_is_shuffled_before_it_is_cut(tmp_path):
    written(tmp_path)
    (tmp_path / FILES[1]).write_bytes(packed(np.sort(arrays()[1])))
    data = dataset.load(tmp_path)
    assert any("sorted by label" in note for note in data.notes) and not data.verbatim
    assert len(set(data.validation.labels)) > 1


def test_two_classes_of_the_same_name_are_refused(tmp_path):
    written(tmp_path)
    for names in ("cat\n" * 4, "a\ncat\nb\n cat", "0 a\n1 cat\n2 b\n3 cat"):
        (tmp_path / "classes.txt").write_text(names)
        with pytest.raises(DataError, match="classes.txt in .* has the name 'cat' twice: give"):
            dataset.load(tmp_path)


def test_the_longest_names_in_the_longest_encoding_are_read_whole(tmp_path):
    written(tmp_path)
    names = [f"{n:02} {'Ü' * (labels.MAX_NAME - 3)}" for n in range(10, 10 + MAX_CLASSES)]
    (tmp_path / "classes.txt").write_bytes("\n".join(names).encode("utf-16"))
    assert dataset.load(tmp_path).classes == tuple(names)


@pytest.mark.parametrize("shape", [(1, 1), (1, 28), (28, 4)])
def test_images_too_small_to_show_anything_are_refused(tmp_path, shape):
    def change(array):
        images = np.zeros((len(array), *shape), np.uint8)
        return packed(images if array.ndim > 1 else array)

    with pytest.raises(DataError, match=r"holds images of \d+ × \d+ pixels: use 5 × 5 to 64 × 64"):
        dataset.load(written(tmp_path, change=change))


def test_a_packed_file_or_a_folder_in_the_place_of_one_is_named(tmp_path):
    written(tmp_path)
    zipped = (tmp_path / FILES[2]).rename(tmp_path / f"{FILES[2]}.zip")
    with pytest.raises(
        DataError, match="t10k-images-idx3-ubyte.zip is packed in a way that is not"
    ):
        dataset.load(tmp_path)
    zipped.unlink()
    (tmp_path / FILES[2]).mkdir()
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte is a folder without the file"):
        dataset.load(tmp_path)


def test_pictures_in_a_folder_for_each_class_are_named(tmp_path):
    for label in "01":
        (tmp_path / "train" / label).mkdir(parents=True)
        (tmp_path / "train" / label / "7.png").write_bytes(b"")
    with pytest.raises(DataError, match="holds pictures, such as those in 0, and no IDX files"):
        dataset.load(tmp_path)
