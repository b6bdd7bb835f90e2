"""Finds the four IDX files of a dataset in a folder and reads them.

Names differ: MNIST's own with a dash or a dot, EMNIST's and QMNIST's with the set's name before,
in subfolders as torchvision and Kaggle have them, gzipped or not.
"""

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from dataset import class_names, idx, labels, oddities
from dataset.errors import DataError
from dataset.pixels import Pixels, find_scales
from dataset.splits import Dataset, Split

NAME = re.compile(
    r"(?P<set>.*?)[-_. ]*(?P<part>train|t10k|test)(ing)?[-_. ]*(?P<kind>image|label)s?"
    r"([-_. ]*idx\d?)?([-_. ]*(u?byte|u?int\d*|float\d*))?( ?\(\d+\))?(\.(gz|gzip|idx|bin|dat))*",
    re.IGNORECASE,
)
PACKED = re.compile(r"\.(zip|7z|rar|bz2|xz|zst|tar|tgz|Z)$", re.IGNORECASE)
PICTURE = re.compile(r"\.(png|jpe?g|bmp|gif|webp|tiff?)$", re.IGNORECASE)
SLOTS = tuple((part, kind) for part in ("train", "test") for kind in ("image", "label"))
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MAX_DEPTH, MAX_FILES = 4, 20_000  # of folders, and of files looked at

VALIDATION = 5_000  # images at the end of the training file, but at most a twelfth of it
MIN_TRAINING = 12


@dataclass
class Found:
    """The files of one set: `paths` by their place in `SLOTS`."""

    folder: Path
    name: str  # what stands before "train", such as emnist-letters
    paths: dict[tuple[str, str], Path]


def sets(folder: Path) -> list[str]:
    """The paths, relative to `folder`, that `read` can read: "." if there is one set only."""
    complete = [found for found in _find(folder) if len(found.paths) == len(SLOTS)]
    if len(complete) == 1:
        return ["."]
    return sorted((found.folder / found.name).relative_to(folder).as_posix() for found in complete)


