"""Texts for numbers and answers."""

import re

import numpy as np

from netcore.confidence.classifier import Prediction

UNSURE = 0.8  # below this probability the second most likely digit is named too


def reading_text(reading: Prediction) -> str:
    """How confident the network is in what it read, and whether it looks like digits at all."""
    digits = "".join(str(digit) for digit in reading.answers)
    if not reading.accepted.all():
        if len(digits) == 1:
            return f"This does not look like a single digit. Best guess: **{digits}**."
        places = [str(n + 1) for n in np.flatnonzero(~reading.accepted)]
        if len(places) == 1:
            doubt = f"Digit {places[0]} from the left does not look like a digit"
        else:
            listed = f"{', '.join(places[:-1])} and {places[-1]}"
            doubt = f"Digits {listed} from the left do not look like digits"
        return f"{doubt}. Best guess: **{digits}**."
    if len(digits) == 1:
        return answer_text(reading.probabilities[0])
    probability = float(reading.probabilities.max(axis=1).prod())
    return f"**{len(digits)} digits**. {confident_sentence(probability)} that all are right."


def answer_text(values: np.ndarray) -> str:
    """How confident the network is in its answer, from the probabilities (K,)."""
    second, first = np.argsort(values)[-2:]
    if values[first] >= UNSURE:
        return f"{confident_sentence(values[first])}."
    return f"**{first}**, perhaps **{second}**: only {confident(values[first])}."


def article(digit: int | str) -> str:
    """The indefinite article of a digit: an 8, a 7."""
    return "an" if str(digit) == "8" else "a"


def plain(text: str) -> str:
    """Escape text from outside, such as a name, so that Markdown shows it unchanged."""
    return re.sub(r"([^\w\s.,])", r"\\\1", text)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def confidence_text(probability: float) -> str:
    """A probability as a label. It is never 100%, since no answer is certain."""
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def confident(probability: float) -> str:
    """A probability within a sentence: "83% confident", "more than 99% confident"."""
    return f"{confidence_text(probability).replace('>', 'more than ')} confident"


def confident_sentence(probability: float) -> str:
    """The same at the start of a sentence: "More than 99% confident"."""
    text = confident(probability)
    return text[0].upper() + text[1:]
