"""Pure functions of arrays: the few formulas everything else is built from."""

import numpy as np
from scipy.special import logsumexp


def log_softmax(logits):
    """log(exp(z_k) / Σ_j exp(z_j)) along the last axis, safe for large logits.

    logits: (..., K) float → (..., K) of the same dtype.
    """
    return logits - logsumexp(logits, axis=-1, keepdims=True)


def one_hot(targets, classes):
    """targets: (N,) integers in [0, classes) → (N, classes) float32 of zeros and ones."""
    return np.eye(classes, dtype=np.float32)[targets]


def scale_pixels(images, out=None):
    """uint8 pixels 0…255 → float32 intensities 0…1; float images come back as they are."""
    if images.dtype != np.uint8:
        return images
    if out is None:
        out = np.empty(images.shape, np.float32)
    out[...] = images  # convert, then scale in place: twice as fast as one mixed-type multiply
    out *= np.float32(1 / 255)
    return out


def clip(grad, longest):
    """Shorten the gradient to at most this length, in place. Pascanu et al. 2013."""
    length = np.linalg.norm(grad)
    if length > longest:
        grad *= longest / length
