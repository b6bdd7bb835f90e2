"""Score a saved model."""

from argparse import Namespace
from typing import Any

from netcore import metrics
from netcore.commands import Commands, add_threads, command, read_model
from netcore.commands.data import split_for
from netcore.speed.parallel import Replicas


def add(commands: Commands) -> None:
    parser = command(
        commands, "evaluate", run_evaluate, "Score a saved model on a split of a dataset."
    )
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test")
    parser.add_argument(
        "--dataset",
        metavar="NAME|PATH",
        help="a name, a folder of IDX files or a CSV file (default: the one it was trained on)",
    )
    add_threads(parser)


def run_evaluate(options: Namespace) -> dict[str, Any]:
    """Print accuracy and loss on the split."""
    model = read_model(options.model)
    data, split = split_for(model, options.dataset, options.split)
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
        "notes": list(data.notes),
        "parameters": network.parameters,
        "confusion": score["confusion"].tolist(),
    }
