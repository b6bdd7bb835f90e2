"""How often pictures of digits are read: `python -m bench.photographs [MODEL …]`.

The pictures are made up, each kind from its own seeds: photographs of paper and boards, and small
pictures as beside many demos. `--ink FILE.jsonl` takes digits from pen strokes, a file as for
`predict --ink`; without it they are MNIST's validation images. For each kind it prints which share
was read right and shown, read wrong but shown, and doubted. Pictures without a readable number
count as right if they are doubted.
"""

import argparse
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import dataset
from bench import marks, scenes, scraps, sheets
from dataset import strokes
from dataset.pictures import photograph
from dataset.variants.views import of_images
from netcore.commands import read_model
from netcore.confidence import subspaces
from netcore.confidence.classifier import CalibratedClassifier

KINDS = {**sheets.KINDS, **marks.KINDS, **scraps.KINDS}
COUNT = 20  # pictures of each kind
HELD_OUT = 1_000_000  # added to a seed: pictures that nobody looked at while developing


def sources(path: Path | None) -> dict[int, list[scenes.Source]]:
    """Digits to draw, by label: strokes of a file, or MNIST's validation images."""
    found: dict[int, list[scenes.Source]] = {digit: [] for digit in range(10)}
    for drawing in strokes.read(path) if path else []:
        if drawing.label is not None and any(len(stroke) > 1 for stroke in drawing.strokes):
            found[drawing.label].append([stroke for stroke in drawing.strokes if len(stroke)])
    if not path:
        split = dataset.load("mnist").validation
        for image, label in zip(split.images, split.labels, strict=True):
            found[int(label)].append(image)
    return found


def pictures(
    kind: str, digits: dict[int, list[scenes.Source]], count: int, first: int = 0
) -> Iterator[tuple[np.ndarray, str]]:
    """`count` pictures of a kind, uint8 as `open_picture` gives them, and what they show."""
    for seed in range(first, first + count):
        rng = np.random.default_rng([zlib.crc32(kind.encode()), seed])
        yield KINDS[kind](rng, digits)


def read(classifier: CalibratedClassifier, pixels: np.ndarray) -> tuple[str, bool]:
    """What is read in a picture, and whether it is shown without doubt."""
    found = photograph.read(pixels, lambda views: classifier(views).score)
    if not len(found.images):
        return "", False
    answer = classifier(of_images(found.images))
    return "".join(map(str, answer.answers)), bool(answer.accepted.all()) and not found.note


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", default=["best"])
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--ink", type=Path, help="pen strokes, as for predict --ink")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures of each kind")
    parser.add_argument("--held-out", action="store_true", help="seeds that development never saw")
    parser.add_argument("--failed", type=Path, help="a folder for the pictures that failed")
    options = parser.parse_args()
    train = dataset.load("mnist").train
    known = subspaces.of_images(train.images, train.labels, 10)
    digits, first = sources(options.ink), HELD_OUT if options.held_out else 0
    for name in options.models:
        classifier = CalibratedClassifier(read_model(name), known)
        total = np.zeros(3, int)
        print(f"{name + ':':<14} right and shown, wrong but shown, doubted (n)")
        for kind in options.kind:
            counts = np.zeros(3, int)
            for number, (pixels, truth) in enumerate(pictures(kind, digits, options.count, first)):
                answer, shown = read(classifier, pixels)
                right = answer == truth and shown if truth else not shown
                counts[0 if right else 1 if shown else 2] += 1
                if options.failed and not right:
                    options.failed.mkdir(parents=True, exist_ok=True)
                    mark = answer + ("" if shown else "?")
                    file = f"{kind}-{first + number}-{truth or 'none'}-{mark}.png"
                    Image.fromarray(pixels).save(options.failed / file)
            total += counts
            _print(kind, counts)
        _print("all", total)
        sys.stdout.flush()


def _print(kind: str, counts: np.ndarray) -> None:
    right, wrong, doubted = counts / max(counts.sum(), 1)
    print(f"{kind:<14} {right:>7.1%} {wrong:>7.1%} {doubted:>7.1%} ({counts.sum()})", flush=True)


if __name__ == "__main__":
    main()
