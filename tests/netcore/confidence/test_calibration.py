"""Probabilities that come true, and answers that are held back."""

import json
from dataclasses import replace

import numpy as np
import pytest

import netcore
from netcore.confidence import calibration
from netcore.confidence.calibration import Certainty
from netcore.confidence.classifier import CalibratedClassifier
from netcore.confidence.subspaces import Subspaces
from netcore.model import ModelError, loads

SPEC = ["Flatten", {"layer": "Dense", "out_features": 10}, "LogSoftmax"]


@pytest.fixture
def model():
    theta = np.random.default_rng(0).normal(0, 0.1, 7850).astype(np.float32)
    return netcore.Model(SPEC, (28, 28), theta, netcore.Recipe(name="mine"))


def overconfident(count=4000, times=3.0):
    """Logits that are `times` too large, with targets drawn from the true probabilities."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 10))
    noisy = logits + rng.gumbel(size=logits.shape)
    return times * logits, noisy.argmax(axis=1)


def test_the_temperature_is_how_much_too_sure_a_network_is():
    assert calibration.temperature(*overconfident(times=3.0)) == pytest.approx(3, rel=0.06)
    assert calibration.temperature(*overconfident(times=0.5)) == pytest.approx(0.5, rel=0.06)


def test_calibrated_probabilities_come_true():
    logits, targets = overconfident()
    found = Certainty(temperature=calibration.temperature(logits, targets))
    before = calibration.calibration_error(Certainty().probabilities(logits), targets)
    assert before > 0.15
    assert calibration.calibration_error(found.probabilities(logits), targets) < 0.03


def test_the_calibration_error_of_one_bin_is_worked_by_hand():
    probabilities = np.array([[0.9, 0.1]] * 4)
    assert calibration.calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(
        0.15
    )


def test_auroc_counts_pairs():
    assert calibration.auroc(np.array([3, 4]), np.array([1, 2])) == 1
    assert calibration.auroc(np.array([1, 3]), np.array([2, 3])) == 0.375
    assert calibration.auroc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5


def test_as_many_validation_digits_are_refused_as_allowed():
    logits, targets = overconfident()
    novelty = np.random.default_rng(1).normal(3, 0.3, logits.shape)
    for novelties in ([novelty], [novelty, novelty[::-1]]):
        found = calibration.fit(logits, targets, *novelties, reject_rate=0.02)
        rejected = found.in_distribution_score(logits, *novelties) < found.threshold
        assert np.mean(rejected) == pytest.approx(0.02)


def test_weak_evidence_and_a_strange_look_both_lower_the_score():
    found = Certainty(max_logit_median=10, novelty_median=3)
    logits, novelty = np.eye(10)[:1] * 10, np.full((1, 10), 3.0)
    typical = found.in_distribution_score(logits, novelty)
    assert typical == 0
    assert found.in_distribution_score(logits / 2, novelty) < typical
    assert found.in_distribution_score(logits, novelty + 1) < typical


def test_the_mean_logits_of_looks_are_those_of_the_network(model):
    looks = np.random.default_rng(0).integers(0, 256, (3, 4, 28, 28), dtype=np.uint8)
    network = model.network()
    log_probs = network.log_probs(looks.reshape(-1, 28, 28)).reshape(3, 4, 10).mean(axis=1)
    logits, _ = calibration.forward_views(network, looks)
    expected = np.exp(log_probs) / np.exp(log_probs).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Certainty().probabilities(logits), expected, rtol=1e-5)


def test_a_reader_says_what_it_does_not_know(model):
    images = np.random.default_rng(0).integers(0, 256, (2, 1, 28, 28), dtype=np.uint8)
    images[0] = 4  # nearly black
    model = replace(model, certainty=Certainty(max_logit_spread=1000, threshold=-1))
    digits = Subspaces(np.zeros((10, 1, 784), np.float32))  # all that is not black is strange
    assert CalibratedClassifier(model, digits)(images).accepted.tolist() == [True, False]


def test_what_the_hidden_layer_finds_strange_is_doubted_too(model):
    images = np.random.default_rng(0).integers(0, 256, (2, 1, 28, 28), dtype=np.uint8)
    _, hidden = calibration.forward_views(model.network(), images)
    digits = Subspaces(np.zeros((10, 1, 784), np.float32))
    familiar = Subspaces(np.tile(hidden[0], (10, 1, 1)))
    found = replace(model, certainty=Certainty())
    two = CalibratedClassifier(found, digits)(images).score * 2
    three = (
        CalibratedClassifier(replace(found, feature_subspaces=familiar), digits)(images).score * 3
    )
    assert three[0] - two[0] == pytest.approx(0, abs=1e-4)
    assert three[1] - two[1] < -3


def test_empty_paper_and_a_single_dot_are_never_known(model):
    images = np.zeros((2, 1, 28, 28), np.uint8)
    images[1, 0, 13:15, 13:15] = 255
    digits = Subspaces(np.zeros((10, 1, 784), np.float32))
    for each in (model, replace(model, certainty=Certainty(threshold=-100))):
        assert not CalibratedClassifier(each, digits)(images).accepted.any()


def test_a_model_that_was_never_calibrated_knows_everything_that_is_there(model):
    images = np.full((2, 1, 28, 28), 4, np.uint8)
    reading = CalibratedClassifier(model, Subspaces(np.full((10, 1, 784), 1e9, np.float32)))(images)
    assert reading.accepted.all()
    np.testing.assert_allclose(reading.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_file_keeps_the_certainty_and_an_old_one_has_none(model):
    found = Certainty(1.5, 10, 2, 3, 0.5, -2.25)
    assert loads(replace(model, certainty=found).dumps()).certainty == found
    assert "certainty" not in json.loads(model.dumps())
    assert loads(model.dumps()).certainty is None
    older = json.loads(replace(model, certainty=found).dumps())
    del older["certainty"]["hidden_middle"], older["certainty"]["hidden_spread"]
    assert loads(json.dumps(older)).certainty == found


def test_a_file_keeps_what_is_familiar_to_the_bit(model):
    planes = np.random.default_rng(0).normal(size=(10, 21, 784)).astype(np.float32)
    again = loads(replace(model, feature_subspaces=Subspaces(planes)).dumps())
    np.testing.assert_array_equal(again.feature_subspaces.planes, planes)
    assert loads(model.dumps()).feature_subspaces is None


@pytest.mark.parametrize("familiar", [7, "AAAA", "not base64"])
def test_a_file_with_an_unsound_familiar_is_refused(model, familiar):
    data = {**json.loads(model.dumps()), "familiar": familiar}
    with pytest.raises(ModelError, match="familiar"):
        loads(json.dumps(data))


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0},
        {"temperature": 1e9},
        {"threshold": "low"},
        {"evidence_spread": -1},
        {"strangeness_middle": True},
        {"more": 1},
    ],
)
def test_a_file_with_an_unsound_certainty_is_refused(model, change):
    data = json.loads(model.dumps())
    data["certainty"] = {**Certainty(threshold=0.0).to_json(), **change}
    with pytest.raises(ModelError, match="is not a model this can use: its "):
        loads(json.dumps(data))


def test_a_certainty_with_a_number_too_large_for_a_float_is_refused(model):
    text = replace(model, certainty=Certainty(threshold=-1.5)).dumps()
    with pytest.raises(ModelError, match="not finite"):
        loads(text.replace('"threshold": -1.5', '"threshold": -1e999'))
