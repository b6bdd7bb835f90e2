"""A drawing is read: the canvas, the answer beside it, the picture the network sees.

Home and Draw share this panel. It is a fragment: when the pen lifts, only the panel runs again.
"""

import math
from collections.abc import Callable

import numpy as np
import streamlit as st

from dataset.ink import render, segment
from dataset.variants.views import of_drawings, of_images
from netcore import Model, ModelError
from netcore.confidence.reader import Reader, Reading
from ui.parts import fabric, pictures
from ui.parts.wording import confidence_text, words
from ui.session import canvas, models, shared, state
from ui.session.models import IN_TRAINING
from ui.session.state import Key

ANSWER = 420  # pixels, width of the answer
WORDS, LINES = 200, 236  # pixels, width and height of the digit and the sentence
SEEN = 140  # pixels, side of a picture of 28 × 28 pixels
TICK = 1.0  # seconds between two looks at the network in training
NOTHING = "Nothing drawn yet: write one digit, 0 to 9."
HELP = (
    "The drawing is read five times, a little turned, slanted and narrowed, and the answers are "
    "averaged. The percentages are calibrated: of all answers that are 80% sure, about 80% are "
    "right. What is unlike the digits of the validation images, or gives the network too little "
    "evidence, is said not to look like a digit. That happens to one or two of a hundred digits of "
    "MNIST and to four or five of a hundred that people drew with a pen. Of made-up drawings, the "
    "best network takes a pair in thirty, a scribble or letter in eight and two simple shapes in "
    "five for a digit. `models/README.md` has the figures of each."
)

READER = Key("_reader")  # (Model, its Reader) that read last; no two sessions share a network


def panel(
    name: str,
    then: Callable[[list], None] | None = None,
    below: Callable[[], None] | None = None,
) -> None:
    """Canvas and answer, side by side where there is room; `name` is one of `shelf.models`.

    After each answer `below()` shows something more below it, and `then(digits)` is called with the
    strokes of each digit that was read, a list of arrays (P, 2).
    """
    learning = name == IN_TRAINING and state.JOB.get().running
    st.fragment(_panel, run_every=TICK if learning else None)(name, then, below)


def _panel(name, then, below) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=fabric.SIDE):
            drawn = canvas.draw()
        image = canvas.image(drawn)
        digits = [drawn]
        with st.container(width=ANSWER):
            try:
                digits = _answer(models.models()[name], drawn, image)
            except ModelError as error:
                st.error(str(error))
            if below:
                below()
    if then:
        then(digits)


def _answer(model: Model, drawn: list[np.ndarray], image: np.ndarray) -> list[list[np.ndarray]]:
    """What is on the canvas, read: strokes, or else an image (28, 28) that lies there.

    → the strokes of each digit.
    """
    reader = reader_of(model)
    if drawn and image.any():
        pieces = segment.split(drawn, lambda some: read(reader, of_drawings(some)).score)
        show_reading(of_drawings(pieces), reader)
        return pieces
    show_reading(of_images(image[None][: int(image.any())]), reader)
    return [drawn]


def show_reading(views: np.ndarray, reader: Reader, key: str = "probabilities") -> None:
    """The digits in large, how sure that is, the pictures that were read, all probabilities.

    views (N, V, 28, 28): `looks` at digits from left to right, of which there may be none. `key`
    names the chart.
    """
    if len(views):
        reading = read(reader, views)
        digits = "".join(str(digit) for digit in reading.answers)
        known, sentence = reading.known.all(), words(reading)
        doubts = reading.probabilities.max(axis=1) if known else reading.score
        doubtful = int(doubts.argmin())
        values, images = reading.probabilities[doubtful], views[:, 0]
        title = rf"$\Huge {digits}$" if known else rf":gray[$\Huge {digits}$]"
    else:
        known = False
        title, sentence, values = r":gray[$\Huge ?$]", NOTHING, np.zeros(models.DIGITS)
        images = np.zeros((1, render.FIELD, render.FIELD), np.uint8)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        with st.container(width=WORDS, height=LINES, border=False):  # keeps what is below in place
            st.markdown(f"# {title}")
            st.markdown(sentence, help=HELP if len(views) else None)
        with st.container(width=SEEN, gap="xsmall"):
            sheet = pictures.png(_sheet(images), 2 * SEEN)  # for sharp screens
            st.image(sheet, width=SEEN, alt="What the network sees")
            st.caption("What it sees, 28 × 28" + (" each" if len(images) > 1 else ""))
    which = "" if len(images) == 1 else " of the digit it is least sure of"
    alt = f"Probabilities{which}. {sentence}"
    st.echarts_chart(bars(values, known), height=190, key=key, alt=alt)
    if which:
        st.caption(f"The probabilities{which}, number {doubtful + 1} from the left.")


def _sheet(images: np.ndarray) -> np.ndarray:
    """Images (N, 28, 28) laid out in a square, from left to right and top to bottom."""
    side = math.ceil(math.sqrt(len(images)))
    sheet = np.zeros((side, side, *images.shape[1:]), np.uint8)
    sheet.reshape(-1, *images.shape[1:])[: len(images)] = images
    return sheet.swapaxes(1, 2).reshape(side * images.shape[1], side * images.shape[2])


def reader_of(model: Model) -> Reader:
    """This session's reader for a model; no two sessions share a network."""
    held = READER.get()
    if held is None or held[0] is not model:
        held = (model, new_reader(model))
        READER.set(held)
    return held[1]


def new_reader(model: Model) -> Reader:
    """A reader that knows what digits look like, if the model has learned to doubt."""
    return Reader(model, shared.digits() if model.certainty else None)


def read(reader: Reader, views: np.ndarray) -> Reading:
    """Views (N, V, 28, 28) → Reading; ModelError, a sentence, if the numbers have overflowed."""
    with np.errstate(over="ignore", invalid="ignore"):
        reading = reader(views)
    if not np.isfinite(reading.probabilities).all():
        raise ModelError("This model's numbers have run away to infinity: choose another one.")
    return reading


def bars(values: np.ndarray, known: bool = True) -> dict:
    """Probabilities (K,) → ECharts options: a bar for each digit, the tallest in full colour.

    None is, where the answer is but a guess.
    """
    best = values.argmax() if known else None
    data = [
        {
            "value": round(100 * float(value), 1),
            "itemStyle": {"opacity": 1 if k == best else 0.4},
            "label": {"show": bool(value >= 0.01), "formatter": confidence_text(value)},
        }
        for k, value in enumerate(values)
    ]
    return {
        "animationDuration": 0,
        "animationDurationUpdate": 200,
        "grid": {"left": 0, "right": 0, "top": 24, "bottom": 24},
        "xAxis": {
            "type": "category",
            "data": [str(k) for k in range(len(values))],
            "axisTick": {"show": False},
            "axisLabel": {"fontSize": 14},
        },
        "yAxis": {"type": "value", "min": 0, "max": 100, "show": False},
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}%"},
        "series": [{"type": "bar", "data": data, "barWidth": "70%", "label": {"position": "top"}}],
    }
