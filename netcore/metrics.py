"""How good the answers of a network are. Labels that cannot be right raise an InputError."""

from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.checks import InputError, check_labels
from netcore.record import Record

if TYPE_CHECKING:
    from netcore.trainer import Trainer


def accuracy(predicted: np.ndarray, targets: np.ndarray) -> float:
    """Share of right answers, 0…1. Both (N,) integers, N ≥ 1."""
    targets = check_labels(targets)
    predicted = check_labels(predicted, len(targets), name="answers")
    if not len(targets):
        raise InputError("there are no examples to score: give at least one")
    return float(np.mean(predicted == targets))


def confusion(predicted: np.ndarray, targets: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) counts: row = the true class, column = the answer."""
    targets = check_labels(targets, classes=classes)
    predicted = check_labels(predicted, len(targets), classes, "answers")
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (targets, predicted), 1)
    return table


def score(log_probs: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """log_probs: (N, K), targets: (N,) → dict of accuracy, loss (mean, in nats) and confusion."""
    targets = check_labels(targets, len(log_probs), log_probs.shape[1])
    predicted = log_probs.argmax(axis=1)
    of_targets = log_probs[np.arange(len(targets)), targets]
    return {
        "accuracy": accuracy(predicted, targets),
        "loss": -float(of_targets.mean(dtype=np.float64)),
        "confusion": confusion(predicted, targets, log_probs.shape[1]),
    }


def report(trainer: "Trainer", last: Record | None, test: dict[str, Any]) -> dict[str, Any]:
    """The numbers that a model file and the command line tell of a run, by name.

    last: its last `Record`, validated, or None without a step; test: `score` on the test set.
    """
    return {
        "test_accuracy": test["accuracy"],
        "test_loss": test["loss"],
        "validation_accuracy": last.validation_accuracy if last else None,
        "validation_loss": last.validation_loss if last else None,
        "train_seconds": round(trainer.seconds, 3),
        "images_per_second": round(trainer.images_seen / max(trainer.seconds, 1e-9)),
        "steps": trainer.step_count,
        "parameters": trainer.network.parameters,
        "seed": trainer.recipe.seed,
    }
