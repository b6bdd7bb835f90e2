"""Training and test files that were saved in different ways are each read as they are."""

import numpy as np
import pytest

import dataset
from dataset.folder import FILES


def packed(array, order=">"):
    """The IDX file of an array of any type."""
    codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    magic = bytes([0, 0, codes[array.dtype.str[1:]], array.ndim])
    sides = np.array(array.shape, f"{order}u4").tobytes()
    return magic + sides + array.astype(array.dtype.newbyteorder(order)).tobytes()


def mnist_files(folder, train=lambda x: x, test=lambda x: x):
    """600 images of MNIST for each part, changed, in four files; and the two parts."""
    data = dataset.load("mnist")
    parts = [data.train[:600], data.test[:600]]
    arrays = [train(parts[0].images), parts[0].labels, test(parts[1].images), parts[1].labels]
    for name, array in zip(FILES, arrays, strict=True):
        (folder / name).write_bytes(packed(np.ascontiguousarray(array)))
    return parts


SCALES = {
    "0 … 255": lambda x: x,
    "0 … 1": lambda x: x.astype("f4") / 255,
    "−1 … 1": lambda x: x.astype("f4") / 127.5 - 1,
}


@pytest.mark.parametrize("train", SCALES)
@pytest.mark.parametrize("test", SCALES)
def test_each_file_may_have_a_scale_of_its_own(tmp_path, train, test):
    parts = mnist_files(tmp_path, SCALES[train], SCALES[test])
    data = dataset.load(tmp_path)
    np.testing.assert_array_equal(data.train.images, parts[0].images[:550])
    np.testing.assert_array_equal(data.test.images, parts[1].images)
    assert len(data.notes) == (train != "0 … 255" or test != "0 … 255") + (
        train != test and "0 … 255" not in (train, test)
    )
    assert data.verbatim == (train == test == "0 … 255")


def test_black_and_white_beside_greys_is_scaled_by_itself(tmp_path):
    parts = mnist_files(tmp_path, test=lambda x: (x > 127).astype(np.uint8))
    data = dataset.load(tmp_path)
    np.testing.assert_array_equal(data.test.images, 255 * (parts[1].images > 127))
    (note,) = data.notes
    assert note.startswith("In t10k-images-idx3-ubyte: All pixels are 0 or 1")


LIES = {
    "": lambda x: x,
    "dark on light": lambda x: 255 - x,
    "transposed": lambda x: x.swapaxes(1, 2),
}


@pytest.mark.parametrize("train", LIES)
@pytest.mark.parametrize("test", LIES)
@pytest.mark.parametrize("names", ["", "A\nB\nC\nD\nE\nF\nG\nH\nI\nJ"], ids=["digits", "others"])
def test_each_file_is_turned_as_it_lies(tmp_path, train, test, names):
    parts = mnist_files(tmp_path, LIES[train], LIES[test])
    if names:
        (tmp_path / "classes.txt").write_text(names)
    data = dataset.load(tmp_path)
    known = train != "transposed" or not names  # which way letters lie nobody knows

    def right(images):
        return images if known else images.swapaxes(1, 2)

    np.testing.assert_array_equal(data.train.images, right(parts[0].images[:550]))
    np.testing.assert_array_equal(data.test.images, right(parts[1].images))
    if train != test and known:
        for which, lie in (("training", train), ("test", test)):
            said = [note for note in data.notes if f"The {which} images were {lie}" in note]
            assert len(said) == bool(lie)
