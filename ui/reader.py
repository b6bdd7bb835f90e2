"""A drawing is read: the canvas, the answer beside it, the picture the network sees.

Home and Draw share this panel. It is a fragment: when the pen lifts, only the panel runs again.
"""

import base64
import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from netcore import Model, ModelError
from ui import canvas, fabric, shelf, state

UNSURE = 0.8  # below this probability the second guess is named too
ANSWER = 420  # pixels, width of the answer
WORDS, LINES = 200, 212  # pixels, width and height of the digit and the sentence
SEEN = 140  # pixels, side of a picture of 28 × 28 pixels
TICK = 1.0  # seconds between two looks at the network in training
NOTHING = "Nothing drawn yet: write one digit, 0 to 9."


def panel(name: str, explain: bool = False, below=None) -> None:
    """Canvas and answer, side by side where there is room; `name` is one of `shelf.models`.

    `below()`, if given, shows something more below the answer.
    """
    learning = name == state.IN_TRAINING and state.JOB.get().running
    st.fragment(_panel, run_every=TICK if learning else None)(name, explain, below)


def _panel(name: str, explain: bool, below) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=fabric.SIDE):
            drawn = canvas.draw()
        image = canvas.image(drawn)
        with st.container(width=ANSWER):
            try:
                _answer(shelf.models()[name], image)
            except ModelError as error:
                st.error(str(error))
            if below:
                below()
    if explain:
        _explain(drawn, image)


def _answer(model: Model, image: np.ndarray) -> None:
    """The digit in large, how sure that is, the picture that was read, all probabilities."""
    values = _read(model, image)
    if image.any():
        digit, sentence = rf"$\Huge {values.argmax()}$", answer(values)
    else:
        digit, sentence, values = r":gray[$\Huge ?$]", NOTHING, np.zeros_like(values)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        with st.container(width=WORDS, height=LINES, border=False):  # keeps what is below in place
            st.markdown(f"# {digit}")
            st.markdown(sentence)
        with st.container(width=SEEN, gap="xsmall"):
            st.image(png(image, SEEN), width=SEEN, alt="What the network sees")
            st.caption("What it sees, 28 × 28")
    alt = f"Probabilities of the ten digits. {sentence}"
    st.echarts_chart(bars(values), height=190, key="probabilities", alt=alt)


def _read(model: Model, image: np.ndarray) -> np.ndarray:
    """Probabilities (K,) of one image (28, 28)."""
    reader = state.READER.get()
    if reader is None or reader[0] is not model:
        reader = (model, model.network())
        state.READER.set(reader)
    with np.errstate(over="ignore", invalid="ignore"):  # told to the visitor below
        values = reader[1].predict(image[None])[0]
    if not np.isfinite(values).all():
        raise ModelError("This model's numbers have run away to infinity: choose another one.")
    return values


def answer(values: np.ndarray) -> str:
    """How sure the network is, in words; probabilities (K,)."""
    second, first = np.argsort(values)[-2:]
    sure = "over 99%" if values[first] > 0.99 else f"{values[first]:.0%}"
    if values[first] >= UNSURE:
        return f"It is {sure} sure."
    return f"**{first}**, perhaps **{second}**: it is only {sure} sure."


def bars(values: np.ndarray) -> dict:
    """Probabilities (K,) → ECharts options: a bar for each digit, the tallest in full colour."""
    best = values.argmax()
    data = [
        {
            "value": round(100 * float(value), 1),
            "itemStyle": {"opacity": 1 if k == best else 0.4},
            "label": {"show": bool(value >= 0.01), "formatter": f"{value:.0%}"},
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


def png(image: np.ndarray, side: int) -> str:
    """A grey picture as an address that holds it: no second request, so it does not flicker.

    Small pictures are enlarged by repeating pixels, twice as fine as shown for sharp screens.
    """
    picture = Image.fromarray(image).resize((2 * side, 2 * side), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _explain(drawn: Sequence[np.ndarray], image: np.ndarray) -> None:
    """The way from the drawing to the picture that is read; computed only while it is open."""
    with st.expander(
        "What happens to your drawing",
        icon=":material/conversion_path:",
        key=state.STEPS_OPEN.name,
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        seen = fabric.picture(drawn)
        shrunk = np.asarray(Image.fromarray(seen).resize(image.shape, Image.Resampling.BOX))
        with st.container(horizontal=True, gap="medium"):
            for picture, caption in (
                (seen, "**As you drew it**, on a canvas of 280 × 280 pixels."),
                (shrunk, "**Only shrunk.** A network that learned from MNIST stumbles over this: "
                 "the place, the size and the pen are yours, not MNIST's."),
                (image, "**As MNIST was made.** The strokes are scaled until the longer side has "
                 "20 pixels, drawn with MNIST's pen, and moved until their centre of mass is in "
                 "the middle of 28 × 28. This is what is read."),
            ):  # fmt: skip
                with st.container(width=230):
                    st.image(png(picture, SEEN), width=SEEN)
                    st.caption(caption)
