"""Augmentation: what it moves it moves as it says, seeded, and the digit stays the digit."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

import dataset
from dataset import DataError, Split
from dataset.variants.augment import LIMITS, Augment, build, builder, elastic_field, sample

ALL = Augment(2, 12, 0.15, 0.2, 1.0, 0.6, 0.05)


@pytest.fixture(scope="module")
def images():
    return dataset.load("mnist").train.images[:200]


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def middle(image):
    """Centre of mass (row, column)."""
    return np.array(ndimage.center_of_mass(image))


def test_without_strength_the_image_stays_as_it_is(images, rng):
    np.testing.assert_allclose(Augment()(images, None, rng), images / 255, atol=1e-6)


def test_the_same_seed_gives_the_same_images_and_another_seed_others(images):
    first, again, other = (ALL(images, None, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_originals_are_left_alone_and_the_copies_are_intensities(images, rng):
    before = images.copy()
    out = ALL(images, None, rng)
    assert np.array_equal(images, before)
    assert out.shape == images.shape and out.dtype == np.float32
    assert out.min() >= 0 and out.max() <= 1


def test_sampling_agrees_with_the_slow_interpolation_of_scipy(images, rng):
    y, x = rng.uniform(-3, 31, (2, 5, 28, 28)).astype(np.float32)
    fast = sample(images[:5], y, x)
    for image, rows, columns, result in zip(images, y, x, fast, strict=False):
        framed = np.pad(image / 255, 1)  # paper around it
        slow = ndimage.map_coordinates(framed, [rows + 1, columns + 1], order=1, mode="nearest")
        np.testing.assert_allclose(result, slow, atol=2e-3)


def test_a_shift_moves_the_ink_evenly_within_its_bounds(images, rng):
    moved = np.array([middle(after) - middle(before) for before, after in
                      zip(images, Augment(shift=2)(images, None, rng), strict=True)])  # fmt: skip
    assert np.abs(moved).max() < 2.1
    assert np.abs(moved.mean(axis=0)).max() < 0.3
    assert moved.std(axis=0) == pytest.approx(2 / np.sqrt(3), rel=0.15)


def test_a_rotation_turns_about_the_middle_by_at_most_its_angle(rng):
    bar = np.zeros((200, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    rows, columns = np.mgrid[:28, :28] - 13.5
    angles = []
    for image in Augment(rotation=20)(bar, None, rng):
        spread = (image * rows**2).sum(), (image * rows * columns).sum(), (image * columns**2).sum()
        angles.append(np.degrees(np.arctan2(2 * spread[1], spread[0] - spread[2]) / 2))
        assert np.abs(middle(image) - 13.5).max() < 0.1
    assert np.abs(angles).max() < 20.5 and np.ptp(angles) > 35


def test_scaling_changes_the_size_of_the_ink_both_ways(rng):
    square = np.zeros((300, 28, 28), np.uint8)
    square[:, 8:20, 8:20] = 255
    ink = Augment(scale=0.2)(square, None, rng).sum(axis=(1, 2)) / 144
    assert 0.6 < ink.min() < 0.75 and 1.3 < ink.max() < 1.5


def test_shear_slants_a_stem(rng):
    stem = np.zeros((300, 28, 28), np.uint8)
    stem[:, 4:24, 13:15] = 255
    out = Augment(shear=0.3)(stem, None, rng)
    slant = [(middle(image[4:8])[1] - middle(image[20:24])[1]) / 16 for image in out]
    assert np.abs(slant).max() < 0.32 and np.ptp(slant) > 0.5


def test_thickness_widens_and_thins(images, rng):
    ink = Augment(thickness=1)(images, None, rng).sum(axis=(1, 2)) / (images / 255).sum(axis=(1, 2))
    assert ink.min() < 0.7 and ink.max() > 1.3


def test_the_elastic_field_is_smooth_and_as_strong_as_asked(rng):
    field = elastic_field(500, (28, 28), 1.5, rng)
    assert field.shape == (500, 2, 28, 28)
    assert field[:, :, 14, 14].std() == pytest.approx(1.5, rel=0.1)
    assert np.abs(np.diff(field[:, :, 8:20, 8:20], axis=-1)).std() < 0.3


def test_noise_is_as_strong_as_asked(rng):
    grey = np.full((50, 28, 28), 128, np.uint8)
    assert (Augment(noise=0.1)(grey, None, rng) - 128 / 255).std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [-0.1, 1000, float("nan"), "much", True])
def test_a_strength_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(DataError, match=f"{name} is {value!r}: it must be from 0 to"):
        Augment(**{name: value})


def test_strengths_of_a_recipe_become_an_augmentation_and_unknown_ones_are_refused():
    assert build({"shift": 2, "elastic": 0.5}) == Augment(shift=2, elastic=0.5)
    assert build(None) is None and build({}) is None
    with pytest.raises(DataError, match="unknown augmentation 'blur': use shift, rotation"):
        build({"blur": 1})


def test_colours_move_together(images, rng):
    colours = np.stack([images, images // 2, 255 - images], axis=1)
    strengths = {"shift": 2, "rotation": 12, "scale": 0.15, "shear": 0.2, "elastic": 1.0}
    alone = Augment(**strengths)(images, None, np.random.default_rng(4))
    together = Augment(**strengths)(colours, None, rng)
    assert together.shape == colours.shape
    np.testing.assert_array_equal(together[:, 0], alone)
    np.testing.assert_allclose(together[:, 1], alone / 2, atol=0.005)


@pytest.mark.parametrize("name", ["habits", "thickness"])
def test_pens_do_not_write_in_colours(images, rng, name):
    with pytest.raises(
        DataError, match=f"{name} changes pen strokes, and these images have colours"
    ):
        Augment(**{name: 0.5})(np.stack([images] * 3, axis=1), None, rng)


def test_a_dataset_leaves_out_what_does_not_fit_its_images():
    mnist = dataset.load("mnist")
    strengths = {"shift": 2, "thickness": 0.5, "habits": 0.1}
    assert builder(mnist)(strengths) == Augment(**strengths) and builder(mnist)(None) is None
    letters = replace(mnist, classes=tuple("ABCDEFGHIJ"))
    assert builder(letters)(strengths) == Augment(shift=2, thickness=0.5)
    colour = replace(mnist, train=Split(np.zeros((2, 3, 9, 9), np.uint8), np.zeros(2, np.uint8)))
    assert builder(colour)(strengths) == Augment(shift=2)
    assert builder(colour)({"habits": 1}) is None
    for data in (mnist, letters):
        with pytest.raises(DataError, match="unknown augmentation 'blur'"):
            builder(data)({"blur": 1})
        with pytest.raises(DataError, match="habits is 2: it must be from 0 to 1"):
            builder(data)({"habits": 2})
