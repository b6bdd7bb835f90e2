"""A reader: a network that looks several times and knows what it does not know."""

from dataclasses import dataclass

import numpy as np

from netcore.confidence import calibration
from netcore.confidence.subspaces import Subspaces
from netcore.functional import scale_pixels

FAINTEST = 0.015  # mean brightness: a dot has half of it, the thinnest digit of MNIST nearly twice


@dataclass(frozen=True, eq=False)
class Reading:
    """What a reader makes of N examples."""

    probabilities: np.ndarray  # (N, K), calibrated
    score: np.ndarray  # (N,), how much each looks like one of its classes; see `Certainty.score`
    known: np.ndarray  # (N,) bool: something is there, and the score reaches the threshold

    @property
    def answers(self):
        """(N,) integers, the best guess even for what is not known."""
        return self.probabilities.argmax(axis=1)


class Reader:
    """`reader(looks)` → Reading. Like its network, not for use by two threads at once.

    `digits`, what images of its classes have in common, judges the first look. Without it, or for
    a model that was never calibrated, everything that is there counts as known.
    """

    def __init__(self, model, digits: Subspaces | None = None):
        self.network = model.network()
        self.calibrated = model.certainty is not None and digits is not None
        self.certainty = model.certainty or calibration.Certainty()
        self._digits, self._familiar = digits, model.familiar

    def __call__(self, looks):
        """looks: (N, V, *input_shape), V looks at each of N examples, the first as it is."""
        logits, hidden = calibration.see(self.network, looks)
        there = scale_pixels(looks[:, 0].reshape(len(looks), -1)).mean(axis=1) > FAINTEST
        probabilities = self.certainty.probabilities(logits)
        if not self.calibrated:
            # In half nats, so that it weighs against gaps (`dataset.ink.segment`) as scores do.
            score = np.log(np.maximum(probabilities.max(axis=1), 1e-30)) / 2
            return Reading(probabilities, score, there)
        strange = self._digits.strangeness(looks[:, 0])
        hidden = self._familiar.strangeness(hidden) if self._familiar else None
        score = self.certainty.score(logits, strange, hidden)
        return Reading(probabilities, score, there & (score >= self.certainty.threshold))
