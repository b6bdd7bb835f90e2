"""Recognise digits, letters or other classes in pictures, or in files of pen strokes."""

import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import dataset
from dataset import CLASSES, DataError, Dataset, strokes
from dataset.ink import digits
from dataset.ink.render import FIELD
from dataset.pictures import photograph, picture
from dataset.splits import noun
from dataset.strokes import Drawing
from dataset.variants import frame
from dataset.variants.views import COUNT, of_images
from netcore import metrics
from netcore.commands import Commands, command, own_subspaces, read_model
from netcore.confidence.classifier import CalibratedClassifier, Prediction
from netcore.model import Model, ModelError

KINDS = {"digit": "a digit", "letter": "a letter", "image": "one of its classes"}
DRAWN = (FIELD, FIELD)  # pixels, of the drawings and digits that `dataset` makes
SOME_FAILED = 1  # exit code if some of several files could not be read


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "predict",
        run_predict,
        "Recognise digits, or the classes of another dataset, in pictures or in pen strokes.",
        "Exit code: 0 if all files were read; 1 if some of several pictures could not be, which "
        "are named on stderr and, with --json, under errors; 2 if nothing could be read.",
    )
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--image",
        nargs="+",
        metavar="FILE",
        type=Path,
        help="PNG, JPEG or WebP pictures, each of a digit, a number or what else the model knows",
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
        help=f"use one view of each drawing instead of averaging over {COUNT}: "
        f"{COUNT} times faster, a little less accurate",
    )


def run_predict(options: Namespace) -> dict[str, Any]:
    """Print the answers, or their accuracy on drawings with labels."""
    reader = open_reader(read_model(options.model), 1 if options.one_view else COUNT)
    if options.ink:
        if len(reader.shape) > 2:
            raise ModelError(f"{reader.name} takes images in colour: give it pictures with --image")
        return _read_ink(reader, strokes.read(options.ink))
    return _read_images(reader, options)


@dataclass(frozen=True)
class Reader:
    """`reader(views)` → Prediction, for views (N, V, 28, 28) as drawings have them.

    They are fitted to images of `shape`; pictures in colour have that shape already.
    """

    name: str
    classifier: CalibratedClassifier
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    kind: str  # what it reads, such as "a digit"
    views: int  # how many of them are used
    ink_share: float  # see `frame`

    def __call__(self, views: np.ndarray) -> Prediction:
        views = views[:, : self.views]
        if views.shape[2:] != self.shape:
            views = frame.fit(views, self.shape, self.ink_share)
        return self.classifier(views)

    @property
    def of_digits(self) -> bool:
        """Whether it reads the ten digits, and so numbers of several."""
        return self.classes == CLASSES

    def names(self, found: Prediction) -> list[str]:
        return [self.classes[answer] for answer in found.answers]


def open_reader(model: Model, views: int) -> Reader:
    """What reads with a model. Its dataset says what the answers mean and what is none of them."""
    shape, outputs = tuple(model.input_shape), model.network().output_shape[0]
    if len(shape) not in (2, 3) or len(shape) == 3 and shape[0] != 3:
        raise ModelError(f"{model.name} does not take images: choose another model")
    data = None if model.recipe.dataset == "mnist" and shape == DRAWN else _own_data(model)
    classes = model.classes or (data.classes if data else CLASSES)
    kind = KINDS[noun(classes)]
    if len(classes) < outputs:  # more outputs than classes, or a dataset that is gone
        classes = (*classes, *map(str, range(len(classes), outputs)))
    share = frame.ink_share(data.train.images) if data and len(shape) == 2 else frame.SHARE
    classifier = CalibratedClassifier(model, own_subspaces(model, data))
    return Reader(model.name, classifier, shape, classes, kind, views, share)


def _own_data(model: Model) -> Dataset | None:
    """The dataset that a model was trained on; None, and a printed note, if it is gone."""
    try:
        data = dataset.load(model.recipe.dataset)
    except DataError as error:
        print(f"note: {error}{'' if model.classes else ' So answers are numbers.'}")
        return None
    return data if data.image_shape == tuple(model.input_shape) else None


