"""Train a network, and search for a learning rate."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from netcore import metrics
from netcore.analysis import diagnostics
from netcore.commands import (
    Commands,
    add_recipe,
    add_threads,
    command,
    read_recipe,
    trainer_options,
)
from netcore.commands.data import arrays, open_for
from netcore.model import ModelError, check_network, load
from netcore.recipe import Recipe, RecipeError
from netcore.record import Record
from netcore.search import lr_find
from netcore.trainer import Trainer


def add(commands: Commands) -> None:
    train = command(commands, "train", run_train, "Train a network and score it on the test set.")
    add_recipe(train)
    add_threads(train)
    train.add_argument("--out", type=Path, metavar="FILE", help="save the model here, as JSON")
    search = command(
        commands, "lr-find", run_lr_find, "Search for a learning rate in one short run."
    )
    add_recipe(search)
    add_threads(search)


def run_train(options: Namespace) -> dict[str, Any]:
    """Train, print the scores, and save the model if --out is given."""
    recipe, changes = read_recipe(options)
    recipe, data = open_for(recipe)
    train, validation, (images, labels) = arrays(data)
    if options.out is not None:
        _check_out(options.out, recipe, data.image_shape)
    trainer = Trainer(recipe, train, validation, changes, **trainer_options(options, data))
    last = follow(trainer)
    test = metrics.score(trainer.replicas.log_probs(images), labels)
    scores = metrics.report(trainer, last, test)
    print(
        f"{recipe.name}: {test['accuracy']:.2%} on the test set, {last.validation_accuracy:.2%} on "
        f"validation, {last.step:,} steps in {last.seconds:.2f} s, "
        f"{trainer.network.parameters:,} parameters"
    )
    if dead := diagnostics.dead_network(trainer):
        print(dead[0])
    if options.out is not None:
        classes = () if data.is_digits else data.classes
        replace(trainer.model(scores), classes=classes).save(options.out)
        print(f"saved to {options.out}")
    return {"recipe": recipe.name, "dataset": recipe.dataset, **scores}


def _check_out(path: Path, recipe: Recipe, input_shape: tuple[int, ...]) -> None:
    """RecipeError or ModelError if the model could not be saved there, or not be opened again."""
    problem = None
    try:
        if not path.parent.is_dir():
            problem = f"there is no folder {path.parent}"
        elif path.is_dir():
            problem = "it is a folder, so add the name of a file"
        elif path.exists() and not path.is_file():
            problem = "it is a device or a pipe, so give the name of a file"
        elif path.is_file() and path.stat().st_size and not _is_model(path):
            problem = "another file of that name would be lost, so choose another name"
        else:
            _try_to_write(path)
    except OSError as error:  # such as too long a name
        problem = f"{error.strerror}"
    if problem:
        raise RecipeError(f"{path} cannot be saved: {problem}")
    try:
        check_network(recipe.layers, input_shape)
    except ModelError as error:
        raise ModelError(
            f"{path} could not be opened again: {error}. Make the network smaller, or train "
            "without --out"
        ) from error


def _is_model(path: Path) -> bool:
    try:
        load(path)
    except ModelError:
        return False
    return True


def _try_to_write(path: Path) -> None:
    """OSError if nothing can be written there; leaves everything as it was."""
    existed = path.exists()
    with path.open("ab"):
        pass
    if not existed:
        path.unlink()


def follow(trainer: Trainer) -> Record:
    """Train to the end with a progress bar → the last record. Ctrl-C ends the run early."""
    total = trainer.settings.total_steps(len(trainer.batches.indices))
    last, validation = None, ""
    with tqdm(total=total, unit="step", dynamic_ncols=True) as bar:
        try:
            for last in trainer:
                if last.validation_accuracy is not None:
                    validation = f" val {last.validation_accuracy:.2%}"
                if last.step % 50 == 0 or last.step == total:
                    bar.set_postfix_str(
                        f"loss {last.loss:.3f} acc {last.accuracy:.0%}{validation} "
                        f"{last.images / last.seconds:,.0f} images/s",
                        refresh=False,
                    )
                    bar.update(last.step - bar.n)
        except KeyboardInterrupt:
            trainer.finish()
            print(f"\nstopped at step {trainer.step_count:,}", file=sys.stderr)
    if last is None:
        raise RecipeError("the run has no steps: set epochs or steps above 0")
    return last if last.validation_accuracy is not None else trainer.validated(last)


def run_lr_find(options: Namespace) -> dict[str, Any]:
    """Print the curve of the learning-rate range test, and the suggested rate."""
    recipe, _ = read_recipe(options)
    recipe, data = open_for(recipe)
    train, validation, _ = arrays(data)
    search = lr_find.find(recipe, train, validation, **trainer_options(options, data))
    print(lr_find.draw(search))
    print(f"suggestion: lr={search.suggestion:.2g}, where the loss falls fastest")
    return {
        "suggestion": search.suggestion,
        "lrs": search.lrs.tolist(),
        "losses": search.losses.tolist(),
    }
