"""A recipe: every choice that makes a run, as data. The same recipe gives the same weights.

Command line, page links, the run table and model files all carry this one form.
"""

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from netcore.layers import ACTIVATIONS, Entry, LogSoftmax, Spec
from netcore.network import plan
from netcore.optim.optimizers import OPTIMIZERS
from netcore.optim.schedules import SCHEDULES

Augment = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]  # x, targets, rng → x
MakeAugment = Callable[[dict[str, float]], Augment]  # of strengths by name
Changes = Sequence[tuple[int, dict[str, Any]]]  # (step, settings that changed before it)


class RecipeError(ValueError):
    """A recipe that cannot be run; the message says which setting and what it may be."""


def dense_layers(
    hidden: Iterable[int],
    activation: str = "ReLU",
    initializer: str = "he",
    dropout: float = 0.0,
    classes: int = 10,
) -> tuple[Entry, ...]:
    """The spec of a dense network: one Dense, activation and Dropout for each hidden width.

    Dropout is there even at 0, so that it can be raised during training.
    """
    if activation not in ACTIVATIONS:
        raise RecipeError(f"activation is {activation!r}: use {', '.join(ACTIVATIONS)}")
    spec: list[Entry] = ["Flatten"]
    for width in hidden:
        dense = {"layer": "Dense", "out_features": width, "initializer": initializer}
        spec += [dense, activation, {"layer": "Dropout", "p": dropout}]
    output = {"layer": "Dense", "out_features": classes, "initializer": initializer}
    return (*spec, output, "LogSoftmax")


def dense_shape(spec: Spec) -> dict[str, Any] | None:
    """The arguments with which `dense_layers` makes this spec; None for other kinds of network.

    The spec may leave out Dropout at 0.
    """
    dense = [entry for entry in spec if isinstance(entry, dict) and entry.get("layer") == "Dense"]
    activations = [entry for entry in spec if entry in ACTIVATIONS]
    if not dense:
        return None
    shape = {
        "hidden": [entry.get("out_features") for entry in dense[:-1]],
        "activation": activations[0] if activations else "ReLU",
        "initializer": dense[-1].get("initializer", "he"),
        "dropout": dropout_of(spec) or 0.0,
        "classes": dense[-1].get("out_features"),
    }
    return shape if canonical(spec) == canonical(dense_layers(**shape)) else None


def canonical(spec: Spec) -> list[dict[str, Any]]:
    """The spec with defaults written out and Dropout at 0 left out, for comparisons."""
    entries = [{"layer": entry} if isinstance(entry, str) else entry for entry in spec]
    dense = {"initializer": "he"}
    return [
        {**(dense if entry["layer"] == "Dense" else {}), **entry}
        for entry in entries
        if not (entry["layer"] == "Dropout" and entry.get("p") == 0)
    ]


def dropout_of(spec: Spec) -> float | None:
    """p of the first Dropout layer; None without one."""
    entries = [entry for entry in spec if isinstance(entry, dict) and entry["layer"] == "Dropout"]
    return entries[0].get("p", 0.5) if entries else None


@dataclass(frozen=True)
class Recipe:
    """All settings of a run. Units: `lr` a step, `epochs` passes over the training images."""

    name: str = "custom"
    comment: str = ""
    dataset: str = "mnist"
    train_images: int | None = None  # this many, chosen by the seed; None: all
    layers: tuple[Entry, ...] = dense_layers([128])
    optimizer: str = "sgd"
    lr: float = 0.1
    momentum: float = 0.9  # of momentum and nesterov; β₁ of Adam
    beta2: float = 0.999  # of Adam, and of RMSProp, where PyTorch has 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    schedule: str = "constant"
    warmup: float = 0.0  # share of the run over which lr rises to its full value
    batch_size: int = 100
    epochs: float = 5.0
    steps: int | None = None  # instead of epochs
    eval_every: int | None = None  # steps between validations; None: once an epoch
    label_smoothing: float = 0.0  # share of the target spread evenly over all classes
    clip_norm: float | None = None  # the gradient's greatest Euclidean norm
    averaging: float = 0.0  # decay of the weights' EMA, which then is what is used
    patience: int | None = None  # validations without a better score before the run ends
    augment: dict[str, float] | None = None  # strengths by name, for the caller's augmentation
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        for name, low, high in RANGES:
            self._check_number(name, low, high)
        for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in known:
                raise RecipeError(f"{name} is {value!r}: use {', '.join(known)}")
        for name, longest in (("name", 60), ("comment", 2000), ("dataset", 1000)):
            if not isinstance(getattr(self, name), str) or len(getattr(self, name)) > longest:
                raise RecipeError(f"{name} must be a text of at most {longest} letters")
        self._check_augment()

    def _check_augment(self) -> None:
        strengths = {} if self.augment is None else self.augment
        if not isinstance(strengths, dict) or not all(
            isinstance(name, str) and type(value) in (int, float) and math.isfinite(value)
            for name, value in strengths.items()
        ):
            raise RecipeError('augment must be strengths by name, such as {"shift": 2}')

    def _check_number(self, name: str, low: float, high: float) -> None:
        value, field = getattr(self, name), FIELDS[name]
        if value is None and field.default is None:
            return
        whole = field.type in (int, int | None)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            raise RecipeError(f"{name} is {value!r}: it must be {kind} from {low:g} to {high:g}")

    @property
    def dropout(self) -> float | None:
        """p of the first Dropout layer; None without one."""
        return dropout_of(self.layers)

    def replace(self, /, **changes: Any) -> "Recipe":
        """A copy with other settings; `dropout` sets p of every Dropout layer."""
        if "dropout" in changes:
            p = changes.pop("dropout")
            if self.dropout is None:
                raise RecipeError("dropout cannot be set: the network has no Dropout layer")
            if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p < 1:
                raise RecipeError(f"dropout is {p!r}: it must be a number in [0, 1)")
            changes["layers"] = tuple(
                {**entry, "p": p}
                if isinstance(entry, dict) and entry["layer"] == "Dropout"
                else entry
                for entry in self.layers
            )
        if unknown := set(changes) - set(FIELDS):
            raise RecipeError(
                f"unknown setting {min(unknown)!r}: use {', '.join(FIELDS)}, "
                "dropout, hidden, activation, initializer"
            )
        return dataclasses.replace(self, **changes)

    def check_fit(self, input_shape: Sequence[int], classes: int) -> None:
        """RecipeError if the layers do not fit `input_shape` or that many classes."""
        try:
            planned = plan(self.layers, input_shape)
        except ValueError as error:
            raise RecipeError(str(error)) from error
        last = planned[-1]
        if not isinstance(last.layer, LogSoftmax) or last.output_shape[0] < classes:
            raise RecipeError(
                f"a network for {classes} classes must end in Dense with out_features of at least "
                f"{classes}, then LogSoftmax"
            )

    def total_steps(self, images: int) -> int:
        """How many steps the run takes on that many training images."""
        if self.steps is not None:
            return self.steps
        return math.ceil(self.epochs * math.ceil(images / self.batch_size))

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON: only what differs from the defaults, plus name and layers."""
        values = {name: getattr(self, name) for name in FIELDS}
        always = ("name", "layers")
        return {
            name: list(value) if name == "layers" else value
            for name, value in values.items()
            if name in always or value != FIELDS[name].default
        }

    @classmethod
    def from_json(cls, value: object) -> "Recipe":
        """The inverse of `to_json`."""
        if not isinstance(value, dict):
            raise RecipeError('a recipe is a JSON object: {"name": …, "layers": […], …}')
        if not isinstance(value.get("layers", []), list):
            raise RecipeError("layers must be a list")
        return cls().replace(**value)

    @classmethod
    def from_run(cls, text: str | bytes) -> "tuple[Recipe, list]":
        """JSON text of a recipe, a run or a saved model → (recipe, changes).

        A run is {"recipe": {…}, "changes": [[step, {setting: value}], …]}; a model holds both too.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError(f"the recipe is not valid JSON: {error}") from error
        if not isinstance(value, dict) or "recipe" not in value:
            return cls.from_json(value), []
        return cls.from_json(value["recipe"]), check_changes(value.get("changes", []))


FIELDS = {field.name: field for field in dataclasses.fields(Recipe)}
RANGES = (  # setting, least, greatest
    ("train_images", 1, 10_000_000),
    ("lr", 0, 1000),
    ("momentum", 0, 0.9999),
    ("beta2", 0, 0.999999),
    ("eps", 0, 1),
    ("weight_decay", 0, 10),
    ("warmup", 0, 1),
    ("batch_size", 1, 60_000),
    ("epochs", 0, 10_000),
    ("steps", 0, 100_000_000),
    ("eval_every", 1, 100_000_000),
    ("label_smoothing", 0, 0.9),
    ("clip_norm", 1e-6, 1e6),
    ("averaging", 0, 0.99999),
    ("patience", 1, 10_000),
    ("seed", 0, 2**63 - 1),
)


def check_changes(changes: object) -> list:
    """The log of a run's changes, unchanged; RecipeError if it is not of that form."""
    if not isinstance(changes, list) or not all(
        isinstance(change, list)
        and len(change) == 2
        and type(change[0]) is int
        and isinstance(change[1], dict)
        for change in changes
    ):
        raise RecipeError("changes must be a list of [step, {setting: value}]")
    return changes


def build_augmentation(
    make: MakeAugment | None, strengths: dict[str, float] | None
) -> Augment | None:
    """make(strengths), or None without strengths; RecipeError without `make`, or if it refuses."""
    if not strengths:
        return None
    if make is None:
        raise RecipeError("this recipe augments its images: give the trainer `augment`")
    try:
        return make(strengths)
    except ValueError as error:
        raise RecipeError(str(error)) from error


def parse_setting(recipe: Recipe, text: str) -> Recipe:
    """Apply one `key=value` of the command line: a field, dropout, or the shape of a dense net.

    `hidden=256,128`, `activation=Tanh` and `initializer=glorot` rebuild the layers.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise RecipeError(f"{text!r} is no setting: write key=value, as in lr=0.1")
    if key in ("hidden", "activation", "initializer"):
        shape = dense_shape(recipe.layers)
        if shape is None:
            raise RecipeError(f"{key} can only be set where all hidden layers are dense")
        shape[key] = _parse_widths(value) if key == "hidden" else value
        return recipe.replace(layers=dense_layers(**shape))
    try:
        parsed = json.loads(value)
    except ValueError:
        is_number = re.fullmatch(r"[+-]?(\d+\.|\.\d+)(e[+-]?\d+)?", value)  # .05
        parsed = float(value) if is_number else value  # a word such as adam
    if key == "epochs":  # a recipe that counts steps now counts epochs
        recipe = recipe.replace(steps=None)
    return recipe.replace(**{key: parsed})


def _parse_widths(text: str) -> list[int]:
    if not re.fullmatch(r"[\d, ]*", text):
        raise RecipeError(f"hidden is {text!r}: write widths, as in hidden=256,128")
    return [int(width) for width in text.split(",") if width.strip()]
