"""Folders of four IDX files: good ones are read, all others refused with a sentence."""

import gzip
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dataset
from dataset import DataError, idx
from dataset.folder import FILES

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = FILES


def packed(array):
    """The IDX file of a uint8 array."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def good_files(training=24, test=3):
    rng = np.random.default_rng(0)
    files = {}
    for images, labels, count in (
        (TRAIN_IMAGES, TRAIN_LABELS, training),
        (TEST_IMAGES, TEST_LABELS, test),
    ):
        files[images] = packed(rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
        files[labels] = packed(np.arange(count, dtype=np.uint8) % 10)
    return files


def load(folder, changes=None, **counts):
    """Load a folder of good files, some of them replaced."""
    for name, content in (good_files(**counts) | (changes or {})).items():
        (Path(folder) / name).write_bytes(content)
    return dataset.load(folder)


def test_plain_and_gzipped_files_hold_the_same(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "gzipped").mkdir()
    plain = load(tmp_path / "plain")
    for name, content in good_files().items():
        (tmp_path / "gzipped" / f"{name}.gz").write_bytes(gzip.compress(content))
    gzipped = dataset.load(tmp_path / "gzipped")
    assert gzipped.name == "gzipped"
    for name, split in plain.splits.items():
        np.testing.assert_array_equal(split.images, gzipped.splits[name].images)
        np.testing.assert_array_equal(split.labels, gzipped.splits[name].labels)


def test_the_last_twelfth_of_a_small_training_file_is_validation(tmp_path):
    data = load(tmp_path, training=24)
    assert [len(split) for split in data.splits.values()] == [22, 2, 3]
    np.testing.assert_array_equal(data.validation.labels, [2, 3])


def test_a_training_file_too_small_to_split_is_refused(tmp_path):
    with pytest.raises(DataError, match=f"{TRAIN_LABELS} holds 11 labels: provide 12 or more"):
        load(tmp_path, training=11)


def test_a_missing_file_is_named(tmp_path):
    load(tmp_path)
    (tmp_path / TEST_LABELS).unlink()
    with pytest.raises(DataError, match=f"{TEST_LABELS} is missing in {tmp_path.name}: add it"):
        dataset.load(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} is empty"):
        load(tmp_path, {TRAIN_IMAGES: b""})


@pytest.mark.parametrize("keep", [6, 15, 16, 1000, -1])
def test_a_truncated_file_is_refused_by_name(tmp_path, keep):
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} ends too early"):
        load(tmp_path, {TRAIN_IMAGES: good_files()[TRAIN_IMAGES][:keep]})


@pytest.mark.parametrize("keep", [3, 12, 1000, -4, -9])
def test_a_truncated_gzip_is_refused_by_name(tmp_path, keep):
    content = gzip.compress(good_files()[TRAIN_IMAGES])
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} ends too early"):
        load(tmp_path, {TRAIN_IMAGES: content[:keep]})


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_trailing_bytes_are_refused(tmp_path, pack):
    with pytest.raises(DataError, match=f"{TEST_LABELS} has bytes after its last"):
        load(tmp_path, {TEST_LABELS: pack(good_files()[TEST_LABELS] + b"\0")})


def test_a_gzip_whose_checksum_is_wrong_is_refused(tmp_path):
    content = bytearray(gzip.compress(good_files()[TEST_IMAGES]))
    content[-8] ^= 1
    with pytest.raises(DataError, match=f"{TEST_IMAGES} is damaged gzip"):
        load(tmp_path, {TEST_IMAGES: content})


def test_a_gzip_bomb_is_never_unpacked(tmp_path):
    bomb = gzip.compress(good_files()[TEST_IMAGES] + bytes(100_000_000), compresslevel=1)
    tracemalloc.start()
    with pytest.raises(DataError, match=f"{TEST_IMAGES} has bytes after its last"):
        load(tmp_path, {TEST_IMAGES: bomb})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("count", [0, idx.MAX_IMAGES + 1, 2**32 - 1])
def test_a_header_that_claims_nothing_or_too_much_is_refused(tmp_path, count):
    content = struct.pack(">HBB3I", 0, 8, 3, count, 28, 28)
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} claims to hold {count:,} images"):
        load(tmp_path, {TRAIN_IMAGES: content})


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"\0\0\x08\x01", "is not an IDX file of images, it holds labels"),
        (
            b"label,pixel0",
            "is not an IDX file of images: it starts with 6c 61 62 65, not with 00 00",
        ),
        (b"\x12\x34\x08\x03", "is not an IDX file of images: it starts with 12 34 08 03, not with"),
        (b"\0\0\x07\x03", "is not an IDX file of images: its number type 7 is unknown"),
        (b"\x89PNG", "is a picture"),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"version https://git-lfs", "is a pointer of Git LFS, not the data: run git lfs pull"),
        (b"PK\3\4", "is a zip file: unpack it"),
    ],
)
def test_a_file_of_another_kind_is_refused_as_what_it_is(tmp_path, start, reason):
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} {reason}"):
        load(tmp_path, {TRAIN_IMAGES: start + good_files()[TRAIN_IMAGES][len(start) :]})


@pytest.mark.parametrize("shape", [(65, 28), (28, 65), (28, 28, 4), (2, 28, 28), (785,), (0, 5)])
def test_images_that_are_too_large_or_none_are_refused(tmp_path, shape):
    images = packed(np.zeros((24, *shape), np.uint8))
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} holds images of .*: use 5 × 5 to 64 × 64"):
        load(tmp_path, {TRAIN_IMAGES: images})


def test_more_pixels_than_allowed_are_refused_before_they_are_allocated(tmp_path):
    content = struct.pack(">HBB3I", 0, 8, 3, 900_000, 64, 64)
    with pytest.raises(
        DataError, match="claims to hold 900,000 images: use a file of 1 to 195,312"
    ):
        load(tmp_path, {TRAIN_IMAGES: content})


def test_counts_that_disagree_are_refused(tmp_path):
    labels = packed(np.zeros(4, np.uint8))
    with pytest.raises(DataError, match=f"{TEST_IMAGES} holds 3 images and {TEST_LABELS} 4 labels"):
        load(tmp_path, {TEST_LABELS: labels})


def test_labels_of_either_file_are_the_classes_by_their_values(tmp_path):
    data = load(tmp_path, {TEST_LABELS: packed(np.array([0, 30, 9], np.uint8))})
    assert data.classes == (*"0123456789", "30") and not data.is_digits and data.noun == "image"
    assert data.test.labels.tolist() == [0, 10, 9]
    assert "The labels are 0, 1, 2 … 30: these 11 are the classes." in data.notes


def test_more_than_62_classes_are_refused(tmp_path):
    labels = packed(np.arange(63, dtype=np.uint8))
    images = packed(np.zeros((63, 28, 28), np.uint8))
    with pytest.raises(DataError, match="has 63 different labels .*: use at most 62 classes"):
        load(tmp_path, {TRAIN_LABELS: labels, TRAIN_IMAGES: images})


def test_one_class_is_refused(tmp_path):
    labels = packed(np.full(24, 255, np.uint8))
    with pytest.raises(
        DataError, match=f"{TRAIN_LABELS} has the label '255' everywhere .255 often"
    ):
        load(tmp_path, {TRAIN_LABELS: labels})


def test_ten_lines_beside_the_files_name_the_classes(tmp_path):
    names = tuple(f"letter {letter}" for letter in "ABCDEFGHIJ")
    assert load(tmp_path, {"classes.txt": "\n".join(names).encode()}).classes == names


def test_nine_class_names_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"classes.txt in .* has 9 lines"):
        load(tmp_path, {"classes.txt": b"x\n" * 9})


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(FILES),
    gzipped=st.booleans(),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
    tail=st.binary(max_size=8),
)
def test_a_file_broken_anyhow_is_read_or_refused_with_a_sentence(name, gzipped, cut, flips, tail):
    content = good_files(training=14)[name]
    content = bytearray(gzip.compress(content, compresslevel=1) if gzipped else content)
    for place, bits in flips:
        content[int(place * len(content))] ^= bits
    content = bytes(content[: round(cut * len(content))]) + tail
    with tempfile.TemporaryDirectory() as folder:
        try:
            data = load(folder, {name: content}, training=14)
        except DataError as error:
            assert name in str(error) or "images" in str(error)
        else:
            assert [len(split) for split in data.splits.values()] == [13, 1, 3]
            assert max(split.labels.max() for split in data.splits.values()) < len(data.classes)
