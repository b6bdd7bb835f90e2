"""The command line: train, evaluate, predict. `python -m netcore --help`."""

import argparse
import json
import os
import sys
from pathlib import Path

from tqdm import tqdm

import dataset
from dataset import DataError, augment, ink
from netcore import lr_find, metrics
from netcore.parallel import Replicas
from netcore.recipe import Recipe, RecipeError, parse_setting
from netcore.serialize import ModelError, freeze, load
from netcore.trainer import Divergence, Trainer

MODELS = Path(__file__).resolve().parent.parent / "models"


def main(arguments=None):
    """Run one command; exit code 2 and one sentence on stderr when it cannot be done."""
    options = parser().parse_args(arguments)
    try:
        result = options.command(options)
    except (RecipeError, ModelError, DataError, Divergence) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result))
    return 0


def parser():
    top = argparse.ArgumentParser(
        prog="python -m netcore", description="Train and use neural networks in pure NumPy."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name, function, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        sub.add_argument(
            "--json",
            action="store_true",
            help="print one JSON object as the last line of the output",
        )
        return sub

    known = ", ".join(sorted(path.stem for path in (MODELS / "recipes").glob("*.json")))

    def from_recipe(name, function, text):
        sub = command(name, function, text)
        sub.add_argument(
            "--recipe",
            default="seed",
            metavar="NAME|FILE",
            help=f"a recipe of models/recipes ({known}), or a JSON file: a recipe, or a "
            "saved model to train again (default: seed)",
        )
        sub.add_argument(
            "--set",
            nargs="+",
            default=[],
            metavar="KEY=VALUE",
            action="extend",
            help="settings other than the recipe's, such as lr=0.05 epochs=3 "
            "hidden=256,128 activation=Tanh dropout=0.2 optimizer=adam "
            "dataset=NAME|FILE.csv",
        )
        add_threads(sub)
        return sub

    train = from_recipe("train", run_train, "Train a network and score it on the test set.")
    train.add_argument("--out", type=Path, metavar="FILE", help="save the model here, as JSON")

    from_recipe("lr-find", run_lr_find, "Search for a learning rate in one short run.")

    evaluate = command("evaluate", run_evaluate, "Score a saved model on a split of a dataset.")
    evaluate.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    evaluate.add_argument("--split", choices=("train", "validation", "test"), default="test")
    evaluate.add_argument(
        "--dataset", metavar="NAME|FILE.csv", help="default: the one the model was trained on"
    )
    add_threads(evaluate)

    predict = command("predict", run_predict, "Read digits from pictures.")
    predict.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    predict.add_argument(
        "--image",
        nargs="+",
        required=True,
        metavar="FILE",
        type=Path,
        help="PNG, JPEG or WebP pictures of one digit each",
    )
    return top


def add_threads(command):
    command.add_argument(
        "--threads",
        type=int,
        choices=(1, 2),
        default=min(2, os.cpu_count() or 1),
        help="changes the speed, not the result (default: %(default)s)",
    )


def run_train(options):
    recipe, changes = read_recipe(options)
    if options.out is not None and not options.out.parent.is_dir():
        raise RecipeError(f"{options.out} cannot be saved: there is no folder {options.out.parent}")
    train, validation, test = read_data(recipe)
    trainer = Trainer(recipe, train, validation, changes, **speed_and_looks(recipe, options))
    last = follow(trainer)
    images, labels = test
    test = metrics.score(trainer.replicas.log_probs(images), labels)
    scores = {
        "test_accuracy": test["accuracy"],
        "test_loss": test["loss"],
        "validation_accuracy": last.validation_accuracy,
        "validation_loss": last.validation_loss,
        "train_seconds": round(last.seconds, 3),
        "images_per_second": round(last.images / last.seconds),
        "steps": last.step,
        "parameters": trainer.network.parameters,
        "seed": recipe.seed,
    }
    print(
        f"{recipe.name}: {test['accuracy']:.2%} on the test set, {last.validation_accuracy:.2%} on "
        f"validation, {last.step:,} steps in {last.seconds:.2f} s, "
        f"{trainer.network.parameters:,} parameters"
    )
    if options.out is not None:
        freeze(trainer, scores).save(options.out)
        print(f"saved to {options.out}")
    return {"recipe": recipe.name, "dataset": recipe.dataset, **scores}


def follow(trainer):
    """Run to the end under a progress bar; Ctrl-C ends the run early, with what it has learned."""
    total = trainer.settings.total_steps(len(trainer.chosen))
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
            trainer.conclude()
            print(f"\nstopped at step {trainer.step_count:,}", file=sys.stderr)
    if last is None:
        raise RecipeError("the run has no steps: set epochs or steps above 0")
    return last if last.validation_accuracy is not None else trainer.validated(last)


def run_lr_find(options):
    recipe, _ = read_recipe(options)
    train, validation, _ = read_data(recipe)
    search = lr_find.find(recipe, train, validation, **speed_and_looks(recipe, options))
    print(lr_find.draw(search))
    print(f"suggestion: lr={search.suggestion:.2g}, where the loss falls fastest")
    return {
        "suggestion": search.suggestion,
        "lrs": search.lrs.tolist(),
        "losses": search.losses.tolist(),
    }


def run_evaluate(options):
    model = read_model(options.model)
    data = dataset.load(options.dataset or model.recipe.dataset)
    split = data.splits[options.split]
    network = model.network()
    log_probs = Replicas(network, options.threads).log_probs(split.images)
    score = metrics.score(log_probs, split.labels)
    print(
        f"{model.name}: {score['accuracy']:.2%} on {len(split):,} {options.split} images of "
        f"{data.name}, loss {score['loss']:.4f}, {network.parameters:,} parameters"
    )
    return {
        f"{options.split}_accuracy": score["accuracy"],
        f"{options.split}_loss": score["loss"],
        "count": len(split),
        "dataset": data.name,
        "parameters": network.parameters,
        "confusion": score["confusion"].tolist(),
    }


def run_predict(options):
    network = read_model(options.model).network()
    predictions = []
    for path in options.image:
        image = ink.from_picture(ink.open_picture(path))
        if not image.any():
            raise DataError(f"{path} shows no ink: give a picture with a digit on plain paper")
        probabilities = network.predict(image[None])[0]
        digit = int(probabilities.argmax())
        print(f"{path}: {digit} ({probabilities[digit]:.1%})")
        predictions.append(
            {
                "file": str(path),
                "digit": digit,
                "probabilities": [round(float(p), 6) for p in probabilities],
            }
        )
    return {"predictions": predictions}


def read_recipe(options):
    """The recipe of --recipe and --set → (recipe, changes); a model's file gives its history."""
    name = options.recipe
    path = MODELS / "recipes" / f"{name}.json"
    if not path.is_file():
        path = Path(name)
    try:
        text = path.read_bytes()
    except OSError as error:
        known = ", ".join(sorted(p.stem for p in (MODELS / "recipes").glob("*.json")))
        raise RecipeError(f"there is no recipe {name!r}: use {known}, or a JSON file") from error
    recipe, changes = Recipe.from_run(text)
    for setting in options.set:
        recipe = parse_setting(recipe, setting)
    return recipe, changes


def speed_and_looks(recipe, options):
    """How many threads train, and what the recipe's augmentation does to images."""
    return {"threads": options.threads, "augment": augment.build(recipe.augment)}


def read_data(recipe):
    """(images, labels) of the training, validation and test split."""
    splits = dataset.load(recipe.dataset).splits.values()
    return [(split.images, split.labels) for split in splits]


def read_model(name):
    path = MODELS / f"{name}.json"
    return load(path if path.is_file() else name)


if __name__ == "__main__":
    sys.exit(main())
