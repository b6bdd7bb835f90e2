"""Recognise digits in pictures, or in files of pen strokes."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import dataset
from dataset import DataError, strokes
from dataset.ink import digits
from dataset.pictures import photograph, picture
from dataset.strokes import Drawing
from dataset.variants.views import COUNT, of_images
from netcore import metrics
from netcore.commands import Commands, command, read_model
from netcore.confidence import subspaces
from netcore.confidence.classifier import CalibratedClassifier, Prediction
from netcore.confidence.subspaces import Subspaces

Read = Callable[[np.ndarray], Prediction]  # views (N, V, *input_shape) → answers


def add(commands: Commands) -> None:
    parser = command(
        commands, "predict", run_predict, "Recognise digits in pictures, or in pen strokes."
    )
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--image",
        nargs="+",
        metavar="FILE",
        type=Path,
        help="PNG, JPEG or WebP pictures, each of a digit or a number",
    )
    source.add_argument(
        "--ink",
        metavar="FILE",
        type=Path,
        help='pen strokes as JSON lines, gzipped or not: {"strokes": [[[x, y], …], …], '
        '"label": 7} per line, y down. Prints the accuracy on lines with a label, or the digit or '
        "number of each line if none has one",
    )
    parser.add_argument(
        "--one-view",
        "--one-look",  # its name before
        action="store_true",
        help=f"use one view of each digit instead of averaging over {COUNT}: "
        f"{COUNT} times faster, a little less accurate",
    )


def run_predict(options: Namespace) -> dict[str, Any]:
    """Print the answers, or their accuracy on drawings with labels."""
    model = read_model(options.model)
    classifier = CalibratedClassifier(model, _digits() if model.certainty else None)
    count = 1 if options.one_view else COUNT

    def read(views: np.ndarray) -> Prediction:
        return classifier(views[:, :count])

    if options.ink:
        return _read_ink(read, strokes.read(options.ink))
    return _read_images(read, options.image)


def _digits() -> Subspaces:
    """The subspaces of MNIST's digits, to reject what is not a digit."""
    data = dataset.load("mnist")
    return subspaces.of_images(data.train.images, data.train.labels, len(data.classes))


def _read_images(read: Read, paths: list[Path]) -> dict[str, Any]:
    predictions = []
    for path in paths:
        images, note = photograph.read(picture.open_picture(path), lambda views: read(views).score)
        if not len(images):
            raise DataError(f"{path}: {note} Use a picture with a digit on plain paper")
        found = read(of_images(images))
        print(f"{path}: {_words(found, note)}")
        predictions.append(
            {
                "file": str(path),
                "digit": int(found.answers[0]),
                "digits": found.answers.tolist(),
                "known": (found.accepted & (not note)).tolist(),
                "note": note,
                "probabilities": [round(float(p), 6) for p in found.probabilities[0]],
            }
        )
    return {"predictions": predictions}


def _words(found: Prediction, note: str = "") -> str:
    """7 (99.2%), or 42 (98.1%), or ? (perhaps 4), and why if there is a note."""
    number = "".join(str(answer) for answer in found.answers)
    if note or not found.accepted.all():
        return f"? (perhaps {number}) {note}".rstrip()
    return f"{number} ({found.probabilities.max(axis=1).prod():.1%})"


def _read_ink(read: Read, drawings: list[Drawing]) -> dict[str, Any]:
    labelled = [drawing for drawing in drawings if drawing.label is not None]
    if labelled:
        result = _score(read, labelled)
        if without := len(drawings) - len(labelled):
            print(f"{without:,} without a label left out")
        return {**result, "without_label": without}
    numbers = []
    for drawing in drawings:
        parts = digits.find(drawing.strokes, lambda views: read(views).score)
        if not parts:
            print("nothing drawn")
            numbers.append([])
            continue
        found = read(digits.views_of(parts))
        print(_words(found))
        numbers.append(found.answers.tolist())
    return {"count": len(drawings), "digits": numbers}


def _score(read: Read, drawings: list[Drawing]) -> dict[str, Any]:
    """Classify each drawing as one digit, and print how the answers compare with the labels."""
    labels = np.array([drawing.label for drawing in drawings])
    found = list(map(read, digits.batches([drawing.strokes for drawing in drawings])))
    answers = np.concatenate([part.answers for part in found])
    accepted = np.concatenate([part.accepted for part in found])
    accuracy = metrics.accuracy(answers, labels)
    classes = found[0].probabilities.shape[1]
    confusion = metrics.confusion(answers, labels, classes)
    per_digit = [
        float(row[digit] / row.sum()) if row.any() else None for digit, row in enumerate(confusion)
    ]
    print("true ╲ read" + "".join(f"{digit:>6}" for digit in range(classes)) + "     right")
    for digit, row in enumerate(confusion):
        right = f"{per_digit[digit]:>10.1%}" if row.any() else f"{'–':>10}"
        print(f"{digit:>11}" + "".join(f"{count or '·':>6}" for count in row) + right)
    print(f"{accuracy:.2%} of {len(labels):,} drawings read right")
    if not accepted.all():
        print(f"{1 - accepted.mean():.2%} would have been called not quite a digit")
    return {
        "accuracy": accuracy,
        "per_digit": per_digit,
        "confusion": confusion.tolist(),
        "count": len(labels),
        "refused": float(1 - accepted.mean()),
    }
