"""Models as JSON: the network, its weights to the bit, and the run that made it.

Parameters are little-endian float32 in base64: exact, and a third larger than raw. A file may come
from anyone, so everything is checked before anything large is allocated.
"""

import base64
import binascii
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from netcore.confidence.calibration import Certainty
from netcore.confidence.subspaces import HIDDEN_AXES, Subspaces
from netcore.layers import Entry, Spec
from netcore.network import Network, Planned, plan
from netcore.recipe import Recipe, RecipeError, check_changes

VERSION = 1
MAX_BYTES = 64_000_000  # of a file
MAX_LAYERS = 100
MAX_PARAMETERS = 10_000_000
MAX_CLASS_NAME = 80  # characters
MAX_ACTIVATION_SIZE = 4_000_000  # numbers that its layers hold in memory for one image


class ModelError(ValueError):
    """A model file that cannot be used; the message says why, in a sentence."""


@dataclass(frozen=True)
class Model:
    """A trained network, read-only: safe to share between threads and visitors."""

    spec: list[Entry]
    input_shape: tuple[int, ...]
    theta: np.ndarray  # (P,) float32
    recipe: Recipe
    changes: list = field(default_factory=list)  # [[step, {setting: value}], …]
    scores: dict[str, Any] = field(default_factory=dict)  # such as {"test_accuracy": 0.98}
    buffers: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    certainty: Certainty | None = None  # found by `python -m netcore calibrate`
    feature_subspaces: Subspaces | None = None  # of the last hidden layer's features; likewise
    classes: tuple[str, ...] = ()  # names of its answers; (): they are the numbers 0 … K − 1

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Of one example, as of the network: (K,) for K classes."""
        return plan(self.spec, self.input_shape)[-1].output_shape

    def network(self) -> Network:
        """A new network with a copy of these weights, ready to predict or to train further."""
        network = Network(self.spec, self.input_shape)
        network.theta[...] = self.theta
        network.buffers[...] = self.buffers
        return network

    def dumps(self) -> str:
        """The file's text. `loads` returns the same model, bit for bit."""
        subspaces = self.feature_subspaces
        return json.dumps(
            {
                "format": "netcore model",
                "version": VERSION,
                "input_shape": list(self.input_shape),
                "spec": self.spec,
                "recipe": self.recipe.to_json(),
                "changes": self.changes,
                "scores": self.scores,
                **({"classes": list(self.classes)} if self.classes else {}),
                **({"certainty": self.certainty.to_json()} if self.certainty else {}),
                # An older name of these subspaces, so that files open in every version.
                **({"familiar": _encode(subspaces.planes)} if subspaces else {}),
                "theta": _encode(self.theta),
                "buffers": _encode(self.buffers),
            },
            indent=1,
        )

    def save(self, path: str | Path) -> None:
        """Write the file; ModelError, and no file, if `load` would refuse it."""
        text = self.dumps()
        loads(text, Path(path).name)
        Path(path).write_text(text)


