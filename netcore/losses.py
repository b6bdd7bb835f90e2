"""The loss: how surprised the network was by the right answers, in nats."""

import numpy as np


def nll(log_probs, targets):
    """Negative log-likelihood, −mean log p(target), and its gradient.

    log_probs: (N, K), targets: (N,) integers → (loss, dlog_probs (N, K)).
    """
    rows = np.arange(len(targets))
    dlog_probs = np.zeros_like(log_probs)
    dlog_probs[rows, targets] = -1 / len(targets)
    return -float(log_probs[rows, targets].mean()), dlog_probs


def softmax_nll(logits, targets, dlogits, batch_size):
    """`nll` of `log_softmax`, fused: one exp instead of two, nothing allocated of size (N, K).

    With p = softmax(logits) the gradient is (p − one_hot(targets)) / batch_size; it is written to
    `dlogits` (N, K). Returns (sum of losses, number right), sums so that parts of a batch add up.
    """
    count, classes = logits.shape
    starts = np.arange(0, count * classes, classes)  # of the rows, in one flat vector
    answers = logits.argmax(axis=1)
    largest = logits.reshape(-1)[starts + answers]
    np.subtract(logits, largest[:, None], out=dlogits)
    flat, of_targets = dlogits.reshape(-1), starts + targets
    loss = -flat[of_targets].sum()
    np.exp(dlogits, out=dlogits)
    sums = dlogits.sum(axis=1, keepdims=True)
    loss += np.log(sums).sum()
    dlogits /= sums * batch_size
    flat[of_targets] -= 1 / batch_size
    return float(loss), int(np.count_nonzero(answers == targets))