def read(folder: Path, name: str | None = None, only: str | None = None) -> Dataset:
    """Read the dataset in `folder`; the end of the training file becomes the validation split.

    `name` is the dataset's, by default the folder's. `only` is the set to read where the folder
    holds several. Raises `DataError` for a file that is missing, broken or no set of images.
    """
    paths = _choose(folder, only)
    name = name or only or folder.name
    kept = [_read_pair(paths, part) for part in ("train", "test")]
    (train_pixels, train_shape, train_labels), (test_pixels, test_shape, test_labels) = (
        part[:3] for part in kept
    )
    if train_shape != test_shape:
        first, second = (" × ".join(map(str, shape)) for shape in (train_shape, test_shape))
        raise DataError(
            f"{test_pixels.name} holds images of {second} and {train_pixels.name} of {first}: use "
            "files of the same set."
        )
    if len(train_labels) < MIN_TRAINING:
        label_name = paths["train", "label"].name
        raise DataError(
            f"{label_name} holds {len(train_labels)} labels: provide {MIN_TRAINING} or more."
        )
    scales = find_scales(train_pixels, test_pixels)
    classes, codes, note = class_names.find(paths["train", "label"], (train_labels, test_labels))
    training, test = (
        Split(_upright(pixels.scaled(scale), train_shape), part)
        for pixels, scale, part in zip((train_pixels, test_pixels), scales, codes, strict=True)
    )
    training, shuffled = oddities.shuffle(training)
    cut = len(training) - min(VALIDATION, len(training) // 12)
    headers = [header for part in kept for header in part[3]]
    plain = all(map(np.array_equal, codes, (train_labels, test_labels)))
    plain = plain and all(len(header.sides) == 1 for header in headers[1::2])
    data = Dataset(
        name,
        training[:cut],
        training[cut:],
        test,
        classes,
        tuple(filter(None, (*_unusual(headers), note, *dict.fromkeys(s.note for s in scales)))),
        plain and not any(s.changes for s in scales) and all(h.verbatim for h in headers),
        tuple(paths[slot].name for slot in SLOTS),
    )
    emnist = paths["train", "image"].name.lower().startswith("emnist")
    return oddities.examine(data, shuffled, transposed=emnist, apart=True)


def is_idx(path: Path) -> bool:
    """Whether a file is named as one of the four."""
    return NAME.fullmatch(path.name) is not None


def set_of(path: Path) -> str:
    """The name of the set that an IDX file belongs to; "" for MNIST's own names."""
    match = NAME.fullmatch(path.name)
    return match["set"] if match else ""


def _find(folder: Path) -> list[Found]:
    """All sets in a folder and below it, also those that lack files."""
    found: dict[tuple[Path, str], dict] = defaultdict(dict)
    seen = 0
    for place, folders, files in os.walk(folder):
        at = Path(place)
        folders.sort()
        if len(at.relative_to(folder).parts) >= MAX_DEPTH or seen > MAX_FILES:
            folders.clear()
        seen += len(files)
        home = at.parent if NAME.fullmatch(at.name) and at != folder else at  # as Kaggle unpacks
        for name in sorted(files, key=lambda name: (not name.lower().endswith("gz"), name)):
            if match := NAME.fullmatch(name):
                part = "train" if match["part"].lower() == "train" else "test"
                slot = part, match["kind"].lower()
                found[home, match["set"]].setdefault(slot, at / name)
    return [Found(place, name, paths) for (place, name), paths in found.items()]


def _choose(folder: Path, only: str | None) -> dict[tuple[str, str], Path]:
    """The four files to read. DataError if some are missing, or if there are several sets."""
    found = _find(folder)
    if only is not None:
        found = [each for each in found if each.name == only]
    complete = [each for each in found if len(each.paths) == len(SLOTS)]
    if len(complete) > 1:
        complete = [each for each in complete if each.folder == folder] or complete
    if len(complete) == 1:
        return complete[0].paths
    if complete:
        places = [each.folder.relative_to(folder) / each.name for each in complete]
        some = labels.shorten([place.as_posix() for place in places])
        raise DataError(f"{folder.name} holds several sets: add one of {some[:150]} to its path.")
    if not found:
        raise DataError(_nothing(folder))
    nearest = max(found, key=lambda each: len(each.paths))
    part, kind = next(slot for slot in SLOTS if slot not in nearest.paths)
    name = next(file for slot, file in zip(SLOTS, FILES, strict=True) if slot == (part, kind))
    if other := _unread(nearest.folder, nearest.name, part, kind):
        raise DataError(other)
    before = f"{nearest.name}-" if nearest.name else ""
    if before and part == "test":
        name = name.replace("t10k", "test")
    raise DataError(
        f"{before}{name} is missing in {nearest.folder.name}: add it, gzipped or plain."
    )


def _unread(folder: Path, name: str, part: str, kind: str) -> str | None:
    """What stands in the place of a missing file, under its name: a folder, or a packed file."""
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(PACKED.sub("", path.name))
        if not match or (match["set"], match["kind"].lower()) != (name, kind):
            continue
        if (match["part"].lower() == "train") == (part == "train"):
            if path.is_dir():
                return f"{path.name} is a folder without the file of that name: put the file there."
            return f"{path.name} is packed in a way that is not read: unpack it, or use gzip."
    return None


def _nothing(folder: Path) -> str:
    try:
        files = sorted(os.listdir(folder))
    except OSError as error:
        return f"{folder.name} cannot be read ({error.strerror})."
    if tables := [name for name in files if ".csv" in name.lower()]:
        return f"{folder.name} holds no IDX files: give the path of its table, {tables[0][:60]}."
    if packed := [name for name in files if NAME.fullmatch(PACKED.sub("", name))]:
        return f"{packed[0][:60]} is packed in a way that is not read: unpack it, or use gzip."
    places = [place for place in (folder / name for name in files) if place.is_dir()]
    for place in [folder, *places, *(deep for each in places[:9] for deep in each.glob("*/"))]:
        if any(PICTURE.search(name.name) for name in islice(place.glob("*.*"), 9)):
            return (
                f"{folder.name} holds pictures, such as those in {place.name}, and no IDX files: "
                "write them into one CSV file, with a label and the pixels of an image in each row."
            )
    return f"{folder.name} holds no IDX files: it needs {', '.join(FILES)}."


def _read_pair(paths: dict, part: str) -> tuple[Pixels, tuple[int, ...], np.ndarray, list]:
    images, names = paths[part, "image"], paths[part, "label"]
    pixels, shape, image_header = idx.read_images(images)
    found, label_header = idx.read_labels(names)
    if pixels.count != len(found):
        raise DataError(
            f"{images.name} holds {pixels.count:,} images and {names.name} {len(found):,} "
            "labels: use two files of the same set."
        )
    return pixels, shape, found, [image_header, label_header]


def _unusual(headers: list[idx.Header]) -> list[str]:
    """Notes about how the numbers are stored, if not as MNIST's."""
    notes = []
    if swapped := [header.name for header in headers if header.swapped]:
        notes.append(f"Numbers are little-endian in {labels.shorten(swapped, 2)} and were read so.")
    flat = [header.sides[1] for header in headers[::2] if len(header.sides) == 2]
    if flat:
        notes.append(f"The images are stored as flat rows of {flat[0]} pixels, taken as squares.")
    return notes


def _upright(images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(N, pixels) as stored → (N, H, W) or (N, 3, H, W)."""
    images = images.reshape(-1, *shape)
    if len(shape) == 3 and shape[0] != 3:
        return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    return images