def load(path: str | Path) -> Model:
    """Read a model file; ModelError if it is missing, too large or not valid."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path.name} is over {MAX_BYTES // 10**6} MB: no model is that big")
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return loads(content, path.name)


def loads(content: str | bytes, source: str = "the file") -> Model:
    """Text or bytes of a model file → Model. `source` names it in error messages."""
    try:
        return _parse(content)
    except ModelError as error:
        raise ModelError(f"{source} is not a model this can use: {error}") from error


def _parse(content: str | bytes) -> Model:
    if len(content) > MAX_BYTES:
        raise ModelError(f"it is over {MAX_BYTES // 10**6} MB")
    try:
        data = json.loads(content, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ModelError("it is nested too deeply") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"it is not valid JSON ({error})") from error
    if not isinstance(data, dict) or data.get("format") != "netcore model":
        raise ModelError(
            'it lacks "format": "netcore model"; download one from Train or Runs, or make one with '
            "python -m netcore train --out FILE"
        )
    version = data.get("version")
    if version != VERSION:  # a later format adds its migrations here; old files stay readable
        raise ModelError(
            f"its format version is {version!r}, this program reads {VERSION}: update the program"
        )
    _check_types(data)
    input_shape = tuple(data["input_shape"])
    planned = check_network(data["spec"], input_shape)
    try:
        recipe, changes = Recipe.from_json(data["recipe"]), check_changes(data["changes"])
    except RecipeError as error:
        raise ModelError(f"its recipe is not sound: {error}") from error
    return Model(
        spec=data["spec"],
        input_shape=input_shape,
        theta=_decode(data["theta"], sum(p.parameters for p in planned), "theta"),
        buffers=_decode(data.get("buffers", ""), sum(p.buffer_count for p in planned), "buffers"),
        recipe=recipe,
        changes=changes,
        scores=data["scores"],
        certainty=_certainty(data.get("certainty")),
        feature_subspaces=_feature_subspaces(data.get("familiar"), planned),
        classes=_classes(data.get("classes", []), math.prod(planned[-1].output_shape)),
    )


def _classes(names: object, outputs: int) -> tuple[str, ...]:
    """Files of models whose classes are numbers have no names."""
    if not isinstance(names, list) or not all(
        isinstance(name, str) and 0 < len(name) <= MAX_CLASS_NAME for name in names
    ):
        raise ModelError(f"'classes' must be texts of 1 to {MAX_CLASS_NAME} characters")
    if twice := next((name for name, times in Counter(names).items() if times > 1), None):
        raise ModelError(f"it names two classes {twice[:40]!r}: give each a name of its own")
    if len(names) > outputs:
        raise ModelError(f"it names {len(names):,} classes, but its network has {outputs:,}")
    return tuple(names)


def _certainty(data: object) -> Certainty | None:
    """None for a model that was never calibrated, as in files from before calibration."""
    try:
        return None if data is None else Certainty.from_json(data)
    except ValueError as error:
        raise ModelError(str(error)) from error


def _feature_subspaces(text: object, planned: list[Planned]) -> Subspaces | None:
    """None for a model that was calibrated without."""
    if text is None:
        return None
    if not isinstance(text, str) or len(planned) < 2:
        raise ModelError("'familiar' is not a str, or its network has too few layers for one")
    classes, size = math.prod(planned[-1].output_shape), math.prod(planned[-2].input_shape)
    shape = (classes, 1 + HIDDEN_AXES, size)
    if math.prod(shape) > MAX_PARAMETERS:
        raise ModelError(f"'familiar' would hold {math.prod(shape):,} numbers, too many")
    return Subspaces(_decode(text, math.prod(shape), "familiar").reshape(shape))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _check_types(data: dict[str, Any]) -> None:
    for key, kind in (
        ("input_shape", list),
        ("spec", list),
        ("recipe", dict),
        ("changes", list),
        ("scores", dict),
        ("theta", str),
    ):
        if not isinstance(data.get(key), kind):
            raise ModelError(f"{key!r} is missing or not a {kind.__name__}")
    if not isinstance(data.get("buffers", ""), str):  # files before batch normalisation have none
        raise ModelError("'buffers' is not a str")
    shape = data["input_shape"]
    if not 1 <= len(shape) <= 3 or not all(type(n) is int and 1 <= n <= 4096 for n in shape):
        raise ModelError(f"its input shape {str(shape)[:40]} is no image")
    if not all(type(score) in (int, float, type(None)) for score in data["scores"].values()):
        raise ModelError("its scores must be numbers")


def check_network(spec: Spec, input_shape: tuple[int, ...]) -> list[Planned]:
    """The plan of a network; ModelError if a file with it would be refused as too large."""
    if len(spec) > MAX_LAYERS:
        raise ModelError(f"it has {len(spec)} layers, more than {MAX_LAYERS}")
    try:
        planned = plan(spec, input_shape)
    except ValueError as error:
        raise ModelError(str(error)) from error
    parameters = sum(p.parameters for p in planned)
    if parameters > MAX_PARAMETERS:
        raise ModelError(f"it has {parameters:,} parameters, more than {MAX_PARAMETERS:,}")
    activation_size = sum(p.activation_size for p in planned)
    if activation_size > MAX_ACTIVATION_SIZE:
        raise ModelError(
            f"it works on {activation_size:,} numbers an image, more than {MAX_ACTIVATION_SIZE:,}"
        )
    return planned


def _encode(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def _decode(text: str, count: int, name: str) -> np.ndarray:
    """base64 → (count,) float32, read-only; ModelError for other lengths and non-finite numbers."""
    if len(text) != 4 * ((4 * count + 2) // 3):
        raise ModelError(f"{name!r} does not hold the {count:,} numbers its layers need")
    try:
        values = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    except (binascii.Error, ValueError) as error:
        raise ModelError(f"{name!r} is not base64 ({error})") from error
    if len(values) != count:
        raise ModelError(f"{name!r} does not hold the {count:,} numbers its layers need")
    if not np.isfinite(values).all():
        raise ModelError(f"{name!r} holds values that are not finite")
    values.setflags(write=False)
    return values
