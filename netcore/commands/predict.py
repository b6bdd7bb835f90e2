"""Read digits from pictures, or from files of pen strokes."""

from pathlib import Path

import numpy as np

from dataset import DataError, ink, picture, strokes
from netcore import metrics
from netcore.commands import command, read_model

DIGITS = 10


def add(commands):
    parser = command(
        commands, "predict", run_predict, "Read digits from pictures, or from pen strokes."
    )
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--image",
        nargs="+",
        metavar="FILE",
        type=Path,
        help="PNG, JPEG or WebP pictures of one digit each",
    )
    source.add_argument(
        "--ink",
        metavar="FILE",
        type=Path,
        help='pen strokes as JSON lines, .jsonl or .jsonl.gz: {"strokes": [[[x, y], …], …], '
        '"label": 7} a line; where labels are given, the accuracy is printed',
    )


def run_predict(options):
    network = read_model(options.model).network()
    if options.ink:
        return _read_ink(network, options.ink)
    return _read_images(network, options.image)


def _read_images(network, paths):
    predictions = []
    for path in paths:
        image = picture.from_picture(picture.open_picture(path))
        if not image.any():
            raise DataError(f"{path} shows no ink: give a picture with a digit on plain paper")
        probabilities = network.predict(image[None])[0]
        digit = int(probabilities.argmax())
        print(f"{path}: {digit} ({probabilities[digit]:.1%})")
        predictions.append(
            {
                "file": str(path),
                "digit": digit,
                "probabilities": [round(float(p), 6) for p in probabilities],
            }
        )
    return {"predictions": predictions}


def _read_ink(network, path):
    drawings = strokes.read(path)
    images = ink.draw_all([drawing.strokes for drawing in drawings])
    probabilities = network.predict(images)
    answers = probabilities.argmax(axis=1)
    labelled = [n for n, drawing in enumerate(drawings) if drawing.label is not None]
    if not labelled:
        for digit, values in zip(answers, probabilities, strict=True):
            print(f"{digit} ({values[digit]:.1%})")
        return {"count": len(drawings), "digits": answers.tolist()}
    labels = np.array([drawings[n].label for n in labelled])
    return _score(answers[labelled], labels)


def _score(answers, labels):
    """Print how the answers compare with the labels, (N,) both."""
    accuracy = metrics.accuracy(answers, labels)
    confusion = metrics.confusion(answers, labels, DIGITS)
    per_digit = [
        float(row[digit] / row.sum()) if row.any() else None for digit, row in enumerate(confusion)
    ]
    print("true ╲ read" + "".join(f"{digit:>6}" for digit in range(DIGITS)) + "     right")
    for digit, row in enumerate(confusion):
        right = f"{per_digit[digit]:>10.1%}" if row.any() else f"{'–':>10}"
        print(f"{digit:>11}" + "".join(f"{count or '·':>6}" for count in row) + right)
    print(f"{accuracy:.2%} of {len(labels):,} drawings read right")
    return {
        "accuracy": accuracy,
        "per_digit": per_digit,
        "confusion": confusion.tolist(),
        "count": len(labels),
    }
