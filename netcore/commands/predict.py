"""Read digits from pictures, or from files of pen strokes."""

from pathlib import Path

import numpy as np

import dataset
from dataset import DataError, strokes
from dataset.ink import digits
from dataset.pictures import photograph, picture
from dataset.variants.views import COUNT, of_images
from netcore import metrics
from netcore.commands import command, read_model
from netcore.confidence import calibration, subspaces
from netcore.confidence.reader import Reader

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
        help="PNG, JPEG or WebP pictures of a digit or a number each",
    )
    source.add_argument(
        "--ink",
        metavar="FILE",
        type=Path,
        help='pen strokes as JSON lines, gzipped or not: {"strokes": [[[x, y], …], …], '
        '"label": 7} a line, y down; of lines with a label the accuracy is printed, where none has '
        "one the digit or number of each line",
    )
    parser.add_argument(
        "--one-look",
        action="store_true",
        help=f"read each digit once instead of averaging over {COUNT} looks: "
        f"{COUNT} times faster, a little less right",
    )


def run_predict(options):
    model = read_model(options.model)
    reader = Reader(model, _digits() if model.certainty else None)
    count = 1 if options.one_look else COUNT

    def read(views):
        return reader(views[:, :count])

    if options.ink:
        return _read_ink(read, strokes.read(options.ink))
    return _read_images(read, options.image)


def _digits():
    """What MNIST's digits look like, to doubt what does not."""
    train = dataset.load("mnist").train
    return subspaces.learn(train.images, train.labels, DIGITS, calibration.PIXEL_AXES)


def _read_images(read, paths):
    predictions = []
    for path in paths:
        images = photograph.digits(picture.open_picture(path))
        if not len(images):
            raise DataError(f"{path} shows no ink: give a picture with a digit on plain paper")
        reading = read(of_images(images))
        print(f"{path}: {_words(reading)}")
        predictions.append(
            {
                "file": str(path),
                "digit": int(reading.answers[0]),
                "digits": reading.answers.tolist(),
                "known": reading.known.tolist(),
                "probabilities": [round(float(p), 6) for p in reading.probabilities[0]],
            }
        )
    return {"predictions": predictions}


def _words(reading):
    """7 (99.2%), or 42 (98.1%), or ? (perhaps 4)."""
    number = "".join(str(answer) for answer in reading.answers)
    if not reading.known.all():
        return f"? (perhaps {number})"
    return f"{number} ({reading.probabilities.max(axis=1).prod():.1%})"


def _read_ink(read, drawings):
    labelled = [drawing for drawing in drawings if drawing.label is not None]
    if labelled:
        result = _score(read, labelled)
        if without := len(drawings) - len(labelled):
            print(f"{without:,} without a label left out")
        return {**result, "without_label": without}
    numbers = []
    for drawing in drawings:
        found = digits.find(drawing.strokes, lambda views: read(views).score)
        if not found:
            print("nothing drawn")
            numbers.append([])
            continue
        reading = read(digits.views_of(found))
        print(_words(reading))
        numbers.append(reading.answers.tolist())
    return {"count": len(drawings), "digits": numbers}


def _score(read, drawings):
    """Read each drawing as one digit, and print how the answers compare with the labels."""
    labels = np.array([drawing.label for drawing in drawings])
    readings = list(map(read, digits.batches([drawing.strokes for drawing in drawings])))
    answers = np.concatenate([reading.answers for reading in readings])
    known = np.concatenate([reading.known for reading in readings])
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
    if not known.all():
        print(f"{1 - known.mean():.2%} would have been called not quite a digit")
    return {
        "accuracy": accuracy,
        "per_digit": per_digit,
        "confusion": confusion.tolist(),
        "count": len(labels),
        "refused": float(1 - known.mean()),
    }
