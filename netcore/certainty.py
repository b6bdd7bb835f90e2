"""How sure an answer is, said so that it comes true; and when there is no answer to be sure of.

Networks are surer than they should be. A temperature T, one number fitted on validation images,
mends their probabilities: softmax(logits / T) (Guo et al. 2017, "On calibration of modern neural
networks", https://arxiv.org/abs/1706.04599).

Probabilities only say which digit, not whether it is one. For that two measures are added, each in
units of how it spreads over validation digits: the evidence, which is the largest logit (Hendrycks
et al. 2019, https://arxiv.org/abs/1911.11132), and minus the strangeness of the image to the class
of the answer (`dataset.shapes`). What falls below a threshold is refused.
"""

import math
from dataclasses import asdict, dataclass, fields

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import rankdata

from netcore import functional, parallel

REFUSED = 0.015  # share of the validation digits that fall below the threshold
TAIL = 2  # percent of them that lie farther than one spread on the bad side
HOTTEST = 20.0  # temperatures are sought from 1/20 to 20


@dataclass(frozen=True)
class Certainty:
    """What calibration finds out about a model; six numbers that lie in its file."""

    temperature: float = 1.0
    evidence_middle: float = 0.0
    evidence_spread: float = 1.0
    strangeness_middle: float = 0.0
    strangeness_spread: float = 1.0
    threshold: float = -math.inf

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise ValueError(f"its {field.name} is not a number")
        if not all(
            1e-6 < value < 1e6
            for value in (self.temperature, self.evidence_spread, self.strangeness_spread)
        ):
            raise ValueError("its temperature and spreads must be positive and not extreme")

    @classmethod
    def from_json(cls, data):
        """Only these six numbers; ValueError if any is missing, unknown or no number."""
        if not isinstance(data, dict) or set(data) != {field.name for field in fields(cls)}:
            raise ValueError("its certainty does not hold the six numbers it should")
        certainty = cls(**data)
        if not all(map(math.isfinite, data.values())):
            raise ValueError("its certainty holds numbers that are not finite")
        return certainty

    def to_json(self):
        return asdict(self)

    def probabilities(self, logits):
        """Logits (N, K) → calibrated probabilities (N, K)."""
        return np.exp(functional.log_softmax(logits / self.temperature))

    def score(self, logits, strangeness):
        """Logits (N, K), strangeness (N, K) → (N,): 0 is a typical digit, below is doubtful."""
        answers = logits.argmax(axis=1)
        strange = strangeness[np.arange(len(answers)), answers]
        return (logits.max(axis=1) - self.evidence_middle) / self.evidence_spread - (
            strange - self.strangeness_middle
        ) / self.strangeness_spread


def logits(network, looks):
    """Looks (N, V, *input_shape) at N examples → mean logits (N, K) over the looks.

    The same as averaging log-probabilities, but for a constant that tells how strong the evidence
    is. The network must end in LogSoftmax.
    """
    count, views = looks.shape[:2]
    x = looks.reshape(-1, *looks.shape[2:])
    out = np.empty((len(x), *network.output_shape), network.theta.dtype)
    for part in network.parts(len(x), parallel.LANES):
        y = functional.scale_pixels(x[part])
        for layer in network.layers[:-1]:
            y = layer.forward(y, False)
        out[part] = y
    return out.reshape(count, views, -1).mean(axis=1)


def fit(logits, targets, strangeness, refused=REFUSED):
    """Calibrate on validation examples: logits and strangeness (N, K), targets (N,) integers."""
    answers = logits.argmax(axis=1)
    evidence = logits.max(axis=1)
    strange = strangeness[np.arange(len(answers)), answers]
    most, least = np.median(evidence), np.percentile(evidence, TAIL)
    typical, odd = np.median(strange), np.percentile(strange, 100 - TAIL)
    found = Certainty(
        temperature=temperature(logits, targets),
        evidence_middle=float(most),
        evidence_spread=float(max(most - least, 1e-3)),
        strangeness_middle=float(typical),
        strangeness_spread=float(max(odd - typical, 1e-3)),
    )
    threshold = np.quantile(found.score(logits, strangeness), refused)
    return Certainty(**{**found.to_json(), "threshold": float(threshold)})


def temperature(logits, targets):
    """The T for which softmax(logits / T) gives the targets the smallest mean loss."""
    rows = np.arange(len(targets))

    def loss(log_t):
        log_probs = functional.log_softmax(logits.astype(np.float64) / math.exp(log_t))
        return -log_probs[rows, targets].mean()

    reach = math.log(HOTTEST)
    return math.exp(minimize_scalar(loss, bounds=(-reach, reach), method="bounded").x)


def calibration_error(probabilities, targets, bins=15):
    """Mean gap between how sure answers are and how often they are right, 0 … 1 (Guo's ECE)."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    number = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(number, sure - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(targets))


def auroc(inside, outside):
    """How often a random score of `inside` (N,) is above one of `outside` (M,); ties count half."""
    ranks = rankdata(np.concatenate([inside, outside]))[: len(inside)]
    above = ranks.sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))
