"""Small images with a line below each, where many are shown that change all the time."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ui import pixels

WIDTH = 48  # screen pixels


def row(images: np.ndarray, captions: Sequence[str], height: int) -> None:
    """Images (N, 28, 28) with a line below each, in rows as they fit into `height` pixels."""
    with st.container(height=height, border=False), st.container(horizontal=True, gap="small"):
        for image, caption in zip(images, captions, strict=True):
            st.image(pixels.sheet(image[None], 1), caption, width=WIDTH, alt=caption)
