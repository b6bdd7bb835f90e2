"""Accuracy on drawings as they are, and after changes as between handwritings.

`python -m bench.hands FILE.jsonl [MODEL …]` prints a table; the file is one for `predict --ink`.
The default models are `best` and `dense`.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np

from dataset import strokes
from dataset.ink import digits, render
from dataset.strokes import Drawing
from netcore import Model
from netcore.commands import read_model
from netcore.confidence.classifier import CalibratedClassifier

Parts = list[np.ndarray]  # strokes (P, 2)
Change = Callable[[Parts, np.random.Generator], Parts]


def map_points(function: Callable[[np.ndarray, np.random.Generator], np.ndarray]) -> Change:
    """A change of all points (P, 2) of a drawing, relative to its middle, in units of its size."""

    def change(parts: Parts, rng: np.random.Generator) -> Parts:
        points = np.concatenate(parts)
        middle, size = (points.min(0) + points.max(0)) / 2, np.ptp(points, axis=0).max() or 1
        return [function((part - middle) / size, rng) for part in parts]

    return change


def rotated(degrees: float) -> Change:
    """Rotate clockwise."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return map_points(lambda points, rng: points @ np.array([[cos, sin], [-sin, cos]]))


def scaled(width: float, shear: float = 0.0) -> Change:
    """Scale the width, and shear by x per y."""
    return map_points(lambda points, rng: points @ np.array([[width, 0], [shear, 1]]))


def jittered(amount: float) -> Change:
    """Move every point at random, by this standard deviation."""
    return map_points(lambda points, rng: points + rng.normal(0, amount, points.shape))


def thinned(count: int) -> Change:
    """Keep `count` points per drawing, divided among the strokes by their number of points."""

    def change(parts: Parts, rng: np.random.Generator) -> Parts:
        total = sum(map(len, parts))
        keep = [max(2, round(count * len(part) / total)) for part in parts]
        return [
            part[np.linspace(0, len(part) - 1, some).round().astype(int)]
            for part, some in zip(parts, keep, strict=True)
        ]

    return change


def dotted(parts: Parts, rng: np.random.Generator) -> Parts:
    """Add a dot at a random height, to the right by a fifth of the drawing's size."""
    points = np.concatenate(parts)
    (left, top), (right, bottom) = points.min(0), points.max(0)
    dot = [right + max(right - left, bottom - top) / 5, rng.uniform(top, bottom)]
    return [*parts, np.array([dot])]


CHANGES: dict[str, Change] = {
    "as they are": lambda parts, rng: parts,
    "turned by 10° to the left": rotated(-10),
    "turned by 10° to the right": rotated(10),
    "a quarter wider": scaled(1.25),
    "a quarter narrower": scaled(0.75),
    "slanted by 0.3 to the left": scaled(1, 0.3),
    "slanted by 0.3 to the right": scaled(1, -0.3),
    "every point off by 2 % of the size": jittered(0.02),
    "twelve points a digit": thinned(12),
    "eight points a digit": thinned(8),
    "each stroke drawn backwards": lambda parts, rng: [part[::-1] for part in parts],
    "a stray dot beside the digit": dotted,
}


def accuracies(models: list[Model], drawings: list[Drawing]) -> Iterator[tuple[str, np.ndarray]]:
    """For each change, its name and the accuracy of each model (M,)."""
    classifiers = [CalibratedClassifier(model) for model in models]
    labels = np.array([drawing.label for drawing in drawings])
    drawn = [render.clean(drawing.strokes) for drawing in drawings]
    labels = labels[[bool(strokes) for strokes in drawn]]
    for name, change in CHANGES.items():
        rng, answers = np.random.default_rng(0), [[] for _ in classifiers]
        changed = [change(strokes, rng) for strokes in drawn if strokes]
        for views in digits.batches(changed):
            for found, classify in zip(answers, classifiers, strict=True):
                found.extend(classify(views).answers)
        right = np.array([(np.array(found) == labels).sum() for found in answers])
        yield name, right / len(drawings)  # an empty drawing counts as wrong


def main() -> None:
    path, *names = sys.argv[1:]
    names = names or ["best", "dense"]
    drawings = [drawing for drawing in strokes.read(path) if drawing.label is not None]
    print("| | " + " | ".join(f"`{name}`" for name in names) + " |")
    print("|---" + "|---:" * len(names) + "|")
    for name, shares in accuracies([read_model(name) for name in names], drawings):
        print(f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
