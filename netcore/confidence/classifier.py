"""A classifier with calibrated probabilities that can reject an input."""

from dataclasses import dataclass

import numpy as np

from netcore.confidence.calibration import Certainty, forward_views
from netcore.confidence.subspaces import Subspaces
from netcore.functional import scale_pixels
from netcore.model import Model

# Mean brightness: a dot has about half of it, the thinnest digit of MNIST nearly twice.
MIN_BRIGHTNESS = 0.015


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answers for N examples."""

    probabilities: np.ndarray  # (N, K), calibrated
    score: np.ndarray  # (N,), see `Certainty.in_distribution_score`
    accepted: np.ndarray  # (N,) bool: not blank, and the score reaches the threshold

    @property
    def answers(self) -> np.ndarray:
        """(N,) integers: the most likely class, also of what is rejected."""
        return self.probabilities.argmax(axis=1)


class CalibratedClassifier:
    """`classifier(views)` → Prediction. Not for use by two threads at once, as its network.

    `digits` are the subspaces of the images that this model was trained on. Without them, or for a
    model that was never calibrated, everything but blank images is accepted; `lacks_images` tells
    the first case.
    """

    def __init__(self, model: Model, digits: Subspaces | None = None):
        self.network = model.network()
        self.calibrated = model.certainty is not None and digits is not None
        self.lacks_images = model.certainty is not None and digits is None
        self.certainty = model.certainty or Certainty()
        self._digits, self._features = digits, model.feature_subspaces

    def __call__(self, views: np.ndarray) -> Prediction:
        """views: (N, V, *input_shape), V views of each of N examples, the first unchanged."""
        logits, hidden = forward_views(self.network, views)
        brightness = scale_pixels(views[:, 0].reshape(len(views), -1)).mean(axis=1)
        visible = brightness > MIN_BRIGHTNESS
        probabilities = self.certainty.probabilities(logits)
        if self._digits is None or not self.calibrated:
            # Half the log-probability weighs against gaps (`dataset.ink.segment`) as scores do.
            score = np.log(np.maximum(probabilities.max(axis=1), 1e-30)) / 2
            return Prediction(probabilities, score, visible)
        novelty = self._digits.novelty(views[:, 0])
        hidden_novelty = self._features.novelty(hidden) if self._features else None
        score = self.certainty.in_distribution_score(logits, novelty, hidden_novelty)
        return Prediction(probabilities, score, visible & (score >= self.certainty.threshold))
