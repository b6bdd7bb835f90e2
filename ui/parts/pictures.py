"""Grey pictures as addresses, and rows of them to choose from."""

import base64
import io
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

SIDE = 56  # pixels of a picture in a row

_row = st.components.v2.component(
    "mnist_pictures",
    html='<div class="row" role="group"></div>',
    css="""
    .row { display: flex; flex-wrap: wrap; gap: 6px; }
    button { padding: 0; border: 1px solid var(--st-border-color); cursor: pointer;
             border-radius: var(--st-base-radius); background: none; overflow: hidden;
             color: var(--st-text-color); font: 14px/1.7 var(--st-font); }
    button[aria-pressed=true], button:focus-visible
      { outline: 3px solid var(--st-primary-color); outline-offset: 0; }
    img { display: block; width: var(--side); height: var(--side); image-rendering: pixelated; }
    """,
    js=(Path(__file__).parent / "components" / "pictures.js").read_text(),
)


def png(image: np.ndarray, side: int | None = None) -> str:
    """A grey picture as an address that holds it: no second request, so it does not flicker.

    A square one is enlarged to `side` × `side` by repeating pixels.
    """
    picture = Image.fromarray(image)
    if side:
        picture = picture.resize((side, side), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def row(label: str, images, words, key: str, on_pick=None, captions=None, chosen=None) -> None:
    """A row of pictures that wraps; a touch calls `on_pick`, if given, with the picture's number.

    `words` name each picture for those who do not see it; `captions` stand below, if given.
    """
    captions = captions or [""] * len(images)
    items = [
        {"src": png(image), "words": word, "caption": caption}
        for image, word, caption in zip(images, words, captions, strict=True)
    ]

    def picked() -> None:
        number = (st.session_state.get(key) or {}).get("picked")
        if on_pick and type(number) is int and 0 <= number < len(items):
            on_pick(number)

    _row(
        key=key,
        data={
            "label": label,
            "items": items,
            "chosen": chosen,
            "side": SIDE,
            "still": on_pick is None,
        },
        on_picked_change=picked,
    )
