"""Numbers and answers in words."""

import re

import numpy as np

from netcore.confidence.classifier import Prediction

UNSURE = 0.8  # below this probability the second guess is named too


def words(reading: Prediction) -> str:
    """How sure the network is of what it read, and whether that is a digit at all."""
    digits = "".join(str(digit) for digit in reading.answers)
    if not reading.accepted.all():
        if len(digits) == 1:
            return f"This does not look like one digit. My best guess is **{digits}**."
        places = [str(n + 1) for n in np.flatnonzero(~reading.accepted)]
        doubt = f"Number {places[0]}" if len(places) == 1 else f"Numbers {', '.join(places)}"
        verb = "does" if len(places) == 1 else "do"
        return f"{doubt} from the left {verb} not look like a digit. My best guess is **{digits}**."
    if len(digits) == 1:
        return answer(reading.probabilities[0])
    probability = float(reading.probabilities.max(axis=1).prod())
    return f"**{len(digits)} digits**. It is {_spoken(probability)} sure of them all."


def answer(values: np.ndarray) -> str:
    """How sure the network is, in words; probabilities (K,)."""
    second, first = np.argsort(values)[-2:]
    if values[first] >= UNSURE:
        return f"It is {_spoken(values[first])} sure."
    return f"**{first}**, perhaps **{second}**: it is only {_spoken(values[first])} sure."


def article(digit: int | str) -> str:
    """Which one a digit has: an 8, a 7."""
    return "an" if str(digit) == "8" else "a"


def plain(text: str) -> str:
    """Text that comes from anybody, such as a name, so that Markdown shows it as it is."""
    return re.sub(r"([^\w\s.,])", r"\\\1", text)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def confidence_text(probability: float) -> str:
    """A probability in a few letters, and never 100 %."""
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def _spoken(probability: float) -> str:
    """The same within a sentence."""
    return confidence_text(probability).replace(">", "over ")
