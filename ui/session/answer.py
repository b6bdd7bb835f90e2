"""The canvas, and beside it the answer: what a model reads in the drawing.

Home and Draw share this panel. It is a fragment: after a stroke, only the panel runs again.
"""

import math
from collections.abc import Callable

import numpy as np
import streamlit as st

from dataset.ink import digits
from dataset.ink.digits import Digit
from dataset.variants.views import of_images
from netcore import Model, ModelError
from netcore.confidence.classifier import CalibratedClassifier, Prediction
from ui.parts import fabric, pictures
from ui.parts.wording import confidence_text, reading_text
from ui.session import canvas, datasets, models, shared, state
from ui.session.models import IN_TRAINING
from ui.session.state import Key

ANSWER_WIDTH = 420  # pixels
TEXT_WIDTH, TEXT_HEIGHT = 200, 236  # pixels, of the large digit and the sentence below it
SEEN = 140  # pixels on the screen, side of the image that the network sees
UPDATE_EVERY = 1.0  # seconds, while the chosen model is in training
NOTHING = "Nothing drawn yet. Draw a digit from 0 to 9, or a whole number."
HELP = (
    "The network reads the drawing five times: as it is, rotated a little both ways, slanted and "
    "narrowed. The results are averaged. The percentages are calibrated: of all answers with 80% "
    "confidence, about 80% are right. If a drawing is unlike the validation images, or all scores "
    "are low, the app says that it does not look like a digit. `models/README.md` says how often "
    "that is right, for each model."
)
LACKS_IMAGES = (
    "Whether this looks like what the model knows cannot be told here: that takes the images that "
    "it was trained on. Open its dataset on Explore."
)
OVERFLOW = "The numbers in this model have overflowed to infinity: choose another model."

READER = Key("_reader")  # the last (Model, CalibratedClassifier); sessions share no network


def panel(
    name: str,
    then: Callable[[list[Digit]], None] | None = None,
    below: Callable[[], None] | None = None,
) -> None:
    """Canvas and answer, side by side where there is room; `name` is one of `models.models`.

    `below()` shows more below the answer, and `then(digits)` more below both, given the digits that
    were read.
    """
    learning = name == IN_TRAINING and state.JOB.get().running
    st.fragment(_panel, run_every=UPDATE_EVERY if learning else None)(name, then, below)


def _panel(name, then, below) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=fabric.SIDE):
            drawn = canvas.draw()
        with st.container(width=ANSWER_WIDTH):
            try:
                reader = reader_of(models.models()[name])
                found = _find_digits(drawn, lambda views: read(reader, views).score)
                show_reading(digits.views_of(found), reader)
            except ModelError as error:
                st.error(str(error))
                found = _find_digits(drawn, lambda views: np.zeros(len(views)))
            if below:
                below()
    if then:
        then(found)


def _find_digits(drawn: list[np.ndarray], judge: digits.Judge) -> list[Digit]:
    """The digits on the canvas: those of the strokes, or the test image."""
    image = canvas.test_image()
    if image is None:
        return digits.find(drawn, judge)
    return [Digit([], of_images(image[None])[0])]


def show_reading(
    views: np.ndarray, reader: CalibratedClassifier, key: str = "probabilities"
) -> None:
    """The answer in large, the confidence, the images that were read, and all probabilities.

    views (N, V, 28, 28): of the digits from left to right, of which there may be none. `key` names
    the chart.
    """
    if len(views):
        reading = read(reader, views)
        number = "".join(str(digit) for digit in reading.answers)
        known, sentence = reading.accepted.all(), reading_text(reading)
        doubts = reading.probabilities.max(axis=1) if known else reading.score
        doubtful = int(doubts.argmin())
        values, images = reading.probabilities[doubtful], views[:, 0]
        title = rf"$\Huge {number}$" if known else rf":gray[$\Huge {number}$]"
    else:
        known = False
        mnist = datasets.dataset("mnist")
        title, sentence, values = r":gray[$\Huge ?$]", NOTHING, np.zeros(len(mnist.classes))
        images = np.zeros((1, *mnist.image_shape), np.uint8)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        # Of fixed height, so that the chart below stays in place.
        with st.container(width=TEXT_WIDTH, height=TEXT_HEIGHT, border=False):
            st.markdown(f"# {title}")
            st.markdown(sentence, help=HELP if len(views) else None)
        with st.container(width=SEEN, gap="xsmall"):
            sheet = pictures.tiles(images, math.ceil(math.sqrt(len(images))))
            st.image(pictures.data_url(sheet, SEEN), width=SEEN, alt="What the network sees")
            st.caption("What the network sees" + (", digit by digit" if len(images) > 1 else ""))
    which = "" if len(images) == 1 else " of the least certain digit"
    alt = f"Probabilities{which}. {sentence}"
    st.echarts_chart(bars(values, known), height=190, key=key, alt=alt)
    if reader.lacks_images:
        st.caption(LACKS_IMAGES)
    if which:
        st.caption(f"Probabilities{which}, digit {doubtful + 1} from the left.")


def reader_of(model: Model) -> CalibratedClassifier:
    """This session's reader for a model, since sessions never share a network."""
    held = READER.get()
    if held is None or held[0] is not model or held[1].lacks_images:  # they may be open by now
        held = (model, new_reader(model))
        READER.set(held)
    return held[1]


def new_reader(model: Model) -> CalibratedClassifier:
    """A reader that tells digits from other drawings, if the model is calibrated."""
    return CalibratedClassifier(model, shared.own_subspaces(model))


def read(reader: CalibratedClassifier, views: np.ndarray) -> Prediction:
    """Views (N, V, 28, 28) → Prediction. Raises ModelError if the network's numbers overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        reading = reader(views)
    if not np.isfinite(reading.probabilities).all():
        raise ModelError(OVERFLOW)
    return reading


def bars(values: np.ndarray, known: bool = True) -> dict:
    """Probabilities (K,) → ECharts options: a bar per digit, all of them pale but the tallest.

    If the drawing does not look like a digit, that one is pale too.
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
