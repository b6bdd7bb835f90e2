"""The canvas, and beside it the answer: what a model reads in the drawing.

Home and Draw share this panel. It is a fragment: after a stroke, only the panel runs again.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from dataset.ink import digits
from dataset.ink.digits import Digit
from dataset.splits import CLASSES, noun
from dataset.variants.views import of_images
from netcore import Model, ModelError
from netcore.confidence.classifier import CalibratedClassifier, Prediction
from ui.parts import fabric, pictures
from ui.parts.wording import article, confidence_text, plain, reading_text
from ui.session import canvas, models, shared, state
from ui.session.models import IN_TRAINING
from ui.session.state import Key

ANSWER_WIDTH = 420  # pixels
TEXT_WIDTH, TEXT_HEIGHT = 200, 236  # pixels, of the large answer and the sentence below it
SEEN = 140  # pixels on the screen, side of the image that the network sees
UPDATE_EVERY = 1.0  # seconds, while the chosen model is in training
LIKELY = 9  # classes that are shown of more than ten
NOTHING = "Nothing drawn yet. Draw a digit from 0 to 9, or a whole number."
HELP = (
    "The network reads the drawing five times: as it is, rotated a little both ways, slanted and "
    "narrowed. The results are averaged. The percentages are calibrated: of all answers with 80% "
    "confidence, about 80% are right. If a drawing is unlike the validation images, or all scores "
    "are low, the app says that it does not look like a digit. `models/README.md` says how often "
    "that is right, for each model."
)
HELP_OTHER = (
    "The network reads the picture five times: as it is, rotated a little both ways, slanted and "
    "narrowed. The results are averaged."
)
LACKS_IMAGES = (
    "The app cannot tell whether this is unlike the images that the model was trained on, since "
    "its dataset is not open. Open it on Explore."
)
OVERFLOW = "The numbers in this model have overflowed to infinity: choose another model."

READER = Key("_reader")  # the last Reader; sessions share no network


class Reader:
    """A model that reads, and what its answers are called. Not for use by two threads at once."""

    def __init__(self, model: Model):
        self.model = model
        self.classifier = CalibratedClassifier(model, shared.own_subspaces(model))
        self.names = models.names(model)  # (K,)
        self.noun = noun(self.names)

    @property
    def calibrated(self) -> bool:
        """Whether it can tell images that are unlike its dataset's."""
        return self.classifier.calibrated

    @property
    def lacks_images(self) -> bool:
        """Whether it could if its dataset were open."""
        return self.classifier.lacks_images

    def __call__(self, views: np.ndarray) -> Prediction:
        """views: (N, V, *input_shape)."""
        return self.classifier(views)


def panel(
    name: str,
    then: Callable[[list[Digit]], None] | None = None,
    below: Callable[[], None] | None = None,
) -> None:
    """Canvas and answer, side by side where there is room; `name` is one of `models.models`.

    `below()` shows more below the answer, and `then(digits)` more below both, given the digits that
    were read.
    """
    st.fragment(_panel, run_every=pace(name))(name, then, below)


def pace(name: str) -> float | None:
    """Seconds between two updates of what this model reads; None if it does not change."""
    learning = name == IN_TRAINING and state.JOB.get().running
    return UPDATE_EVERY if learning else None


def _panel(name, then, below) -> None:
    model = models.models()[name]
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=fabric.SIDE):
            drawn = canvas.draw()
        with st.container(width=ANSWER_WIDTH):
            try:
                reader = reader_of(model)
                found = _find_digits(drawn, model, lambda views: read(reader, views).score)
                show_reading(views_of(found, model), reader)
            except ModelError as error:
                st.error(str(error))
                found = _find_digits(drawn, model, lambda views: np.zeros(len(views)))
            if below:
                below()
    if then:
        then(found)


def _find_digits(drawn: list[np.ndarray], model: Model, judge: digits.Judge) -> list[Digit]:
    """What is on the canvas, as the model sees it: the digits of the strokes, or the whole drawing
    for a model that reads something else, or the test image.
    """
    image = canvas.test_image()
    if image is not None:
        found = [Digit([], of_images(image[None])[0])]
    elif models.reads_digits(model):
        found = digits.find(drawn, lambda views: judge(models.fit(model, views)))
    else:
        found = digits.whole(drawn)
    return [Digit(digit.strokes, models.fit(model, digit.views)) for digit in found]


def views_of(found: Sequence[Digit], model: Model) -> np.ndarray:
    """(N, V, *input_shape) uint8."""
    views = np.array([digit.views for digit in found], np.uint8)
    return views.reshape(len(found), -1, *model.input_shape) if found else _nothing(model)


def _nothing(model: Model) -> np.ndarray:
    return np.zeros((0, 1, *model.input_shape), np.uint8)


