"""Examples and labels that cannot be right are refused, with a sentence that helps."""

import numpy as np
import pytest

from netcore import InputError, Network, Trainer, functional, losses, metrics
from netcore.checks import check_labels
from netcore.confidence import calibration
from netcore.recipe import dense_layers
from tests.netcore.test_trainer import RECIPE, TRAIN, VALIDATION

RNG = np.random.default_rng(0)
X, TARGETS = TRAIN[0][:8], np.arange(8) % 3
BAD_LABELS = {  # what is wrong with them: labels, the sentence
    "negative": (np.array([0, 1, 2, -1, 0, 1, 2, 0]), r"\[3\] is -1: the classes are 0…2"),
    "too large": (np.array([0, 1, 2, 0, 0, 1, 3, 0]), r"\[6\] is 3: the classes are 0…2"),
    "huge and unsigned": (np.full(8, 255, np.uint8), r"\[0\] is 255: the classes are 0…2"),
    "floats": (TARGETS.astype(float), r"float64: classes are integers.*astype\(int\)"),
    "booleans": (TARGETS == 1, "bool: classes are integers"),
    "text": (TARGETS.astype(str), "<U.*: classes are integers"),
    "one-hot": (np.eye(3, dtype=int)[TARGETS], r"argmax\(axis=1\)"),
    "a column": (TARGETS[:, None], r"the shape \(8, 1\), not \(N,\)"),
    "one label": (np.array(1), r"the shape \(\), not \(N,\)"),
    "too few": (TARGETS[:5], "5 .* for 8 examples"),
    "too many": (np.append(TARGETS, 0), "9 .* for 8 examples"),
}
BAD_X = {  # what is wrong with it: x, the sentence
    "integers": (X.astype(int), "int64: give pixels 0…255 as uint8, or floats scaled to 0…1"),
    "signed bytes": (X.astype(np.int8), "int8: give pixels"),
    "booleans": (X > 9, "bool: give pixels"),
    "complex": (X.astype(complex), "complex128: give pixels"),
    "objects": (X.astype(object), "object: give pixels"),
    "a list": (X.tolist(), r"a list: make it an array"),
    "one image": (X[0], r"\(6, 6\), but the network takes \(N, 6, 6\): .*x\[None\]"),
    "flat": (X.reshape(8, 36), r"\(8, 36\), .* takes \(N, 6, 6\): use x.reshape\(-1, 6, 6\)"),
    "a channel": (X[:, None], r"\(8, 1, 6, 6\), .*: use x.reshape\(-1, 6, 6\)"),
    "too large": (np.zeros((8, 7, 7), np.uint8), r"\(8, 7, 7\), .* takes \(N, 6, 6\): resize"),
    "a number": (np.array(1.0), r"the shape \(\)"),
}
BROKEN = np.where(np.arange(8) == 5, np.nan, X.T / 255).T.astype(np.float32)


def cases(table):
    return pytest.mark.parametrize(("bad", "sentence"), table.values(), ids=table)


@pytest.fixture
def network():
    return Network(dense_layers([5], classes=3), (6, 6))


@cases(BAD_LABELS)
def test_labels_are_refused_wherever_they_come_in(network, bad, sentence):
    log_probs = network.log_probs(X)
    for use in (
        lambda: network.loss_and_grad(X, bad),
        lambda: losses.softmax_cross_entropy(log_probs, bad, log_probs.copy(), 8),
        lambda: metrics.score(log_probs, bad),
        lambda: calibration.fit(log_probs, bad, log_probs),
        lambda: calibration.calibration_error(log_probs, bad),
    ):
        with pytest.raises(InputError, match=sentence):
            use()


@pytest.mark.parametrize("side", [0, 1])
def test_a_confusion_matrix_refuses_labels_and_answers_alike(side):
    for bad, sentence in BAD_LABELS.values():
        if len(bad.shape) == 1 and len(bad) == 8:
            with pytest.raises(InputError, match=sentence):
                metrics.confusion(*[(TARGETS, bad), (bad, TARGETS)][side], 3)


@pytest.mark.parametrize("bad", [bad for bad, _ in BAD_LABELS.values()], ids=list(BAD_LABELS))
def test_a_trainer_refuses_labels_before_the_first_step(bad):
    count = len(bad) if bad.ndim else 1
    if len(bad.shape) == 1 and bad.dtype.kind in "iu" and bad.min() >= 0 and count == 8:
        with pytest.raises(ValueError, match="out_features of at least"):
            Trainer(RECIPE, (X, bad), VALIDATION)
    else:
        with pytest.raises(InputError, match="targets of the training data"):
            Trainer(RECIPE, (X, bad), VALIDATION)
        with pytest.raises(InputError, match="targets of the validation data"):
            Trainer(RECIPE, TRAIN, (X, bad))


@cases(BAD_X)
def test_inputs_are_refused_wherever_they_come_in(network, bad, sentence):
    for use in (network.forward, network.log_probs, network.predict):
        with pytest.raises(InputError, match=sentence):
            use(bad)
    with pytest.raises(InputError, match=sentence):
        network.loss_and_grad(bad, TARGETS)
    with pytest.raises(InputError, match=sentence):
        Trainer(RECIPE, TRAIN, (bad, TARGETS))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_inputs_that_are_not_finite_are_refused_and_placed(network, value):
    broken = np.nan_to_num(BROKEN, nan=value)
    for use in (network.forward, network.log_probs, network.predict):
        with pytest.raises(InputError, match="NaN or infinity, first in example 5"):
            use(broken)
    with pytest.raises(InputError, match="x of the training data holds NaN .* example 5"):
        Trainer(RECIPE, (broken, TARGETS), VALIDATION)


def test_a_single_axis_is_no_examples():
    with pytest.raises(InputError, match=r"the shape \(8,\): add an axis of features"):
        Trainer(RECIPE, (np.zeros(8, np.float32), TARGETS), VALIDATION)


def test_a_sentence_stays_short_and_names_the_argument():
    for bad, _ in BAD_LABELS.values():
        with pytest.raises(InputError, match="^(there are . )?labels") as caught:
            check_labels(bad, 8, 3, "labels")
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64, np.uint64, ">i4"])
def test_labels_of_any_integer_type_are_the_same_labels(network, dtype):
    loss, right = network.loss_and_grad(X, TARGETS)
    assert network.loss_and_grad(X, TARGETS.astype(dtype)) == (loss, right)


def test_float_images_of_any_precision_are_computed_in_that_of_the_network(network):
    scaled = functional.scale_pixels(X)
    expected = network.log_probs(X)
    assert np.array_equal(network.log_probs(scaled), expected)
    doubled = network.forward(scaled.astype(np.float64))
    assert doubled.dtype == np.float32 and np.array_equal(doubled, expected)


@pytest.mark.parametrize("shape", [(2, 3, 4, 9), (2, 3, 36), (2, 3, 1, 6, 6), (2, 6, 6)])
def test_views_of_another_shape_are_refused(network, shape):
    with pytest.raises(InputError, match=r"a view has the shape .* the network takes \(N, 6, 6\)"):
        calibration.forward_views(network, np.zeros(shape, np.uint8))


def test_answers_and_targets_must_be_as_many_and_at_least_one():
    with pytest.raises(InputError, match="2 answers for 3 examples"):
        metrics.accuracy(np.array([0, 1]), np.array([0, 1, 1]))
    with pytest.raises(InputError, match="at least one"):
        metrics.accuracy(np.zeros(0, int), np.zeros(0, int))