def _read_images(reader: Reader, options: Namespace) -> dict[str, Any]:
    """Read each picture. One that cannot be read gets a sentence, and the others are read."""
    predictions, errors = [], []
    for path in options.image:
        try:
            found, note = _read_picture(reader, path)
        except DataError as error:
            errors.append({"file": str(path), "error": str(error)})
            if len(options.image) > 1:
                print(f"error: {error}", file=sys.stderr)
            continue
        print(f"{path}: {_words(reader, found, note)}")
        predictions.append(
            {
                "file": str(path),
                "digit": int(found.answers[0]),
                "digits": found.answers.tolist(),
                **({} if reader.of_digits else {"classes": reader.names(found)}),
                "known": (found.accepted & (not note)).tolist(),
                "note": note,
                "probabilities": [round(float(p), 6) for p in found.probabilities[0]],
            }
        )
    if errors and len(options.image) == 1 and not options.json:
        raise DataError(errors[0]["error"])
    if errors:
        options.exit_code = SOME_FAILED if predictions else 2
    return {"predictions": predictions, "errors": errors}


def _read_picture(reader: Reader, path: Path) -> tuple[Prediction, str]:
    """The answer, and why it is in doubt because of the picture itself, if it is."""
    pixels = picture.open_picture(path)
    if not reader.of_digits or len(reader.shape) == 3:  # the picture as a whole
        image = frame.fit_picture(pixels, reader.shape)
        return reader(of_images(image[None])), ""
    images, note = photograph.read(pixels, lambda views: reader(views).score)
    if not len(images):
        raise DataError(f"{path}: {note} Use a picture with {reader.kind} on plain paper.")
    return reader(of_images(images)), note


def _words(reader: Reader, found: Prediction, note: str = "") -> str:
    """7 (99.2%), or 42 (98.1%), or ? (perhaps 4), and why if there is a note."""
    names = reader.names(found)
    text = ("" if all(len(name) == 1 for name in names) else " ").join(names)
    if note or not found.accepted.all():
        return f"? (perhaps {text}) {note}".rstrip()
    return f"{text} ({found.probabilities.max(axis=1).prod():.1%})"


def _read_ink(reader: Reader, drawings: list[Drawing]) -> dict[str, Any]:
    labelled = [drawing for drawing in drawings if drawing.label is not None]
    if labelled:
        result = _score(reader, labelled)
        if without := len(drawings) - len(labelled):
            print(f"{without:,} without a label left out")
        return {**result, "without_label": without}
    numbers, names = [], []
    for drawing in drawings:
        if reader.of_digits:
            parts = digits.find(drawing.strokes, lambda views: reader(views).score)
        else:
            parts = digits.whole(drawing.strokes)
        if not parts:
            print("nothing drawn")
            numbers.append([])
            names.append([])
            continue
        found = reader(digits.views_of(parts))
        print(_words(reader, found))
        numbers.append(found.answers.tolist())
        names.append(reader.names(found))
    result = {"count": len(drawings), "digits": numbers}
    return result if reader.of_digits else {**result, "classes": names}


def _score(reader: Reader, drawings: list[Drawing]) -> dict[str, Any]:
    """Classify each drawing as one digit, and print how the answers compare with the labels."""
    names = [CLASSES[drawing.label or 0] for drawing in drawings]
    if unknown := set(names) - set(reader.classes):
        raise ModelError(
            f"{reader.name} does not know the digit {min(unknown)}: choose a model of digits, or "
            "leave the labels out"
        )
    labels = np.array([reader.classes.index(name) for name in names])
    found = list(map(reader, digits.batches([drawing.strokes for drawing in drawings])))
    answers = np.concatenate([part.answers for part in found])
    accepted = np.concatenate([part.accepted for part in found])
    accuracy = metrics.accuracy(answers, labels)
    confusion = metrics.confusion(answers, labels, len(reader.classes))
    per_digit = [
        float(row[k] / row.sum()) if row.any() else None for k, row in enumerate(confusion)
    ]
    print("true ╲ read" + "".join(f"{name[:5]:>6}" for name in reader.classes) + "     right")
    for k, row in enumerate(confusion):
        right = f"{per_digit[k]:>10.1%}" if row.any() else f"{'–':>10}"
        counts = "".join(f"{count or '·':>6}" for count in row)
        print(f"{reader.classes[k][:11]:>11}" + counts + right)
    print(f"{accuracy:.2%} of {len(labels):,} drawings read right")
    if not accepted.all():
        print(f"{1 - accepted.mean():.2%} would have been called not quite {reader.kind}")
    return {
        "accuracy": accuracy,
        "per_digit": per_digit,
        "confusion": confusion.tolist(),
        "count": len(labels),
        "refused": float(1 - accepted.mean()),
    }