def show_reading(views: np.ndarray, reader: Reader, key: str = "probabilities") -> None:
    """The answer in large, the confidence, the images that were read, and all probabilities.

    views (N, V, *input_shape): of the digits from left to right, of which there may be none, or of
    one other picture. `key` names the chart.
    """
    names = reader.names
    if len(views):
        reading = read(reader, views)
        number = "".join(names[k] for k in reading.answers)
        known, sentence = reading.accepted.all(), reading_text(reading, names, reader.noun)
        doubts = reading.probabilities.max(axis=1) if known else reading.score
        doubtful = int(doubts.argmin())
        values, images = reading.probabilities[doubtful], views[:, 0]
        title = large(number) if known else f":gray[{large(number)}]"
    else:
        known = False
        title, sentence, values = r":gray[$\Huge ?$]", _invitation(reader), np.zeros(len(names))
        images = np.zeros((1, *reader.model.input_shape), np.uint8)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        # Of fixed height, so that the chart below stays in place.
        with st.container(width=TEXT_WIDTH, height=TEXT_HEIGHT, border=False):
            st.markdown(f"# {title}")
            help = HELP if models.reads_digits(reader.model) else HELP_OTHER
            st.markdown(sentence, help=help if len(views) else None)
        with st.container(width=SEEN, gap="xsmall"):
            shown = images if images.ndim == 3 else pictures.channels_last(images)
            sheet = pictures.tiles(shown, math.ceil(math.sqrt(len(shown))))
            st.image(pictures.data_url(sheet, SEEN), width=SEEN, alt="What the network sees")
            st.caption("What the network sees" + (", digit by digit" if len(images) > 1 else ""))
    which = "" if len(images) == 1 else " of the least certain digit"
    alt = f"Probabilities{which}. {sentence}"
    st.echarts_chart(bars(values, known, names), height=190, key=key, alt=alt)
    if which:
        st.caption(f"Probabilities{which}, digit {doubtful + 1} from the left.")
    if reader.lacks_images:
        st.caption(LACKS_IMAGES)


def large(name: str) -> str:
    """An answer as the text of a heading: digits and single letters are very large."""
    if name.isascii() and name.isalnum() and (len(name) == 1 or name.isdigit()):
        return rf"$\Huge {name}$" if name.isdigit() else rf"$\Huge \text{{{name}}}$"
    return plain(name)


def _invitation(reader: Reader) -> str:
    """What is said before anything is drawn."""
    if models.reads_digits(reader.model):
        return NOTHING
    if reader.noun != "image":
        return f"Nothing drawn yet. Draw {article(reader.noun)} {reader.noun}."
    some = ", ".join(map(plain, reader.names[:4]))
    return f"Nothing drawn yet. Draw one of these: {some}{' …' if len(reader.names) > 4 else ''}."


def reader_of(model: Model) -> Reader:
    """This session's reader for a model, since sessions never share a network."""
    held = READER.get()
    opened = held is not None and held.lacks_images and models.data_of(model) is not None
    if held is None or held.model is not model or opened:
        held = Reader(model)
        READER.set(held)
    return held


def read(
    reader: Callable[[np.ndarray], Prediction],
    views: np.ndarray,
) -> Prediction:
    """Views (N, V, *input_shape) → Prediction. Raises ModelError if the network's numbers overflow.

    `reader` is a `Reader` or a `CalibratedClassifier`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        reading = reader(views)
    if not np.isfinite(reading.probabilities).all():
        raise ModelError(OVERFLOW)
    return reading


def bars(values: np.ndarray, known: bool = True, names: Sequence[str] = CLASSES) -> dict:
    """Probabilities (K,) → ECharts options: a bar per class, all of them pale but the tallest.

    Of more than ten classes, the likeliest are shown, and the rest as one bar. If the drawing does
    not look like any class, all are pale.
    """
    best = values.argmax() if known else None
    shown = list(range(len(values)))
    if len(values) > LIKELY + 1:
        shown = np.argsort(-values, kind="stable")[:LIKELY].tolist()
    heights = [(names[k], values[k], k == best) for k in shown]
    if len(shown) < len(values):
        heights.append(("rest", max(values.sum() - values[shown].sum(), 0), False))
    data = [
        {
            "value": round(100 * float(value), 1),
            "itemStyle": {"opacity": 1 if full else 0.4},
            "label": {"show": bool(value >= 0.01), "formatter": confidence_text(value)},
        }
        for _, value, full in heights
    ]
    lying = max(map(len, names)) > 2  # words have room only beside their bars
    labels = [name for name, _, _ in heights]
    category = {
        "type": "category",
        "data": labels,
        "axisTick": {"show": False},
        "axisLabel": {"fontSize": 12, "interval": 0, "width": 110, "overflow": "truncate"}
        if lying
        else {"fontSize": 14, "interval": 0},
    }
    scale = {"type": "value", "min": 0, "max": 100, "show": False}
    bar = {"type": "bar", "data": data, "barWidth": "70%"}
    return {
        "animationDuration": 0,
        "animationDurationUpdate": 200,
        "grid": {"left": 4, "right": 44, "top": 0, "bottom": 0, "containLabel": True}
        if lying
        else {"left": 0, "right": 0, "top": 24, "bottom": 24},
        "xAxis": scale if lying else category,
        "yAxis": {**category, "inverse": True} if lying else scale,
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}%"},
        "series": [{**bar, "label": {"position": "right" if lying else "top"}}],
    }
