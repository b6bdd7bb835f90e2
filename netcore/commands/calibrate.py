"""Calibrate a saved model: its probabilities, and what it rejects. Written into its file."""

from argparse import Namespace
from dataclasses import replace
from typing import Any

import numpy as np

from dataset import Dataset, Split
from dataset.variants import nondigits, views
from netcore.commands import MODELS, Commands, command
from netcore.commands.data import split_for
from netcore.confidence import calibration, subspaces
from netcore.confidence.classifier import CalibratedClassifier
from netcore.confidence.subspaces import Subspaces
from netcore.model import Model, load
from netcore.network import Network

EACH = 1_000  # images of each kind of non-digit


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "calibrate",
        run_calibrate,
        "Fit a model's temperature and its threshold for what is none of its classes on the "
        "validation images, and write both into its file.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="a model file, or a name in models/; it is overwritten"
    )


def run_calibrate(options: Namespace) -> dict[str, Any]:
    """Fit on validation images, save, and print how well it works on test images and non-digits."""
    path = MODELS / f"{options.model}.json"
    path = path if path.is_file() else options.model
    model = load(path)
    data, _ = split_for(model, None, "validation")
    network, train = model.network(), data.train
    digits = subspaces.of_model(model, train.images, train.labels)
    classes = len(digits.planes)  # may be more than those of the dataset
    validation, test = (views.of_images(split.images) for split in (data.validation, data.test))
    logits, hidden = calibration.forward_views(network, validation)
    features = _feature_subspaces(network, train, classes)
    found = calibration.fit(
        logits,
        data.validation.labels,
        digits.novelty(validation[:, 0]),
        features.novelty(hidden) if features else None,
    )
    model = replace(model, certainty=found, feature_subspaces=features)
    model.save(path)
    classifier = CalibratedClassifier(model, digits)
    result = {
        **found.to_json(),
        **_calibration(classifier, test, data.test.labels, logits, data.validation.labels),
        "kinds": _kinds(classifier, classifier(validation).score, data),
    }
    _print(model, result, data)
    return result


def _feature_subspaces(network: Network, train: Split, classes: int) -> Subspaces | None:
    """Subspaces of the last hidden layer's features, for convolutional networks only."""
    if not network.convolutional:
        return None
    chosen = subspaces.first_of_each(train.labels, classes)
    _, hidden = calibration.forward_views(network, train.images[chosen][:, None])
    return subspaces.learn(hidden, train.labels[chosen], classes, subspaces.HIDDEN_AXES)


def _calibration(
    classifier: CalibratedClassifier,
    test: np.ndarray,
    labels: np.ndarray,
    logits: np.ndarray,
    validation_labels: np.ndarray,
) -> dict[str, float]:
    """Calibration errors, and accuracy on the test set with all views and with one."""
    several, single = classifier(test), classifier(test[:, :1])
    before = calibration.Certainty().probabilities(logits)
    after = classifier.certainty.probabilities(logits)
    return {
        "validation_error_before": calibration.calibration_error(before, validation_labels),
        "validation_error_after": calibration.calibration_error(after, validation_labels),
        "test_calibration_error": calibration.calibration_error(several.probabilities, labels),
        "test_accuracy": float(np.mean(several.answers == labels)),
        "test_accuracy_one_look": float(np.mean(single.answers == labels)),
        "test_refused": float(1 - several.accepted.mean()),
    }


def _kinds(
    classifier: CalibratedClassifier, score: np.ndarray, data: Dataset
) -> dict[str, dict[str, float]]:
    """For each kind of non-digit: the share accepted as digits, and the AUROC against digits.

    None for other images, of which letters or shapes may be some. Pairs and crossed-out digits are
    made from validation images.
    """
    rng = np.random.default_rng(0)
    kinds = {}
    if not data.is_digits or data.image_shape != (28, 28):
        return {}
    for name, make in nondigits.KINDS.items():
        found = classifier(views.of_images(make(rng, EACH, data.validation.images)))
        kinds[name] = {
            "accepted": float(found.accepted.mean()),
            "auroc": calibration.auroc(score, found.score),
        }
    return kinds


def _print(model: Model, result: dict[str, Any], data: Dataset) -> None:
    print(
        f"{model.name}: temperature {result['temperature']:.3f}; calibration error on validation "
        f"{result['validation_error_before']:.4f} before, {result['validation_error_after']:.4f} "
        f"after, on test {result['test_calibration_error']:.4f}"
    )
    print(
        f"test accuracy {result['test_accuracy']:.2%} over {views.COUNT} views, "
        f"{result['test_accuracy_one_look']:.2%} with one view; "
        f"{result['test_refused']:.2%} of the test {data.noun}s rejected"
    )
    if not result["kinds"]:
        print("how well it rejects other images is measured only for digits of 28 × 28 pixels")
    for name, kind in result["kinds"].items():
        print(f"{name:>16}: {kind['accepted']:6.1%} accepted as digits, AUROC {kind['auroc']:.4f}")
