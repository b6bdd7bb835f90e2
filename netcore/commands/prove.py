"""Pack a model with a claim and a program to check it."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import dataset
from dataset import DataError
from netcore.commands import Commands, command, read_model
from netcore.proof.bundle import bundle


def add(commands: Commands) -> None:
    text = "Pack a model with its score and a short NumPy program that checks it."
    parser = command(commands, "prove", run_prove, text)
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the zip file")
    parser.add_argument("--split", choices=("validation", "test"), default="test")
    parser.add_argument(
        "--dataset", metavar="NAME|FILE.csv", help="default: the one the model was trained on"
    )


def run_prove(options: Namespace) -> dict[str, Any]:
    """Write the proof bundle to --out."""
    model = read_model(options.model)
    data = dataset.load(options.dataset or model.recipe.dataset)
    part, place = data.splits[options.split], dataset.place(data, options.split)
    if not options.out.parent.is_dir():
        raise DataError(f"{options.out} cannot be saved: there is no folder {options.out.parent}")
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
