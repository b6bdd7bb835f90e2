"""Model files: exact to the bit, readable for good, and refused when they are hostile."""

import contextlib
import dataclasses
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netcore import ModelError, Recipe, Trainer, load, loads
from netcore.model import MAX_BYTES
from netcore.recipe import dense_layers

RNG = np.random.default_rng(3)
IMAGES, TARGETS = RNG.integers(0, 256, (60, 5, 4)).astype(np.uint8), RNG.integers(0, 3, 60)
RECIPE = Recipe(name="tiny", layers=dense_layers([6], dropout=0.2, classes=3), epochs=2)


@pytest.fixture(scope="module")
def trainer():
    trainer = Trainer(RECIPE, (IMAGES, TARGETS), (IMAGES[:9], TARGETS[:9]))
    next(trainer)
    trainer.change(lr=0.05, dropout=0.4)
    list(trainer)
    return trainer


@pytest.fixture(scope="module")
def text(trainer):
    return trainer.model({"test_accuracy": 0.5}).dumps()


def edited(text, **changes):
    return json.dumps({**json.loads(text), **changes})


def test_a_model_comes_back_with_identical_predictions_to_the_bit(trainer, text, tmp_path):
    trainer.model().save(tmp_path / "model.json")
    model = load(tmp_path / "model.json")
    assert np.array_equal(model.theta, trainer.network.theta)
    assert np.array_equal(model.network().predict(IMAGES), trainer.network.predict(IMAGES))
    assert loads(text).dumps() == text


def test_a_model_carries_its_recipe_its_changes_and_its_scores(text):
    model = loads(text)
    assert model.recipe == RECIPE
    assert model.changes == [[1, {"lr": 0.05, "dropout": 0.4}]]
    assert model.scores == {"test_accuracy": 0.5}


def test_what_batch_norm_remembers_is_part_of_the_model():
    conv = {"layer": "Conv2d", "out_channels": 3, "kernel": 2}
    layers = [conv, "BatchNorm", "ReLU", "GlobalAvgPool2d", "LogSoftmax"]
    trainer = Trainer(RECIPE.replace(layers=layers), (IMAGES, TARGETS), (IMAGES[:9], TARGETS[:9]))
    list(trainer)
    model = loads(trainer.model().dumps())
    assert len(model.buffers) == 6 and np.any(model.buffers[:3])
    assert np.array_equal(model.network().predict(IMAGES), trainer.network.predict(IMAGES))


def test_the_run_of_a_model_is_replayed_to_the_bit_from_its_file(text):
    model = loads(text)
    replayed = Trainer(*Recipe.from_run(text)[:1], (IMAGES, TARGETS), (IMAGES[:9], TARGETS[:9]),
                       Recipe.from_run(text)[1])  # fmt: skip
    list(replayed)
    assert np.array_equal(replayed.network.theta, model.theta)


def test_a_model_at_rest_cannot_be_written_to_and_its_networks_are_its_users_own(text):
    model = loads(text)
    with pytest.raises(ValueError, match="read-only"):
        model.theta[0] = 1
    model.network().theta[0] = 1
    assert not np.array_equal(model.network().theta[:1], [1])


@pytest.mark.parametrize("path", sorted(Path("models").glob("*.json")), ids=lambda p: p.stem)
def test_every_shipped_model_is_sound_and_small_and_says_how_good_it_is(path):
    model = load(path)
    assert model.network().predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
    assert 0.9 < model.scores["test_accuracy"] <= 1
    assert path.stat().st_size < 8_000_000


def spoiled(text):
    good = json.loads(text)
    wide = [{"layer": "Dense", "out_features": 10**9}, "LogSoftmax"]
    conv = {"layer": "Conv2d", "out_channels": 1}
    nan = "AADAfw==" + good["theta"][8:]
    return {
        "not JSON": "{",
        "empty": "",
        "a list": "[]",
        "another format": edited(text, format="keras"),
        "a version to come": edited(text, version=99),
        "a version that is no number": edited(text, version=[1]),
        "no spec": edited(text, spec=None),
        "an unknown layer": edited(text, spec=["Flatten", "Magic"]),
        "no layers": edited(text, spec=[]),
        "huge layers": edited(text, spec=["Flatten", *wide]),
        "many layers": edited(text, spec=["ReLU"] * 10_000),
        "a huge input": edited(text, input_shape=[10**6, 10**6]),
        "an input of no size": edited(text, input_shape=[-1, 4]),
        "too few parameters": edited(text, theta=good["theta"][:-8]),
        "too many parameters": edited(text, theta=good["theta"] * 2),
        "parameters that are not base64": edited(text, theta="!" * len(good["theta"])),
        "NaN among the parameters": edited(text, theta=nan),
        "buffers without a layer for them": edited(text, buffers="AAAAAA=="),
        "buffers that are no text": edited(text, buffers=[1, 2]),
        "a kernel larger than any image": edited(text, spec=[{**conv, "kernel": 10**9}]),
        "strips too large for memory": edited(
            text, spec=[{**conv, "kernel": 64, "padding": 63}], input_shape=[8, 4096, 4096]
        ),
        "NaN as a JSON constant": text.replace("0.5", "NaN"),
        "a recipe out of range": edited(text, recipe={"lr": -1}),
        "changes that are none": edited(text, changes=[1, 2]),
        "scores that are no numbers": edited(text, scores={"test_accuracy": {}}),
        "deep nesting": "[" * 500_000,
        "deep nesting within": edited(text)[:-1] + ', "spec": ' + "[" * 500_000,
        "bytes that are no text": b"\xff\xfe\x00",
    }


@pytest.mark.parametrize("kind", list(spoiled('{"theta": ""}')))
def test_a_hostile_file_is_refused_with_its_name_before_anything_large_is_allocated(text, kind):
    content = spoiled(text)[kind]
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"^upload\.json is not a model this can use: "):
            loads(content, "upload.json")
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_file_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ModelError, match=r"large\.json is over 64 MB"):
        load(path)


def test_a_missing_file_is_told_by_name():
    with pytest.raises(ModelError, match=r"nothing\.json cannot be read: No such file"):
        load("nothing.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
KEYS = ["version", "input_shape", "spec", "recipe", "changes", "scores", "theta"]


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(KEYS), value=JSON)
def test_whatever_stands_in_a_field_the_file_is_read_or_refused_but_never_crashes(text, key, value):
    with contextlib.suppress(ModelError):
        loads(edited(text, **{key: value}))


@pytest.mark.parametrize("broken", ["weights", "scores"])
def test_a_model_that_could_not_be_opened_again_is_not_saved(trainer, tmp_path, broken):
    model, path = trainer.model(), tmp_path / "broken.json"
    if broken == "weights":
        model = dataclasses.replace(model, theta=np.full_like(model.theta, np.inf))
    else:
        model = dataclasses.replace(model, scores={"test_loss": float("inf")})
    with pytest.raises(ModelError, match="broken.json is not a model this can use"):
        model.save(path)
    assert not path.exists()


def test_each_class_has_a_name_of_its_own(text):
    assert loads(edited(text, classes=["cat", "dog", "Cat"])).classes == ("cat", "dog", "Cat")
    with pytest.raises(ModelError, match="it names two classes 'cat': give each a name of its own"):
        loads(edited(text, classes=["cat", "dog", "cat"]))
