"""Find out how sure a saved model may be, and what it does not know; written into its file."""

from dataclasses import replace

import numpy as np

import dataset
from dataset.variants import nondigits, views
from netcore.commands import MODELS, command
from netcore.confidence import calibration, subspaces
from netcore.confidence.reader import Reader
from netcore.model import ModelError, load

EACH = 1_000  # images of each kind that is not a digit


def add(commands):
    parser = command(
        commands,
        "calibrate",
        run_calibrate,
        "Fit a model's temperature and its threshold for what is not a digit on the validation "
        "images, and write both into its file.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="a model file, or a name in models/; it is written anew"
    )


def run_calibrate(options):
    path = MODELS / f"{options.model}.json"
    path = path if path.is_file() else options.model
    model = load(path)
    if tuple(model.input_shape) != (28, 28):
        raise ModelError("only models that read images of 28 × 28 can be calibrated")
    data = dataset.load(model.recipe.dataset)
    network, train, classes = model.network(), data.train, len(data.classes)
    digits = subspaces.of_images(train.images, train.labels, classes)
    validation, test = (views.of_images(split.images) for split in (data.validation, data.test))
    logits, hidden = calibration.see(network, validation)
    familiar = _familiar(network, train, classes)
    found = calibration.fit(
        logits,
        data.validation.labels,
        digits.strangeness(validation[:, 0]),
        familiar.strangeness(hidden) if familiar else None,
    )
    model = replace(model, certainty=found, familiar=familiar)
    model.save(path)
    reader = Reader(model, digits)
    result = {
        **found.to_json(),
        **_calibration(reader, test, data.test.labels, logits, data.validation.labels),
        "kinds": _kinds(reader, reader(validation).score, data),
    }
    _print(model, result)
    return result


def _familiar(network, train, classes):
    """What the last hidden layer makes of each class; only convolutions doubt better with it."""
    if not network.convolutional:
        return None
    chosen = subspaces.first_of_each(train.labels, classes)
    _, hidden = calibration.see(network, train.images[chosen][:, None])
    return subspaces.learn(hidden, train.labels[chosen], classes, subspaces.HIDDEN_AXES)


def _calibration(reader, test, labels, logits, validation_labels):
    """How well it comes true on the test set, and what averaging over looks does there."""
    reading, single = reader(test), reader(test[:, :1])
    before = calibration.Certainty().probabilities(logits)
    after = reader.certainty.probabilities(logits)
    return {
        "validation_error_before": calibration.calibration_error(before, validation_labels),
        "validation_error_after": calibration.calibration_error(after, validation_labels),
        "test_calibration_error": calibration.calibration_error(reading.probabilities, labels),
        "test_accuracy": float(np.mean(reading.answers == labels)),
        "test_accuracy_one_look": float(np.mean(single.answers == labels)),
        "test_refused": float(1 - reading.known.mean()),
    }


def _kinds(reader, score, data):
    """For each kind of non-digit: the share taken for a digit, and the AUROC against digits.

    Pairs and crossed-out digits are made of validation images.
    """
    rng = np.random.default_rng(0)
    kinds = {}
    for name, make in nondigits.KINDS.items():
        reading = reader(views.of_images(make(rng, EACH, data.validation.images)))
        kinds[name] = {
            "accepted": float(reading.known.mean()),
            "auroc": calibration.auroc(score, reading.score),
        }
    return kinds


def _print(model, result):
    print(
        f"{model.name}: temperature {result['temperature']:.3f}; calibration error on validation "
        f"{result['validation_error_before']:.4f} before, {result['validation_error_after']:.4f} "
        f"after, on test {result['test_calibration_error']:.4f}"
    )
    print(
        f"test accuracy {result['test_accuracy']:.2%} over {views.COUNT} looks, "
        f"{result['test_accuracy_one_look']:.2%} at one look; "
        f"{result['test_refused']:.2%} of the test digits refused"
    )
    for name, kind in result["kinds"].items():
        print(f"{name:>16}: {kind['accepted']:6.1%} taken for a digit, AUROC {kind['auroc']:.4f}")
