"""netcore's scores are those of scikit-learn."""

import numpy as np
import pytest
from sklearn import decomposition
from sklearn import metrics as theirs

from netcore import functional, metrics
from netcore.analysis.pca import principal_axes
from netcore.confidence import calibration

SEEDS = range(40)


def drawn(seed):
    """(logits (N, K), targets (N,)) of a random size; some classes may not occur."""
    rng = np.random.default_rng(seed)
    count, classes = int(rng.integers(1, 60)), int(rng.integers(2, 12))
    logits = rng.normal(size=(count, classes)) * rng.choice([0.1, 1, 30])
    return logits, rng.integers(0, rng.integers(1, classes + 1), count)


@pytest.mark.parametrize("seed", SEEDS)
def test_accuracy_loss_and_confusion_of_random_answers(seed):
    logits, targets = drawn(seed)
    classes = np.arange(logits.shape[1])
    log_probs = functional.log_softmax(logits)
    score, predicted = metrics.score(log_probs, targets), logits.argmax(axis=1)
    assert score["accuracy"] == theirs.accuracy_score(targets, predicted)
    assert np.array_equal(
        score["confusion"], theirs.confusion_matrix(targets, predicted, labels=classes)
    )
    # scikit-learn cuts probabilities off at 2e-16, so its loss of a sure mistake is at most 36.
    of_targets = np.maximum(log_probs[np.arange(len(targets)), targets], np.log(2.0**-52))
    expected = theirs.log_loss(targets, np.exp(log_probs), labels=classes)
    assert -of_targets.mean() == pytest.approx(expected, rel=1e-9)
    if (of_targets > np.log(2.0**-52)).all():
        assert score["loss"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_area_under_the_roc_curve_of_scores_with_ties(seed):
    rng = np.random.default_rng(seed)
    inside, outside = (rng.integers(0, 9, rng.integers(1, 50)) + shift for shift in (1, 0))
    labels = [*[1] * len(inside), *[0] * len(outside)]
    expected = theirs.roc_auc_score(labels, [*inside, *outside])
    assert calibration.auroc(inside, outside) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_principal_axes_are_those_of_its_pca_up_to_their_sign(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 8)) * np.geomspace(1, 20, 8)  # variances far enough apart
    axes, _ = principal_axes((x - x.mean(axis=0)).astype(np.float64), 3)
    expected = decomposition.PCA(3).fit(x).components_
    np.testing.assert_allclose(np.abs(axes @ expected.T), np.eye(3), atol=1e-4)
