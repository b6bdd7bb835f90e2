"""How sure an answer is, said so that it comes true; and when there is no answer to be sure of.

Networks are surer than they should be. A temperature T, one number fitted on validation images,
mends their probabilities: softmax(logits / T) (Guo et al. 2017, "On calibration of modern neural
networks", https://arxiv.org/abs/1706.04599).

Probabilities only say which digit, not whether it is one. For that two or three measures are
averaged, each in units of how it spreads over validation digits: the evidence, which is the largest
logit (Hendrycks et al. 2019, https://arxiv.org/abs/1911.11132), and minus the strangeness to the
class of the answer (`netcore.confidence.subspaces`), of the image and, in convolutional networks,
of what the last hidden layer makes of it. What falls below a threshold is refused.
"""

import math
from dataclasses import asdict, dataclass, fields, replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import rankdata

from netcore import functional
from netcore.speed import parallel

PIXEL_AXES, HIDDEN_AXES = 40, 20  # of each class, in images and in a hidden layer
REFUSED = 0.015  # share of the validation digits that fall below the threshold
TAIL = 2  # percent of them that lie farther than one spread on the bad side
OPTIONAL = {"hidden_middle", "hidden_spread"}  # files of dense networks have none
HOTTEST = 20.0  # temperatures are sought from 1/20 to 20


@dataclass(frozen=True)
class Certainty:
    """What calibration finds out about a model; a few numbers that lie in its file.

    A middle and a spread for each measure; the hidden ones count where `score` is given some.
    """

    temperature: float = 1.0
    evidence_middle: float = 0.0
    evidence_spread: float = 1.0
    strangeness_middle: float = 0.0
    strangeness_spread: float = 1.0
    threshold: float = -math.inf
    hidden_middle: float = 0.0
    hidden_spread: float = 1.0

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise ValueError(f"its {field.name} is not a number")
        if not all(
            1e-6 < value < 1e6
            for value in (
                self.temperature,
                self.evidence_spread,
                self.strangeness_spread,
                self.hidden_spread,
            )
        ):
            raise ValueError("its temperature and spreads must be positive and not extreme")

    @classmethod
    def from_json(cls, data):
        """Only these numbers; ValueError if any is missing, unknown or no number."""
        names = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or not names - OPTIONAL <= set(data) <= names:
            raise ValueError("its certainty does not hold the numbers it should")
        certainty = cls(**data)
        if not all(map(math.isfinite, data.values())):
            raise ValueError("its certainty holds numbers that are not finite")
        return certainty

    def to_json(self):
        return asdict(self)

    def probabilities(self, logits):
        """Logits (N, K) → calibrated probabilities (N, K)."""
        return np.exp(functional.log_softmax(logits / self.temperature))

    def score(self, logits, strangeness, hidden=None):
        """Logits, strangeness of image and hidden layer, all (N, K) → (N,).

        0 is a typical digit, below is doubtful.
        """
        measures = [(logits.max(axis=1) - self.evidence_middle) / self.evidence_spread]
        strange = _to_the_answer(strangeness, logits)
        measures.append((self.strangeness_middle - strange) / self.strangeness_spread)
        if hidden is not None:
            strange = _to_the_answer(hidden, logits)
            measures.append((self.hidden_middle - strange) / self.hidden_spread)
        return np.mean(measures, axis=0)


def _to_the_answer(strangeness, logits):
    """How strange each example is to the class that is its answer: (N, K), (N, K) → (N,)."""
    return np.take_along_axis(strangeness, logits.argmax(axis=1)[:, None], axis=1)[:, 0]


def see(network, looks):
    """Looks (N, V, *input_shape) at N examples → mean logits (N, K), mean hidden values (N, F).

    Averaging logits is averaging log-probabilities, but for a constant that tells how strong the
    evidence is. Hidden is what the last layer before LogSoftmax, which must be there, is given.
    """
    count, views = looks.shape[:2]
    x = looks.reshape(-1, *looks.shape[2:])
    logits = np.empty((len(x), *network.output_shape), network.theta.dtype)
    hidden = np.empty((len(x), hidden_size(network)), network.theta.dtype)
    *body, last, _log_softmax = network.layers
    for part in network.microbatches(len(x), parallel.REPLICAS):
        y = functional.scale_pixels(x[part])
        for layer in body:
            y = layer.forward(y, False)
        hidden[part] = y.reshape(len(y), -1)
        logits[part] = last.forward(y, False)
    return tuple(out.reshape(count, views, -1).mean(axis=1) for out in (logits, hidden))


def hidden_size(network):
    """How many numbers the last layer before LogSoftmax is given."""
    return math.prod(network.plan[-2].input_shape)


def fit(logits, targets, strangeness, hidden=None, refused=REFUSED):
    """Calibrate on validation examples: logits and strangeness (N, K), targets (N,) integers."""
    evidence_middle, evidence_spread = _middle_and_spread(-logits.max(axis=1))
    middle, spread = _middle_and_spread(_to_the_answer(strangeness, logits))
    found = Certainty(
        temperature=temperature(logits, targets),
        evidence_middle=-evidence_middle,
        evidence_spread=evidence_spread,
        strangeness_middle=middle,
        strangeness_spread=spread,
    )
    if hidden is not None:
        middle, spread = _middle_and_spread(_to_the_answer(hidden, logits))
        found = replace(found, hidden_middle=middle, hidden_spread=spread)
    threshold = np.quantile(found.score(logits, strangeness, hidden), refused)
    return replace(found, threshold=float(threshold))


def _middle_and_spread(values):
    """The median, and how far from it the worst `TAIL` percent begin."""
    middle, odd = np.percentile(values, (50, 100 - TAIL))
    return float(middle), float(max(odd - middle, 1e-3))


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
