"""The activations of every layer: feature maps as images, units as bars."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from netcore.analysis import explain
from ui.inside.subject import Subject
from ui.parts import pictures, signed

WIDE = 12  # maps in a row
SIDE = 58  # pixels of a map on the screen
MAX_MAPS, MAX_UNITS = 128, 1024  # shown per layer
INTRO = (
    "Each layer turns numbers into other numbers. A feature map of a convolution shows where the "
    "drawing has what its kernel responds to. A unit of a dense layer responds to the drawing as "
    "a whole."
)


def activations(subject: Subject) -> None:
    network, scores = subject.network, subject.logits
    *hidden, _ = explain.activations(network, subject.image)
    found = [*hidden, scores]
    for number, (stage, values) in enumerate(zip(explain.stages(network), found, strict=True)):
        parts = [type(network.layers[i]).__name__ for i in stage]
        parts = [part for part in parts if part not in ("Dropout", "Flatten")]
        shape = network.plan[stage[0]].output_shape
        kind = f"{shape[0]} maps" if len(shape) == 3 else f"{shape[0]} units"
        last = number == len(found) - 1
        name = "Scores" if last else f"Layer {number + 1}"
        st.markdown(f"**{name}** :gray[· {' → '.join(parts)} · {kind}]")
        maps = values
        if len(shape) == 3 and values.ndim == 1 and parts[-1] != "GlobalAvgPool2d":
            maps = values.reshape(shape[0], *_sides(network, stage))  # undoes Flatten
        if maps.ndim == 3:
            _maps(maps[:MAX_MAPS], number)
        else:
            _units(maps[:MAX_UNITS], number, subject.names if last else None)
        if not last:
            inactive = float(np.mean(values == 0))
            also = f" {inactive:.0%} of them are 0." if inactive else ""
            st.caption(f"Values from {values.min():.2g} to {values.max():.2g}.{also}")


def _sides(network, stage) -> tuple[int, int]:
    shapes = [network.plan[i].output_shape for i in stage]
    return next(shape[1:] for shape in reversed(shapes) if len(shape) == 3)


def _maps(maps: np.ndarray, number: int) -> None:
    pixels = signed.map_sheet(maps, WIDE)
    columns = min(WIDE, len(maps))
    width = columns * SIDE
    st.image(pictures.data_url(pixels, width), width=width, alt=f"Maps of layer {number + 1}")


def _units(values: np.ndarray, number: int, classes: Sequence[str] | None) -> None:
    """A bar for each unit; those of the last layer have the names of the classes."""
    few = len(values) <= 32
    names = list(classes or map(str, range(len(values))))
    st.echarts_chart(
        {
            "animation": False,
            "grid": {"left": 4, "right": 4, "top": 8, "bottom": 4, "containLabel": True},
            "xAxis": {
                "type": "category",
                "data": names,
                "axisTick": {"show": False},
                "axisLine": {"onZero": False},
                "axisLabel": {"show": few},
            },
            "yAxis": {"type": "value", "splitNumber": 2},
            "tooltip": {"trigger": "item", "formatter": ("" if classes else "unit ") + "{b}: {c}"},
            "series": [{"type": "bar", "data": [round(float(v), 3) for v in values]}],
        },
        height=140,
        key=f"units_{number}",
        alt=f"Units of layer {number + 1}",
    )
