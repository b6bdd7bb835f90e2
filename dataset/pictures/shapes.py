"""Masks (H, W) of bool: their connected parts, their thick parts, their smallest rectangle."""

from typing import cast

import numpy as np
import scipy.ndimage


def label(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the connected parts of a mask, diagonals included: labels (H, W), and how many."""
    return cast(tuple[np.ndarray, int], scipy.ndimage.label(mask, np.ones((3, 3))))


def opened(mask: np.ndarray, side: int) -> np.ndarray:
    """What is left of a mask where a square of `side` pixels fits (morphological opening)."""
    shrunk = scipy.ndimage.minimum_filter(mask, side)
    origin = side % 2 - 1  # the second square of an even side lies the other way round
    return np.asarray(scipy.ndimage.maximum_filter(shrunk, side, origin=origin))


def closed(mask: np.ndarray, side: int) -> np.ndarray:
    """A mask with the gaps filled into which no square of `side` pixels fits (closing)."""
    return ~opened(~mask, side)


def smallest_rectangle(mask: np.ndarray) -> float:
    """The area of the smallest rectangle around a mask, turned by up to 45 degrees."""
    y, x = np.nonzero(mask ^ scipy.ndimage.binary_erosion(mask))
    areas = []
    for turn in np.deg2rad(np.arange(-45, 45, 1.5)):
        u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        areas.append((np.ptp(u) + 1) * (np.ptp(v) + 1))
    return float(min(areas))
