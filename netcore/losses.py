"""The loss: the negative log-likelihood of the right answers, in nats."""

import numpy as np

from netcore import checks


def softmax_cross_entropy(
    logits: np.ndarray,
    targets: np.ndarray,
    dlogits: np.ndarray,
    batch_size: int,
    smoothing: float = 0.0,
) -> tuple[float, int]:
    """−log softmax(logits)[target], and its gradient, with one exp and nothing (N, K) allocated.

    logits: (N, K), targets: (N,) integers → (sum of losses, number right): sums, so that the
    results of microbatches add up. With p = softmax(logits) the gradient of the mean over
    `batch_size` examples is (p − one_hot(targets)) / batch_size; it is written to `dlogits` (N, K).

    With `smoothing` s the target is (1 − s) · one_hot + s / K, which keeps the network from
    becoming overconfident. Szegedy et al. 2016, section 7.

    InputError for targets of another shape or type, or outside 0 … K − 1.
    """
    count, classes = logits.shape
    if not checks.labels_fit(targets, count, classes):
        checks.check_labels(targets, count, classes)
    starts = np.arange(0, count * classes, classes)  # of the rows, in one flat vector
    answers = logits.argmax(axis=1)
    largest = logits.reshape(-1)[starts + answers]
    np.subtract(logits, largest[:, None], out=dlogits)
    flat, of_targets = dlogits.reshape(-1), starts + targets.astype(np.intp, copy=False)
    loss = (smoothing - 1) * flat[of_targets].sum()
    if smoothing:
        loss -= smoothing / classes * flat.sum()
    np.exp(dlogits, out=dlogits)
    sums = dlogits.sum(axis=1, keepdims=True)
    loss += np.log(sums).sum()
    dlogits /= sums * batch_size
    flat[of_targets] -= (1 - smoothing) / batch_size
    if smoothing:
        flat -= smoothing / (classes * batch_size)
    return float(loss), int(np.count_nonzero(answers == targets))
