"""Why a run diverged, and what to change: tried out in short runs before it is said.

Causes are looked for in this order: inputs that are not finite, an `eps` of 0 and other settings
that no learning rate makes up for, a loss that was too large before the first step, and only then
the learning rate.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from netcore import checks, functional
from netcore.batches import Examples
from netcore.layers import Entry
from netcore.network import plan
from netcore.recipe import Recipe
from netcore.record import DIVERGED_LOSS, Divergence, Record

if TYPE_CHECKING:
    from netcore.trainer import Trainer

STEPS = 32  # of a short run
RATES = [10 ** (-k / 2) for k in range(17)]  # times lr, tried until they get worse
MOST = 4000  # training examples for the short runs
SMALLEST_BATCH, LARGEST_BATCH = 16, 128  # of the short runs
NUMBERS = 2_000_000  # in memory for a batch of theirs, so that convolutions do not take minutes
UNSCALED = 4.0  # inputs beyond this are not scaled to a range near 0…1
DIVIDES_BY_EPS = ("rmsprop", "adam", "adamw")
HAS_MOMENTUM = ("momentum", "nesterov", "adam", "adamw")
NO_EPS = 1e-20  # float32 loses the squares of gradients below 1e-22, and then eps is all there is
MOST_DECAY = 0.1  # of weight_decay; AdamW, which multiplies it by lr, bears ten times as much

NewTrainer = Callable[[Recipe, Examples], "Trainer"]


class Advice(NamedTuple):
    """What made a run diverge, and what to change for one that learns."""

    cause: str  # in words
    settings: dict[str, Any]  # for `Recipe.replace`
    words: tuple[str, ...]  # the same in words, with what is to be done to the inputs
    divisor: float = 1.0  # of the inputs

    def __str__(self) -> str:
        return f"{self.cause}. {'Try ' + ' and '.join(self.words) + '.' if self.words else ''}"


def divergence(trainer: "Trainer", record: Record) -> Divergence:
    """The error for a trainer whose loss in `record` diverged; its advice is found when read."""
    loss = record.loss if not record.loss < DIVERGED_LOSS else math.nan
    return Divergence(f"The loss became {loss:.3g} at step {record.step}", later(trainer))


def later(trainer: "Trainer") -> Callable[[], Advice]:
    """A function that finds advice for a trainer as it is now, whatever becomes of it."""
    recipe, (x, targets), validation = trainer.settings, trainer.train, trainer.validation
    kind, augment = type(trainer), trainer.make_augment
    chosen = trainer.batches.indices[:MOST]

    def new_trainer(recipe: Recipe, examples: Examples) -> "Trainer":
        return kind(recipe, examples, validation, augment=augment)

    def advise() -> Advice:
        try:
            checks.check_finite(x)
        except checks.InputError as error:  # x was finite when the run began
            return Advice(str(error), {}, ("it with finite inputs",))
        return find(recipe, (x[chosen], targets[chosen]), new_trainer)

    return advise


def find(recipe: Recipe, examples: Examples, new_trainer: NewTrainer) -> Advice:
    """What to change in a recipe that diverges; examples: some of its x (N, …), targets (N,)."""
    size = sum(planned.activation_size for planned in plan(recipe.layers, examples[0].shape[1:]))
    largest = min(max(SMALLEST_BATCH, NUMBERS // size), LARGEST_BATCH)
    recipe = dataclasses.replace(
        recipe,
        train_images=None,
        schedule="constant",
        warmup=0.0,
        steps=STEPS,
        eval_every=STEPS + 1,
        averaging=0.0,
        patience=None,
        batch_size=min(recipe.batch_size, largest),
    )
    cause, settings, words, divisor = "", _settings_at_fault(recipe), [], 1.0
    for name, (reason, value) in settings.items():
        cause = cause or reason
        words.append(f"{name}={value:g} instead of {getattr(recipe, name):g}")
    changed = {name: value for name, (_, value) in settings.items()}
    recipe = recipe.replace(**changed)
    trainer = new_trainer(recipe, examples)
    x, _ = trainer.batches.load(trainer.batches.indices, slice(0, largest), 0)
    if not np.isfinite(x).all():
        return Advice("augmentation makes NaN or infinity of the images", {}, ("it without",))
    if x.min() == x.max():
        return Advice("all images are blank, so there is nothing to learn", {}, ("other data",))
    first = _losses(trainer, 1)[0]
    guess = math.log(trainer.network.output_shape[0])
    if not first < 4 * guess:
        known = f"the loss was {first:.3g} before any step, while guessing costs {guess:.2g}"
        reach = float(np.abs(functional.scale_pixels(examples[0])).max())
        if reach > UNSCALED:
            divisor = reach
            examples = examples[0] / np.float32(reach), examples[1]
            cause = cause or f"{known}: the inputs reach {reach:.3g}"
            words.insert(0, f"inputs scaled to 0…1, x / {reach:.3g}")
        else:
            cause = cause or f"{known}: the initial weights are too large for this network"
            for name in ("lecun", "glorot"):
                layers = _with_initializer(recipe.layers, name)
                calmer = recipe.replace(layers=layers)
                if _losses(new_trainer(calmer, examples), 1)[0] < first / 2:
                    recipe, changed = calmer, changed | {"layers": layers}
                    words.append(f"initializer={name}")
                    break
    lr = _learning_rate(recipe, examples, new_trainer, guess, at_fault=not words)
    if lr is not None and lr != recipe.lr:
        changed["lr"] = lr
        words.append(f"a learning rate of {lr:g} instead of {recipe.lr:g}")
    cause = cause or "the steps are too long for this network"
    if not words:
        words = ["a smaller network or other data: no learning rate helped"]
    return Advice(cause, changed, tuple(words), divisor)


def _settings_at_fault(recipe: Recipe) -> dict[str, tuple[str, float]]:
    """Setting → (what is wrong with it, a value that is not)."""
    found: dict[str, tuple[str, float]] = {}
    name, momentum = recipe.optimizer, recipe.momentum if recipe.optimizer in HAS_MOMENTUM else 0
    if name in DIVIDES_BY_EPS and recipe.eps < NO_EPS:
        reason = f"eps is {recipe.eps:g}, so {name} divides by 0 where a gradient is always 0"
        found["eps"] = f"{reason}, as at pixels that are always black", 1e-8
    if recipe.dropout is not None and recipe.dropout > 0.9:
        found["dropout"] = f"dropout={recipe.dropout:g} leaves hardly any unit", 0.5
    if recipe.weight_decay >= MOST_DECAY * (10 if name == "adamw" else 1):
        reason = f"weight_decay={recipe.weight_decay:g} outweighs what the images say"
        found["weight_decay"] = reason, 1e-4
    if momentum > 0.99:
        found["momentum"] = f"momentum={momentum:g} adds up {1 / (1 - momentum):,.0f} steps", 0.9
    return found


def _with_initializer(layers: tuple[Entry, ...], name: str) -> tuple[Entry, ...]:
    return tuple(
        {**entry, "initializer": name}
        if isinstance(entry, dict) and entry["layer"] in ("Dense", "Conv2d")
        else entry
        for entry in layers
    )


def _learning_rate(
    recipe: Recipe, examples: Examples, new_trainer: NewTrainer, guess: float, at_fault: bool
) -> float | None:
    """A rate with which short runs learn, or else stay calm; None without. `at_fault`: not its own.

    The rates go down from the recipe's. Half of the one that ends lowest leaves a margin.
    """
    best, calm, lowest, worse = None, None, 0.9 * guess, 0
    for factor in RATES:
        lr = float(f"{recipe.lr * factor:.2g}")
        loss = np.mean(_losses(new_trainer(recipe.replace(lr=lr), examples), STEPS)[-STEPS // 4 :])
        if factor == 1 and not at_fault and loss < lowest:
            return recipe.lr
        if loss < lowest:
            best, lowest, worse = lr, loss, 0
        elif best is not None and (worse := worse + 1) == 2:
            break
        if calm is None and loss < 1.1 * guess:
            calm = lr
    chosen = calm if best is None else best
    return None if chosen is None else float(f"{chosen / 2:.2g}")


def _losses(trainer: "Trainer", steps: int) -> list[float]:
    """The mean loss of each of so many steps; infinity ends it if they diverge or get nowhere."""
    losses = []
    for step in range(steps):
        with np.errstate(all="ignore"):
            loss, _, count, _ = trainer.train_step()
        lost = step == STEPS // 4 and loss / count > 2 * losses[0]
        losses.append(math.inf if lost or not loss / count < DIVERGED_LOSS else loss / count)
        if losses[-1] == math.inf:
            break
    return losses
