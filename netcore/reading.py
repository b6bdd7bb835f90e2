"""A reader: a network that looks several times and knows what it does not know."""

from dataclasses import dataclass

import numpy as np

from netcore import certainty


@dataclass(frozen=True, eq=False)
class Reading:
    """What a reader makes of N examples."""

    probabilities: np.ndarray  # (N, K), calibrated
    score: np.ndarray  # (N,), how much each looks like one of its classes; see `Certainty.score`
    known: np.ndarray  # (N,) bool: the score reaches the threshold

    @property
    def answers(self):
        """(N,) integers, the best guess even for what is not known."""
        return self.probabilities.argmax(axis=1)


class Reader:
    """`reader(looks)` → Reading. Like its network, not for use by two threads at once.

    `strangeness(images)` → (N, K) judges the first look. Without it, or for a model that was never
    calibrated, everything counts as known.
    """

    def __init__(self, model, strangeness=None):
        self.network = model.network()
        self.calibrated = model.certainty is not None and strangeness is not None
        self.certainty = model.certainty or certainty.Certainty()
        self._strangeness = strangeness

    def __call__(self, looks):
        """looks: (N, V, *input_shape), V looks at each of N examples, the first as it is."""
        logits = certainty.logits(self.network, looks)
        probabilities = self.certainty.probabilities(logits)
        if not self.calibrated:
            score = np.log(np.maximum(probabilities.max(axis=1), 1e-30))
            return Reading(probabilities, score, np.ones(len(looks), bool))
        score = self.certainty.score(logits, self._strangeness(looks[:, 0]))
        return Reading(probabilities, score, score >= self.certainty.threshold)
