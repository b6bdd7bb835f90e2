"""Hyperparameter sweeps: one recipe trained with many settings, on a grid or at random.

A grid takes every combination of listed values. A random search draws the settings of each trial
independently, and finds the ones that matter with fewer trials (Bergstra & Bengio 2012, "Random
search for hyper-parameter optimization").

This module holds the plan, as data, and the training of one trial. In which process or on which
machine a trial is trained is up to the caller; the results are the same, to the bit.
"""

import dataclasses
import itertools
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from netcore.batches import Examples
from netcore.recipe import FIELDS, Recipe, RecipeError, parse_setting
from netcore.record import Divergence
from netcore.trainer import Trainer

# The settings that a sweep may vary, and those that are drawn on a log scale by default.
SETTINGS = (
    *("lr", "hidden", "batch_size", "optimizer", "momentum", "beta2", "eps", "weight_decay"),
    *("dropout", "label_smoothing", "activation", "initializer", "schedule", "warmup"),
    *("clip_norm", "averaging", "epochs", "steps", "train_images", "seed"),
)
LOG_SCALED = ("lr", "hidden", "batch_size", "weight_decay", "eps", "clip_norm", "train_images")
MAX_TRIALS = 10_000
VALIDATIONS = 8  # points on a trial's curve
FORMAT = "netcore sweep"


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, drawn uniformly, or uniformly on a log scale if `log`."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        numbers = (self.low, self.high)
        if not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
            raise RecipeError(f"a range has two numbers, not {self.low!r} and {self.high!r}")
        if not self.low < self.high:
            raise RecipeError(f"a range goes from less to more, not {self.low:g} to {self.high:g}")
        if self.log and self.low <= 0:
            raise RecipeError(f"a range on a log scale begins above 0, not at {self.low:g}")

    def draw(self, rng: np.random.Generator, whole: bool = False) -> float:
        """One number, rounded to two significant digits; an integer if `whole`."""
        if self.log:
            number = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            number = rng.uniform(self.low, self.high)
        number = min(max(float(f"{number:.2g}"), self.low), self.high)
        return round(number) if whole else number


class Trial(NamedTuple):
    """One recipe of a sweep, and the settings in which it differs from the others."""

    settings: dict[str, Any]
    recipe: Recipe


@dataclass(frozen=True)
class Sweep:
    """The plan of a sweep. `axes`: for each setting a tuple of values, or a Range to draw from.

    With `trials` it is a random search of that many, drawn with `seed`; without, a grid. More
    trials with the same seed begin with the same ones. RecipeError if the plan is not valid.
    """

    recipe: Recipe
    axes: dict[str, tuple | Range]
    trials: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.axes:
            raise RecipeError("a sweep needs a setting to vary, such as lr=0.01,0.1")
        for name, axis in self.axes.items():
            self._check_axis(name, axis)
        count = self.trials
        if count is None:
            count = math.prod(len(values) for values in self._values())
        if type(count) is not int or not 1 <= count <= MAX_TRIALS:
            raise RecipeError(f"a sweep has from 1 to {MAX_TRIALS:,} trials, not {count!r}")

    def _check_axis(self, name: str, axis: tuple | Range) -> None:
        if name not in SETTINGS:
            raise RecipeError(f"{name!r} cannot be swept: use {', '.join(SETTINGS)}")
        if isinstance(axis, Range):
            if self.trials is None:
                raise RecipeError(f"a grid needs a list of values for {name}, not a range")
            if not _is_number(name):
                raise RecipeError(f"{name} has no range: list its values")
        elif not axis:
            raise RecipeError(f"{name} needs at least one value")

    def plan(self) -> list[Trial]:
        """All trials, without repeats. RecipeError if a value is out of its setting's range."""
        chosen = self._grid() if self.trials is None else self._draws(self.trials)
        return [self._trial(settings) for settings in chosen]

    def _values(self) -> list[tuple]:
        """The axes of a grid, which has no ranges."""
        return [axis for axis in self.axes.values() if not isinstance(axis, Range)]

    def _grid(self) -> list[dict[str, Any]]:
        axes = (dict.fromkeys(values) for values in self._values())
        return [dict(zip(self.axes, values, strict=True)) for values in itertools.product(*axes)]

    def _draws(self, trials: int) -> list[dict[str, Any]]:
        rng, drawn = np.random.default_rng(self.seed), {}
        for _ in range(100 * trials):  # short lists may have fewer combinations than trials
            settings = {name: _draw(name, axis, rng) for name, axis in self.axes.items()}
            drawn.setdefault(key(settings), settings)
            if len(drawn) == trials:
                break
        return list(drawn.values())

    def _trial(self, settings: dict[str, Any]) -> Trial:
        recipe = self.recipe
        for name, value in settings.items():
            recipe = parse_setting(recipe, f"{name}={write(name, value)}")
        return Trial(settings, recipe.replace(name=f"{recipe.name} {describe(settings)}"[:60]))

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        axes = {
            name: dataclasses.asdict(axis) if isinstance(axis, Range) else list(axis)
            for name, axis in self.axes.items()
        }
        plan = {"trials": self.trials, "seed": self.seed} if self.trials is not None else {}
        return {"recipe": self.recipe.to_json(), "axes": axes, **plan}

    @classmethod
    def from_json(cls, value: Any) -> "Sweep":
        """The inverse of `to_json`. RecipeError if it is not of that form."""
        try:
            axes = {
                name: Range(**axis) if isinstance(axis, dict) else tuple(axis)
                for name, axis in value["axes"].items()
            }
            recipe = Recipe.from_json(value["recipe"])
            return cls(recipe, axes, value.get("trials"), value.get("seed", 0))
        except (KeyError, TypeError, AttributeError) as error:
            raise RecipeError('a sweep is {"recipe": {…}, "axes": {setting: values}}') from error


