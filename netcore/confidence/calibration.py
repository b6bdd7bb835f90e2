"""Calibrated probabilities, and a threshold below which an input is rejected.

Networks are overconfident. A temperature T, fitted on validation images, corrects their
probabilities: softmax(logits / T) (Guo et al. 2017, https://arxiv.org/abs/1706.04599).

Probabilities say which class, not whether the input belongs to any. For that, two or three measures
are averaged, each in units of its spread over validation images: the largest logit (Hendrycks et
al. 2019, https://arxiv.org/abs/1911.11132), and minus the novelty to the answered class
(`netcore.confidence.subspaces`), of the image and, in convolutional networks, of the features of
the last hidden layer. What scores below a threshold is rejected.
"""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import mannwhitneyu

from netcore import functional
from netcore.checks import check_labels, check_x
from netcore.network import Network
from netcore.speed import parallel

REJECT_RATE = 0.015  # share of the validation images that fall below the threshold
TAIL = 2  # percent of them that lie farther than one spread on the bad side of the median
MAX_TEMPERATURE = 20.0  # temperatures are searched from 1/20 to 20

# Names of the numbers in model files, where they differ from the attributes.
FILE_KEYS = {
    "max_logit_median": "evidence_middle",
    "max_logit_spread": "evidence_spread",
    "novelty_median": "strangeness_middle",
    "novelty_spread": "strangeness_spread",
    "hidden_novelty_median": "hidden_middle",
    "hidden_novelty_spread": "hidden_spread",
}
OPTIONAL = {"hidden_middle", "hidden_spread"}  # files of dense networks lack them


@dataclass(frozen=True)
class Certainty:
    """The result of calibrating a model, saved in its file.

    A median and a spread for each measure; the hidden ones count where `in_distribution_score` is
    given hidden novelties. ValueError for a number that is not sound.
    """

    temperature: float = 1.0
    max_logit_median: float = 0.0
    max_logit_spread: float = 1.0
    novelty_median: float = 0.0
    novelty_spread: float = 1.0
    threshold: float = -math.inf
    hidden_novelty_median: float = 0.0
    hidden_novelty_spread: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise ValueError(f"its {_file_key(field.name)} is not a number")
        if not all(
            1e-6 < value < 1e6
            for value in (
                self.temperature,
                self.max_logit_spread,
                self.novelty_spread,
                self.hidden_novelty_spread,
            )
        ):
            raise ValueError("its temperature and spreads must be positive and not extreme")

    @classmethod
    def from_json(cls, data: Any) -> "Certainty":
        """The inverse of `to_json`; ValueError if a number is missing, unknown or not finite."""
        names = {_file_key(field.name): field.name for field in fields(cls)}
        if not isinstance(data, dict) or not names.keys() - OPTIONAL <= set(data) <= names.keys():
            raise ValueError("its certainty does not hold the numbers it should")
        certainty = cls(**{names[key]: value for key, value in data.items()})
        if not all(map(math.isfinite, data.values())):
            raise ValueError("its certainty holds numbers that are not finite")
        return certainty

    def to_json(self) -> dict[str, float]:
        """The numbers under the keys of model files."""
        return {_file_key(name): value for name, value in asdict(self).items()}

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Logits (N, K) → calibrated probabilities (N, K)."""
        return np.exp(functional.log_softmax(logits / self.temperature))

    def in_distribution_score(
        self, logits: np.ndarray, novelty: np.ndarray, hidden_novelty: np.ndarray | None = None
    ) -> np.ndarray:
        """Logits, novelty of image and of hidden features, all (N, K) → (N,).

        0 for a typical validation image, negative for what is less like its class.
        """
        measures = [(logits.max(axis=1) - self.max_logit_median) / self.max_logit_spread]
        own = _of_the_answer(novelty, logits)
        measures.append((self.novelty_median - own) / self.novelty_spread)
        if hidden_novelty is not None:
            own = _of_the_answer(hidden_novelty, logits)
            measures.append((self.hidden_novelty_median - own) / self.hidden_novelty_spread)
        return np.mean(measures, axis=0)


def _file_key(name: str) -> str:
    return FILE_KEYS.get(name, name)


def _of_the_answer(novelty: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """The novelty of each example to its most likely class: (N, K), (N, K) → (N,)."""
    return np.take_along_axis(novelty, logits.argmax(axis=1)[:, None], axis=1)[:, 0]


def forward_views(network: Network, views: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Views (N, V, *input_shape) → mean logits (N, K) and mean hidden features (N, F).

    Averaging logits averages log-probabilities up to a constant, and keeps the size of the largest
    logit. Hidden features are the input of the last layer before LogSoftmax, which must be there.
    InputError for views of another shape or type.
    """
    count, per_example = views.shape[:2]
    x = views.reshape(-1, *views.shape[2:])
    check_x(x, network.input_shape, "a view")
    logits = np.empty((len(x), *network.output_shape), network.theta.dtype)
    hidden = np.empty((len(x), _hidden_size(network)), network.theta.dtype)
    *body, last, _log_softmax = network.layers
    for part in network.microbatches(len(x), parallel.REPLICAS):
        y = functional.scale_pixels(x[part])
        for layer in body:
            y = layer.forward(y, False)
        hidden[part] = y.reshape(len(y), -1)
        logits[part] = last.forward(y, False)
    means = (out.reshape(count, per_example, -1).mean(axis=1) for out in (logits, hidden))
    mean_logits, mean_hidden = means
    return mean_logits, mean_hidden


