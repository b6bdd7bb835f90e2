"""The proof bundle: a network, a claim about its accuracy, and a program that checks the claim.

The program is `prove.py` beside this file. It needs only NumPy, so anyone who does not trust
netcore can read its 120 lines and run them on their own data.
"""

import hashlib
import io
import json
import platform
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np

from netcore.model import Model
from netcore.network import Network

PROGRAM = Path(__file__).with_name("prove.py")

README = """# {name}: a claim you can check

**{right:,} of {count:,} right ({accuracy:.2%}) on {says}.**

    pip install numpy
    python prove.py {files}

`prove.py` is short: read it. It loads `weights.npz` and the images you give it, and fails unless
the network does what `claim.json` says. It uses only NumPy. It checks the sha256 of the images and
of the weights.

`recipe.json` says how the network was trained. `python -m netcore train --recipe recipe.json`
trains it again, with the same bits for the same versions on the same type of machine. Made with
Python {python} and NumPy {numpy} on {machine}.
"""


def bundle(
    model: Model,
    images: np.ndarray,
    labels: np.ndarray,
    description: str,
    files: str,
    rows: tuple[int, int],
) -> bytes:
    """The bytes of a zip file that proves how many of these images the model classifies correctly.

    images: (N, *input_shape) uint8, labels: (N,) uint8. `description` says what they are. They are
    the rows `rows`, (first, one past the last), of the published `files`.
    """
    network = model.network()
    right = int((network.log_probs(images).argmax(axis=1) == labels).sum())
    arrays = _arrays(network)
    claim = {
        "says": description,
        "right": right,
        "count": len(labels),
        "rows": list(rows),
        "input_shape": list(model.input_shape),
        "spec": list(model.spec),
        "weights_sha256": _sha256(*(arrays[name] for name in sorted(arrays))),
        "data_sha256": _sha256(images, labels),
    }
    recipe = {"recipe": model.recipe.to_json(), "changes": model.changes, "scores": model.scores}
    readme = README.format(
        name=model.name,
        accuracy=right / len(labels),
        files=files,
        python=platform.python_version(),
        numpy=np.__version__,
        machine=platform.machine(),
        **claim,
    )
    weights = io.BytesIO()
    np.savez_compressed(weights, **cast(dict[str, Any], arrays))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.md", readme)
        archive.writestr("claim.json", json.dumps(claim, indent=1))
        archive.writestr("recipe.json", json.dumps(recipe, indent=1))
        archive.writestr("weights.npz", weights.getvalue())
        archive.writestr("prove.py", PROGRAM.read_text())
    return file.getvalue()


def _arrays(network: Network) -> dict[str, np.ndarray]:
    """Parameters and running statistics by "layer number.name"."""
    return {
        f"{number}.{name}": array
        for number, layer in enumerate(network.layers)
        for name, array in {**layer.params, **layer.buffers}.items()
    }


def _sha256(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()
