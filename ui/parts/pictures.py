"""Arrays → pictures on the page: as data URLs, as tiles in a grid, and in rows.

A data URL comes with the page itself, so a picture that changes with each tick does not flicker.
"""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

SIDE = 56  # screen pixels of a picture in a row, and the least of a tile
GAP = 2  # screen pixels between two tiles
GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4, axis=1)  # a palette, (256, 4)
GREYS[:, 3], GREYS[0] = 255, 0  # level 0 is clear

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
    img { display: block; width: var(--side); height: var(--side); margin: auto;
          object-fit: contain; image-rendering: pixelated; }
    """,
    js=(Path(__file__).parent / "components" / "pictures.js").read_text(),
)


def channels_last(images: np.ndarray) -> np.ndarray:
    """Images in colour (…, 3, H, W) → (…, H, W, 3), as pictures are stored."""
    return np.moveaxis(images, -3, -1)


def upright(image: np.ndarray) -> np.ndarray:
    """One image of a dataset, (H, W) or (3, H, W) → (H, W) or (H, W, 3)."""
    return image if image.ndim == 2 else channels_last(image)


def data_url(
    pixels: np.ndarray, width: int | None = None, palette: np.ndarray | None = None
) -> str:
    """(H, W) or (H, W, 3 or 4) uint8 → PNG as a data URL.

    With `width`, in screen pixels, it is enlarged to twice that, for sharp screens, by repeating
    pixels. With `palette`, (256, 4) RGBA, `pixels` are positions in it: that takes fewer bytes.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if palette is not None:
        picture.putpalette(palette.tobytes(), "RGBA")
    if width:
        height = round(2 * width * pixels.shape[0] / pixels.shape[1])
        picture = picture.resize((2 * width, height), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def tiles(images: np.ndarray, columns: int, gap: int | tuple[int, int] = 0, fill=0) -> np.ndarray:
    """Images (N, H, W, …) in rows of `columns` → one (rows, columns, …); the rest is `fill`.

    `gap` is the pixels between two images, or (those between rows, those between columns).
    """
    count, height, width, *channels = images.shape
    between_rows, between_columns = gap if isinstance(gap, tuple) else (gap, gap)
    rows = -(-count // columns)
    down, across = height + between_rows, width + between_columns
    grid = np.full((rows * columns, down, across, *channels), fill, images.dtype)
    grid[:count, :height, :width] = images
    grid = grid.reshape(rows, columns, down, across, *channels).swapaxes(1, 2)
    page = grid.reshape(rows * down, columns * across, *channels)
    return page[: rows * down - between_rows, : columns * across - between_columns]


def enlarged_tiles(levels: np.ndarray, columns: int) -> np.ndarray:
    """(N, H, W, …) uint8 as tiles of at least `SIDE` pixels, with gaps of level 0."""
    larger = -(-SIDE // max(levels.shape[1:3]))
    return tiles(levels.repeat(larger, axis=1).repeat(larger, axis=2), columns, 2 * GAP)


def sheet(images: np.ndarray, columns: int = 1) -> str:
    """Images (N, H, W) uint8, shown light on dark, or (N, 3, H, W) → tiles with clear gaps, as a
    data URL.
    """
    if images.ndim == 4:
        opaque = np.pad(channels_last(images), [*[(0, 0)] * 3, (0, 1)], constant_values=255)
        return data_url(enlarged_tiles(opaque, columns))
    return data_url(enlarged_tiles(np.maximum(images, 1), columns), palette=GREYS)


def captioned(images: np.ndarray, captions: Sequence[str], height: int, width=48) -> None:
    """Images (N, …, H, W) with a caption below each, in rows on `height` screen pixels."""
    with st.container(height=height, border=False), st.container(horizontal=True, gap="small"):
        for image, caption in zip(images, captions, strict=True):
            st.image(sheet(image[None]), caption, width=width, alt=caption)


def row(label: str, images, words, key: str, on_pick=None, captions=None, chosen=None) -> None:
    """A row of pictures that wraps. A click calls `on_pick`, if given, with the picture's number.

    `words` describe each picture for screen readers; `captions` are shown below, if given.
    """
    captions = captions or [""] * len(images)
    items = [
        {"src": data_url(upright(image)), "words": word, "caption": caption}
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
