"""Pack a model with a claim and a program to check it."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

import dataset
from dataset import DataError
from netcore.commands import Commands, command, read_model
from netcore.commands.data import split_for
from netcore.proof.bundle import bundle


def add(commands: Commands) -> None:
    text = "Pack a model with its score and a short NumPy program that checks it."
    parser = command(commands, "prove", run_prove, text)
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the zip file")
    parser.add_argument("--split", choices=("validation", "test"), default="test")
    parser.add_argument(
        "--dataset",
        metavar="NAME|PATH",
        help="a name, a folder of IDX files or a CSV file (default: the one it was trained on)",
    )


def run_prove(options: Namespace) -> dict[str, Any]:
    """Write the proof bundle to --out."""
    model = read_model(options.model)
    data, part = split_for(model, options.dataset, options.split)
    place = dataset.place(data, options.split)
    if not options.out.parent.is_dir():
        raise DataError(f"{options.out} cannot be saved: there is no folder {options.out.parent}")
    if not data.verbatim or part is not data.splits[options.split]:
        images = options.out.with_suffix(".npz")  # the files hold these images in another form
        np.savez_compressed(images, images=part.images, labels=part.labels)
        place = place._replace(files=images.name, rows=(0, len(part)))
        print(f"the images, as the network gets them, are saved to {images}")
    content = bundle(model, part.images, part.labels, **place._asdict())
    options.out.write_bytes(content)
    print(f"{model.name}: saved to {options.out}. Unpack it and run: python prove.py {place.files}")
    return {
        "file": str(options.out),
        "bytes": len(content),
        "says": place.description,
        "files": place.files,
        "rows": place.rows,
    }
