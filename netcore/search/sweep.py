"""A sweep: one recipe, trained again and again under other settings, to see which of them matter.

A grid takes every combination of listed values. A random search draws each trial afresh, so that
no two share a value, and finds the setting that matters sooner. Bergstra and Bengio 2012, "Random
search for hyper-parameter optimization".

Here stand the plan, as data, and the training of one trial. Who trains which trial, in how many
processes and on which machine, is the caller's affair: the results are the same, to the bit.
"""

import dataclasses
import itertools
import json
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from netcore.recipe import FIELDS, Recipe, RecipeError, parse_setting
from netcore.record import Divergence
from netcore.trainer import Trainer

# The settings that a sweep may move, and those that are drawn by factors instead of differences.
SETTINGS = (
    *("lr", "hidden", "batch_size", "optimizer", "momentum", "beta2", "eps", "weight_decay"),
    *("dropout", "label_smoothing", "activation", "initializer", "schedule", "warmup"),
    *("clip_norm", "averaging", "epochs", "steps", "train_images", "seed"),
)
BY_FACTORS = ("lr", "hidden", "batch_size", "weight_decay", "eps", "clip_norm", "train_images")
MOST_TRIALS = 10_000
VALIDATIONS = 8  # points of a trial's curve
FORMAT = "netcore sweep"


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, drawn evenly by difference, or by factor if `log`."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self):
        numbers = (self.low, self.high)
        if not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
            raise RecipeError(f"a range has two numbers, not {self.low!r} and {self.high!r}")
        if not self.low < self.high:
            raise RecipeError(f"a range goes from less to more, not {self.low:g} to {self.high:g}")
        if self.log and self.low <= 0:
            raise RecipeError(f"a range by factors begins above 0, not at {self.low:g}")

    def draw(self, rng, whole=False):
        """One number, of two digits as a person would choose it; an integer if `whole`."""
        if self.log:
            number = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            number = rng.uniform(self.low, self.high)
        number = min(max(float(f"{number:.2g}"), self.low), self.high)
        return round(number) if whole else number


class Trial(NamedTuple):
    """One recipe of a sweep, and the settings that make it differ from the others."""

    settings: dict
    recipe: Recipe


@dataclass(frozen=True)
class Sweep:
    """`axes`: values to take, as a tuple, or a Range to draw from, by the name of the setting.

    With `trials` it is a random search of so many, drawn by `seed`; without, a grid. More trials
    with the same seed begin with the same ones. RecipeError if it cannot be.
    """

    recipe: Recipe
    axes: dict
    trials: int | None = None
    seed: int = 0

    def __post_init__(self):
        if not self.axes:
            raise RecipeError("a sweep needs a setting to move, such as lr=0.01,0.1")
        for name, axis in self.axes.items():
            self._check_axis(name, axis)
        count = self.trials
        if count is None:
            count = math.prod(len(values) for values in self.axes.values())
        if type(count) is not int or not 1 <= count <= MOST_TRIALS:
            raise RecipeError(f"a sweep has from 1 to {MOST_TRIALS:,} trials, not {count!r}")

    def _check_axis(self, name, axis):
        if name not in SETTINGS:
            raise RecipeError(f"{name!r} cannot be swept: use {', '.join(SETTINGS)}")
        if isinstance(axis, Range):
            if self.trials is None:
                raise RecipeError(f"a grid needs a list of values for {name}, not a range")
            if not _is_number(name):
                raise RecipeError(f"{name} has no range: list what it may be")
        elif not axis:
            raise RecipeError(f"{name} needs a value or more")

    def plan(self) -> list[Trial]:
        """All trials, each another; RecipeError if a value is out of its setting's range."""
        chosen = self._grid() if self.trials is None else self._draws()
        return [self._trial(settings) for settings in chosen]

    def _grid(self):
        axes = (dict.fromkeys(values) for values in self.axes.values())
        return [dict(zip(self.axes, values, strict=True)) for values in itertools.product(*axes)]

    def _draws(self):
        rng, drawn = np.random.default_rng(self.seed), {}
        for _ in range(100 * self.trials):  # short lists have fewer combinations than trials
            settings = {name: _draw(name, axis, rng) for name, axis in self.axes.items()}
            drawn.setdefault(key(settings), settings)
            if len(drawn) == self.trials:
                break
        return list(drawn.values())

    def _trial(self, settings):
        recipe = self.recipe
        for name, value in settings.items():
            recipe = parse_setting(recipe, f"{name}={write(name, value)}")
        return Trial(settings, recipe.replace(name=f"{recipe.name} {describe(settings)}"[:60]))

    def to_json(self):
        axes = {
            name: dataclasses.asdict(axis) if isinstance(axis, Range) else list(axis)
            for name, axis in self.axes.items()
        }
        plan = {"trials": self.trials, "seed": self.seed} if self.trials is not None else {}
        return {"recipe": self.recipe.to_json(), "axes": axes, **plan}

    @classmethod
    def from_json(cls, value) -> "Sweep":
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
    """What became of a trial. Accuracy and loss are those of its last validation.

    `status`: "done", "diverged" (the loss was lost, which is an answer too) or "failed"; `message`
    says why. `curve`: rows of step, validation loss, validation accuracy.
    """

    settings: dict
    status: str = "done"
    message: str = ""
    validation_accuracy: float | None = None
    validation_loss: float | None = None
    curve: list = field(default_factory=list)
    seconds: float = 0.0  # of training, validations included
    parameters: int = 0

    @property
    def key(self):
        return key(self.settings)


