"""Pure functions of arrays: the few formulas everything else is built from."""

import itertools
import math

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


STRETCH = 384  # products that are added up at a time


def product(a, b, out, workspace):
    """Matrix product a @ b, written to out; a: (M, K), b: (K, N), out: (M, N).

    A sum of more than 384 products is taken in stretches. BLAS takes it in stretches too, but
    longer ones, and where it cuts depends on its number of threads. Up to 384 it does not cut, and
    so the result is the same, to the bit, for any number of threads.
    """
    length = a.shape[1]
    if length <= STRETCH:
        return np.matmul(a, b, out=out)
    pieces = math.ceil(length / STRETCH)
    bounds = [length * piece // pieces for piece in range(pieces + 1)]
    np.matmul(a[:, : bounds[1]], b[: bounds[1]], out=out)
    scratch = workspace("scratch", out.shape, out.dtype)
    for start, stop in itertools.pairwise(bounds[1:]):
        out += np.matmul(a[:, start:stop], b[start:stop], out=scratch)
    return out


def scale_pixels(images, out=None):
    """uint8 pixels 0…255 → float32 intensities 0…1; float images come back as they are."""
    if images.dtype != np.uint8:
        return images
    if out is None:
        out = np.empty(images.shape, np.float32)
    out[...] = images  # convert, then scale in place: twice as fast as one mixed-type multiply
    out *= np.float32(1 / 255)
    return out