@dataclass(frozen=True)
class Result:
    """The result of a trial. Accuracy and loss are those of its last validation.

    `status` is "done", "diverged" or "failed"; `message` says why. `curve` has rows of step,
    validation loss and validation accuracy.
    """

    settings: dict[str, Any]
    status: str = "done"
    message: str = ""
    validation_accuracy: float | None = None
    validation_loss: float | None = None
    curve: list = field(default_factory=list)
    seconds: float = 0.0  # of training, including validations
    parameters: int = 0

    @property
    def key(self) -> str:
        """See `key`."""
        return key(self.settings)


def train(
    trial: Trial,
    train: Examples,
    validation: Examples,
    stop: Callable[[], bool] | None = None,
    **options: Any,
) -> Result | None:
    """Train one trial to its end. `train`, `validation` and `options` are those of a `Trainer`.

    A trial that fails gives a result too. `stop()` is called at every step; once it is true the
    trial ends and the result is None.
    """
    curve, trainer, last = [], None, None
    try:
        trainer = Trainer(
            _validated_often(trial.recipe, len(train[0])), train, validation, **options
        )
        for last in trainer:
            if stop is not None and stop():
                return None
            if last.validation_accuracy is not None:
                curve.append([last.step, last.validation_loss, last.validation_accuracy])
        if last is None:
            raise RecipeError("the run has no steps: set epochs or steps above 0")
        status, message = "done", ""
    except Divergence as error:
        status, message = "diverged", str(error)
    except Exception as error:  # such as no memory: reported in the result
        status = "failed"
        message = str(error) if isinstance(error, RecipeError) else repr(error)
    return Result(
        trial.settings,
        status,
        message,
        last.validation_accuracy if last and status == "done" else None,
        last.validation_loss if last and status == "done" else None,
        curve,
        round(trainer.seconds, 3) if trainer else 0.0,
        trainer.network.parameters if trainer else 0,
    )


def ranked(results: Iterable[Result]) -> list[Result]:
    """The best on validation first; then those that diverged or failed."""
    return sorted(results, key=lambda r: (r.status != "done", -(r.validation_accuracy or 0), r.key))


def key(settings: dict[str, Any]) -> str:
    """The same text for the same settings, which identifies a trial."""
    return json.dumps(settings, sort_keys=True)


def write(name: str, value: Any) -> str:
    """A value as the command line takes it: `hidden` is 64, or 128x64 for two layers."""
    if name == "hidden":
        return str(value).replace("x", ",")
    return value if isinstance(value, str) else json.dumps(value)


def describe(settings: dict[str, Any]) -> str:
    """The settings as text, such as "lr=0.1 hidden=64"."""
    return " ".join(f"{name}={value}" for name, value in settings.items())


def dumps(sweep: Sweep, results: Iterable[Result]) -> str:
    """The plan and its results so far, as JSON text."""
    rows = [dataclasses.asdict(result) for result in results]
    value = {"format": FORMAT, "version": 1, "sweep": sweep.to_json(), "results": rows}
    return json.dumps(value, indent=1)


def loads(text: str | bytes) -> tuple[Sweep, list[Result]]:
    """The inverse of `dumps`. RecipeError if it is not of that form."""
    try:
        value = json.loads(text)
        if value["format"] != FORMAT or value["version"] != 1:
            raise ValueError("another format")
        return Sweep.from_json(value["sweep"]), [Result(**row) for row in value["results"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(f"this is not a file of sweep results ({error})") from error


def _is_number(name: str) -> bool:
    return name in ("hidden", "dropout") or name in FIELDS and FIELDS[name].type is not str


def _draw(name: str, axis: tuple | Range, rng: np.random.Generator) -> Any:
    if isinstance(axis, Range):
        whole = name == "hidden" or name in FIELDS and FIELDS[name].type in (int, int | None)
        return axis.draw(rng, whole)
    return axis[rng.integers(len(axis))]


def _validated_often(recipe: Recipe, images: int) -> Recipe:
    """The recipe with a few validations for the curve, unless validations affect the run."""
    if recipe.patience is not None:
        return recipe
    steps = recipe.total_steps(min(recipe.train_images or images, images))
    return recipe.replace(eval_every=max(1, steps // VALIDATIONS))
