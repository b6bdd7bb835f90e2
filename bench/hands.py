"""How well models read drawings as they are, and after each was changed as another hand might.

`python -m bench.hands FILE.jsonl [MODEL …]` prints a table; the file is one for `predict --ink`.
Without models, `best` and `dense` are asked.
"""

import sys

import numpy as np

from dataset import strokes
from dataset.ink import digits, render
from netcore.commands import read_model
from netcore.confidence.classifier import CalibratedClassifier


def map_points(function):
    """A change of all points (P, 2) of a drawing, seen from its middle and in units of its size."""

    def change(parts, rng):
        points = np.concatenate(parts)
        middle, size = (points.min(0) + points.max(0)) / 2, np.ptp(points, axis=0).max() or 1
        return [function((part - middle) / size, rng) for part in parts]

    return change


def turned(degrees):
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return map_points(lambda points, rng: points @ np.array([[cos, sin], [-sin, cos]]))


def sized(width, slant=0.0):
    return map_points(lambda points, rng: points @ np.array([[width, 0], [slant, 1]]))


def shaken(amount):
    return map_points(lambda points, rng: points + rng.normal(0, amount, points.shape))


def thinned(count):
    """Only so many points a drawing, shared among the strokes by their number of points."""

    def change(parts, rng):
        total = sum(map(len, parts))
        keep = [max(2, round(count * len(part) / total)) for part in parts]
        return [
            part[np.linspace(0, len(part) - 1, some).round().astype(int)]
            for part, some in zip(parts, keep, strict=True)
        ]

    return change


def dotted(parts, rng):
    """A dot at any height, to the right by a fifth of the drawing's size."""
    points = np.concatenate(parts)
    (left, top), (right, bottom) = points.min(0), points.max(0)
    dot = [right + max(right - left, bottom - top) / 5, rng.uniform(top, bottom)]
    return [*parts, np.array([dot])]


CHANGES = {
    "as they are": lambda parts, rng: parts,
    "turned by 10° to the left": turned(-10),
    "turned by 10° to the right": turned(10),
    "a quarter wider": sized(1.25),
    "a quarter narrower": sized(0.75),
    "slanted by 0.3 to the left": sized(1, 0.3),
    "slanted by 0.3 to the right": sized(1, -0.3),
    "every point off by 2 % of the size": shaken(0.02),
    "twelve points a digit": thinned(12),
    "eight points a digit": thinned(8),
    "each stroke drawn backwards": lambda parts, rng: [part[::-1] for part in parts],
    "a stray dot beside the digit": dotted,
}


def accuracies(models, drawings):
    """For each change, its name and the share of drawings that each of the models reads right."""
    readers = [CalibratedClassifier(model) for model in models]
    labels = np.array([drawing.label for drawing in drawings])
    drawn = [render.clean(drawing.strokes) for drawing in drawings]
    labels = labels[[bool(strokes) for strokes in drawn]]
    for name, change in CHANGES.items():
        rng, answers = np.random.default_rng(0), [[] for _ in readers]
        changed = [change(strokes, rng) for strokes in drawn if strokes]
        for views in digits.batches(changed):
            for found, reader in zip(answers, readers, strict=True):
                found.extend(reader(views).answers)
        right = np.array([(np.array(found) == labels).sum() for found in answers])
        yield name, right / len(drawings)  # nothing drawn is not read right


def main():
    path, *names = sys.argv[1:]
    names = names or ["best", "dense"]
    drawings = [drawing for drawing in strokes.read(path) if drawing.label is not None]
    print("| | " + " | ".join(f"`{name}`" for name in names) + " |")
    print("|---" + "|---:" * len(names) + "|")
    for name, shares in accuracies([read_model(name) for name in names], drawings):
        print(f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
