"""How good the answers are."""

import numpy as np


def accuracy(predicted, targets):
    """Share of right answers, 0…1. Both (N,) integers."""
    return float(np.mean(predicted == targets))


def confusion(predicted, targets, classes):
    """(classes, classes) counts: row = the true class, column = the answer."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (targets, predicted), 1)
    return table
