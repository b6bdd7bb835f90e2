"""Texts for numbers and answers."""

import re
from collections.abc import Sequence

import numpy as np

from dataset.splits import CLASSES
from netcore.confidence.classifier import Prediction

UNSURE = 0.8  # below this probability the second most likely class is named too


def reading_text(reading: Prediction, names: Sequence[str] = CLASSES, noun: str = "digit") -> str:
    """How confident the network is in what it read, and whether it looks like its classes at all.

    `names` (K,) are those of the classes, and `noun` is what they are, as `Dataset.noun`.
    """
    read = plain("".join(names[k] for k in reading.answers))
    if not reading.accepted.all():
        if len(reading.answers) == 1:
            like = "any image it knows" if noun == "image" else f"a single {noun}"
            return f"This does not look like {like}. Best guess: **{read}**."
        places = [str(n + 1) for n in np.flatnonzero(~reading.accepted)]
        if len(places) == 1:
            doubt = f"Digit {places[0]} from the left does not look like a digit"
        else:
            listed = f"{', '.join(places[:-1])} and {places[-1]}"
            doubt = f"Digits {listed} from the left do not look like digits"
        return f"{doubt}. Best guess: **{read}**."
    if len(reading.answers) == 1:
        return answer_text(reading.probabilities[0], names)
    probability = float(reading.probabilities.max(axis=1).prod())
    return (
        f"**{len(reading.answers)} digits**. {confident_sentence(probability)} that all are right."
    )


def answer_text(values: np.ndarray, names: Sequence[str] = CLASSES) -> str:
    """How confident the network is in its answer, from the probabilities (K,)."""
    second, first = np.argsort(values)[-2:]
    if values[first] >= UNSURE:
        return f"{confident_sentence(values[first])}."
    pair = f"**{plain(names[first])}**, perhaps **{plain(names[second])}**"
    return f"{pair}: only {confident(values[first])}."


def article(name: int | str) -> str:
    """The indefinite article of a digit, a letter or a word: an 8, an F, a 7, a coat."""
    name = str(name)
    vowel = name[:1].lower() in ("fhlmnrsxaeio8" if len(name) == 1 else "aeiou")
    return "an" if vowel else "a"


def a(name: str) -> str:
    """A class within a sentence: "an **8**", "an **F**", but a word alone: "**coat**"."""
    bold = f"**{plain(name)}**"
    return f"{article(name)} {bold}" if len(name) == 1 else bold


def class_word(noun: str) -> str:
    """What the classes of a dataset are, from its `noun`: a "digit", a "letter" or a "class"."""
    return "class" if noun == "image" else noun


def plural(word: str) -> str:
    return f"{word}es" if word.endswith("s") else f"{word}s"


def size(shape: Sequence[int]) -> str:
    """An image's shape in words: "28 × 28 pixels", "32 × 32 pixels in colour"."""
    colour = " in colour" if len(shape) == 3 else ""
    return f"{shape[-2]} × {shape[-1]} pixels{colour}"


def plain(text: str) -> str:
    """Escape text from outside, such as a name, so that Markdown shows it unchanged."""
    return re.sub(r"([^\w\s.,\u0080-\U0010ffff])", r"\\\1", text)


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