def train(trial, train, validation, stop=None, **options) -> Result:
    """Train one trial to its end. train, validation and `options` are those of a Trainer.

    A trial that fails is a result, not the end of the sweep. `stop()` is asked at every step; once
    it is true there is no result but None.
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
    except Exception as error:  # a worker's memory, for one: told in the result
        status = "failed"
        message = str(error) if isinstance(error, RecipeError) else repr(error)
    return Result(
        trial.settings,
        status,
        message,
        last.validation_accuracy if status == "done" else None,
        last.validation_loss if status == "done" else None,
        curve,
        round(trainer.seconds, 3) if trainer else 0.0,
        trainer.network.parameters if trainer else 0,
    )


def ranked(results) -> list[Result]:
    """The best on validation first; then those that diverged or failed."""
    return sorted(results, key=lambda r: (r.status != "done", -(r.validation_accuracy or 0), r.key))


def key(settings) -> str:
    """The same text for the same settings, to tell trials apart by."""
    return json.dumps(settings, sort_keys=True)


def write(name, value) -> str:
    """A value as the command line takes it: `hidden` is 64, or 128x64 for two layers."""
    if name == "hidden":
        return str(value).replace("x", ",")
    return value if isinstance(value, str) else json.dumps(value)


def describe(settings) -> str:
    return " ".join(f"{name}={value}" for name, value in settings.items())


def dumps(sweep, results) -> str:
    """The plan and what is known of it, as JSON text."""
    rows = [dataclasses.asdict(result) for result in results]
    value = {"format": FORMAT, "version": 1, "sweep": sweep.to_json(), "results": rows}
    return json.dumps(value, indent=1)


def loads(text) -> tuple[Sweep, list[Result]]:
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


def _is_number(name):
    return name in ("hidden", "dropout") or name in FIELDS and FIELDS[name].type is not str


def _draw(name, axis, rng):
    if isinstance(axis, Range):
        whole = name == "hidden" or name in FIELDS and FIELDS[name].type in (int, int | None)
        return axis.draw(rng, whole)
    return axis[rng.integers(len(axis))]


def _validated_often(recipe, images):
    """The recipe with a curve of a few points, where validations have no part in the run."""
    if recipe.patience is not None:
        return recipe
    steps = recipe.total_steps(min(recipe.train_images or images, images))
    return recipe.replace(eval_every=max(1, steps // VALIDATIONS))
