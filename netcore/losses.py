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


def softmax_nll(logits, targets, dlogits):
    """`nll` of `log_softmax`, fused: one exp instead of two, nothing allocated of size (N, K).

    With p = softmax(logits) the gradient is (p − one_hot(targets)) / N; it is written to
    `dlogits` (N, K). Returns (sum of losses, number right), sums so that batches add up.
    """
    rows = np.arange(len(targets))
    np.subtract(logits, logits.max(axis=1, keepdims=True), out=dlogits)
    of_targets = dlogits[rows, targets]  # 0 where the target has the largest logit
    np.exp(dlogits, out=dlogits)
    sums = dlogits.sum(axis=1, keepdims=True)
    loss = np.log(sums).sum(dtype=np.float64) - of_targets.sum(dtype=np.float64)
    dlogits /= sums * len(targets)
    dlogits[rows, targets] -= 1 / len(targets)
    return float(loss), int(np.count_nonzero(of_targets == 0))
