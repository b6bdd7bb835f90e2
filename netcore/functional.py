"""Pure functions of arrays: the few formulas everything else is built from."""

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """log(exp(z_k) / Σ_j exp(z_j)) along the last axis.

    logits: (..., K) float → (..., K) of the same dtype, a new array. The largest logit is
    subtracted first: log Σ exp is then at most log K, so large logits lose no digits to it.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def scale_pixels(images: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """uint8 pixels 0…255 → float32 intensities 0…1; float images are returned unchanged."""
    if images.dtype != np.uint8:
        return images
    if out is None:
        out = np.empty(images.shape, np.float32)
    out[...] = images  # convert, then scale in place: twice as fast as one mixed-type multiply
    out *= np.float32(1 / 255)
    return out


def clip_norm(grad: np.ndarray, max_norm: float) -> None:
    """Scale the gradient down to at most this Euclidean norm, in place. Pascanu et al. 2013."""
    norm = np.linalg.norm(grad)
    if norm > max_norm:
        grad *= max_norm / norm


def frozen_copy(array: np.ndarray) -> np.ndarray:
    """A read-only copy, safe to share."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy
