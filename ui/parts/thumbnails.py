"""Small images with a line below each, where many are shown that change all the time."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ui.parts import pixels


def row(images: np.ndarray, captions: Sequence[str], height: int, width=48) -> None:
    """Images (N, 28, 28) with a caption each, in rows on a space of `height` screen pixels."""
    with st.container(height=height, border=False), st.container(horizontal=True, gap="small"):
        for image, caption in zip(images, captions, strict=True):
            st.image(pixels.sheet(image[None], 1), caption, width=width, alt=caption)
