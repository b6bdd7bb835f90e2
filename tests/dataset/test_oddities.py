"""What is odd with a dataset is said, and mended where it is sure."""

import dataclasses

import numpy as np
import pytest

import dataset
from dataset import Split, likeness, oddities
from dataset.likeness import TURNS, Orientation


@pytest.fixture(scope="module")
def mnist():
    data = dataset.load("mnist")
    parts = {name: split[:600] for name, split in data.splits.items()}
    return dataclasses.replace(data, **parts)


def changed(data, change):
    parts = {name: Split(change(s.images), s.labels) for name, s in data.splits.items()}
    return dataclasses.replace(data, **parts)


def test_mnist_itself_has_nothing_odd(mnist):
    assert oddities.examine(mnist).notes == () and dataset.load("mnist").notes == ()


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("turn", TURNS)
def test_digits_that_lie_otherwise_are_turned_and_it_is_said(mnist, turn, inverted):
    back = {
        "turned to the right": "turned to the left",
        "turned to the left": "turned to the right",
    }
    lie = TURNS[back.get(turn, turn)]  # the others undo themselves

    def change(images):
        return np.ascontiguousarray(255 - lie(images) if inverted else lie(images))

    data = oddities.examine(changed(mnist, change))
    np.testing.assert_array_equal(data.test.images, mnist.test.images)
    assert len(data.notes) == bool(turn) + inverted
    assert data.verbatim == (not turn and not inverted)


def test_images_unlike_digits_are_left_as_they_are(mnist):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (600, 28, 28), dtype=np.uint8)
    assert likeness.find(images, mnist.train.labels, mnist.classes) == Orientation()
    shuffled = rng.permutation(mnist.train.labels)
    turned = np.ascontiguousarray(mnist.train.images.swapaxes(1, 2))
    assert likeness.find(turned, shuffled, mnist.classes) == Orientation()
    letters = tuple("ABCDEFGHIJ")
    assert likeness.find(turned, mnist.train.labels, letters) == Orientation()


def test_other_images_on_white_paper_are_inverted_and_colours_are_not(mnist):
    small = 255 - mnist.train.images[:, 4:24, 4:24]
    small[:, [0, -1]] = small[:, :, [0, -1]] = 255
    letters = tuple("ABCDEFGHIJ")
    assert likeness.find(small, mnist.train.labels, letters) == Orientation(inverted=True)
    colours = np.repeat(small[:, None], 3, axis=1)
    assert likeness.find(colours, mnist.train.labels, letters) == Orientation()


@pytest.mark.parametrize(
    ("labels", "answer"),
    [
        (np.repeat(np.arange(10), 14), True),
        (np.repeat(np.arange(10), 14)[::-1], True),
        (np.tile(np.repeat(np.arange(10), 20), 2), True),
        (np.arange(140) % 10, False),
        (np.random.default_rng(0).integers(0, 10, 1000), False),
        (np.random.default_rng(0).integers(0, 2, 40), False),
        (np.repeat([0, 1], 5), False),
    ],
)
def test_sorted_is_told_from_chance(labels, answer):
    assert bool(oddities.is_sorted(labels)) == answer


def test_blank_images_are_counted(mnist):
    images = mnist.train.images.copy()
    images[:3] = 7
    data = dataclasses.replace(mnist, train=Split(images, mnist.train.labels))
    assert oddities.examine(data).notes == ("3 of the 1,800 images are blank.",)
    blank = changed(mnist, np.zeros_like)
    assert "All training images are blank: a network learns nothing from them." in (
        oddities.examine(blank).notes
    )


def test_classes_that_a_split_lacks_are_named_or_counted(mnist):
    def only(split, *digits):
        keep = np.isin(split.labels, digits)
        return Split(split.images[keep], split.labels[keep])

    data = dataclasses.replace(
        mnist,
        train=only(mnist.train, *range(9)),
        validation=only(mnist.validation, 3, 4),
        test=only(mnist.test, *range(3, 10)),
    )
    assert oddities.examine(data).notes == (
        "The training images lack the class 9, so no network can learn that.",
        "The validation images lack 8 of the 10 classes.",
        "The test images lack the classes 0, 1, 2.",
    )


def test_images_with_the_labels_of_digits_that_are_none_are_not_called_digits(mnist):
    patterns = np.random.default_rng(5).integers(0, 255, (10, 7, 7), np.uint8).repeat(4, 1)

    def change(images):
        return patterns.repeat(4, 2)[np.arange(len(images)) % 10]

    def relabelled(data):
        return {n: Split(s.images, np.arange(len(s), dtype=np.uint8) % 10) for n, s in data.items()}

    other = dataclasses.replace(mnist, **relabelled(changed(mnist, change).splits))
    found = oddities.examine(other)
    assert found.noun == "image" and found.classes[3] == "class 3"
    assert any("do not look like handwritten digits" in note for note in found.notes)
    few = dataclasses.replace(other, train=other.train[:90])  # too few to tell
    assert oddities.examine(few).is_digits and oddities.examine(mnist).is_digits


@pytest.mark.parametrize("count", [100, 150, 250])
def test_of_a_hundred_images_digits_are_told_from_others(mnist, count):
    few = mnist.train[:count]
    noise = np.random.default_rng(1).integers(0, 256, few.images.shape, dtype=np.uint8)
    assert likeness.are_digits(few.images, few.labels)
    assert not likeness.are_digits(noise, few.labels)


@pytest.mark.parametrize("count", [30, 600])
def test_blank_images_are_no_digits_and_their_classes_are_named_in_order(mnist, count):
    parts = {
        name: Split(np.zeros_like(split.images[:count]), split.labels[:count])
        for name, split in mnist.splits.items()
    }
    keep = parts["train"].labels != 8
    parts["train"] = Split(parts["train"].images[keep], parts["train"].labels[keep])
    found = oddities.examine(dataclasses.replace(mnist, **parts))
    assert found.noun == "image"
    assert "The training images lack class 8, so no network can learn that." in found.notes


@pytest.mark.parametrize("shape", [(1, 1), (1, 28), (28, 1), (5, 5)])
@pytest.mark.parametrize("fill", [np.zeros, lambda shape, kind: np.arange(shape[0]) % 10])
def test_images_however_small_are_compared_without_error(shape, fill):
    rows = np.zeros((400, *shape), np.uint8)
    rows += fill((400, 1, 1), np.uint8).reshape(-1, 1, 1).astype(np.uint8)
    assert likeness._without_margins(rows[:10].astype(float)).shape == (10, 16, 16)
    assert isinstance(likeness.are_digits(rows, np.arange(400, dtype=np.uint8) % 10), bool)