def _hidden_size(network: Network) -> int:
    """Number of inputs of the last layer before LogSoftmax."""
    return math.prod(network.plan[-2].input_shape)


def fit(
    logits: np.ndarray,
    targets: np.ndarray,
    novelty: np.ndarray,
    hidden_novelty: np.ndarray | None = None,
    reject_rate: float = REJECT_RATE,
) -> Certainty:
    """Calibrate on validation images: logits and novelties (N, K), targets (N,) integers."""
    low_median, low_spread = _median_and_spread(-logits.max(axis=1))
    median, spread = _median_and_spread(_of_the_answer(novelty, logits))
    found = Certainty(
        temperature=temperature(logits, targets),
        max_logit_median=-low_median,
        max_logit_spread=low_spread,
        novelty_median=median,
        novelty_spread=spread,
    )
    if hidden_novelty is not None:
        median, spread = _median_and_spread(_of_the_answer(hidden_novelty, logits))
        found = replace(found, hidden_novelty_median=median, hidden_novelty_spread=spread)
    scores = found.in_distribution_score(logits, novelty, hidden_novelty)
    return replace(found, threshold=float(np.quantile(scores, reject_rate)))


def _median_and_spread(values: np.ndarray) -> tuple[float, float]:
    """The median, and the distance from it to the worst `TAIL` percent."""
    median, odd = np.percentile(values, (50, 100 - TAIL))
    return float(median), float(max(odd - median, 1e-3))


def temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The T that minimises the mean loss of softmax(logits / T) on the targets."""
    check_labels(targets, *logits.shape)
    rows = np.arange(len(targets))

    def loss(log_t: float) -> float:
        log_probs = functional.log_softmax(logits.astype(np.float64) / math.exp(log_t))
        return -log_probs[rows, targets].mean()

    limit = math.log(MAX_TEMPERATURE)
    return math.exp(minimize_scalar(loss, bounds=(-limit, limit), method="bounded").x)


def calibration_error(probabilities: np.ndarray, targets: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error, 0 … 1: mean gap between confidence and accuracy (Guo et al.)."""
    check_labels(targets, *probabilities.shape)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(number, confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(targets))


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """How often a random score of `inside` (N,) is above one of `outside` (M,); ties count half.

    The Mann-Whitney U over the number of pairs (Hanley & McNeil 1982).
    """
    return float(mannwhitneyu(inside, outside).statistic / (len(inside) * len(outside)))
