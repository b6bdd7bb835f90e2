"""The choices on Explore: which dataset, which of its images, and how they are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dataset import Dataset, Split, stats
from ui.parts import charts, wording
from ui.session import datasets, state
from ui.session.state import Key

CHANNEL = Key("_channel", 0)


@dataclass(frozen=True)
class View:
    """Some images of a dataset: one split, one class or all (None), in the order of a seed."""

    data: Dataset
    split: str
    label: int | None
    seed: int

    @property
    def part(self) -> Split:
        return self.data.splits[self.split]

    @property
    def positions(self) -> np.ndarray:
        return stats.select(self.part.labels, self.label, self.seed)

    @property
    def what(self) -> str:
        """What one chooses to see fewer images: a "digit", a "letter" or a "class"."""
        return wording.class_word(self.data.noun)

    def name(self, position: int) -> str:
        """The class of an image of this split, in words."""
        return self.data.classes[self.part.labels[position]]


def choose_images(on_change: Callable[[], None]) -> View:
    """All choices of images. `on_change` runs when other images come into view."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        data = datasets.choose_dataset(on_change)
        split = st.segmented_control(
            "Split",
            list(data.splits),
            on_change=on_change,
            help="A network learns from the training images. Validation helps us to choose "
            "settings. Test gives the final score.",
            **state.SPLIT.chosen,
        )
        seed = st.number_input(
            "Shuffle",
            min_value=0,
            max_value=9999,
            width=130,
            on_change=on_change,
            help="0 keeps the order of the file. Any other number gives one fixed random order.",
            **state.SEED.bound,
        )
        what = wording.class_word(data.noun)
        if (state.DIGIT.get() or 0) >= len(data.classes):  # left from a larger dataset
            state.DIGIT.set(None)
        label = st.pills(
            what.capitalize(),
            range(len(data.classes)),
            format_func=data.classes.__getitem__,
            wrap=True,
            on_change=on_change,
            help=f"Show only this {what}. Click it again to show all {wording.plural(what)}.",
            **state.DIGIT.bound,
        )
    datasets.notes(data)
    return View(data, split, label, seed)


def choose_section(names: Sequence[str]) -> str:
    return st.segmented_control(
        "Show",
        names,
        width="stretch",
        help="Single images, their numbers, or what all chosen images have in common.",
        **state.SECTION.chosen,
    )


def choose_sheet(positions: np.ndarray, size: int) -> np.ndarray:
    """The positions on one sheet of `size` images."""
    count = -(-len(positions) // size)
    if state.SHEET.get() > count:  # left from a larger dataset
        state.SHEET.set(1)
    number = st.pagination(count, max_visible_pages=5, **state.SHEET.bound)
    return positions[(number - 1) * size : number * size]


def choose_image(count: int, first: int) -> int:
    """The position of one of `count` images; `first` until the visitor chooses."""
    if (state.IMAGE.get() or 0) >= count:  # left from a larger dataset
        state.IMAGE.set(None)
    number = st.number_input(
        "Image",
        min_value=0,
        max_value=count - 1,
        value=None,
        width=130,
        placeholder=str(first),
        help="Its position in the split, counted from 0. Type it, or click an image.",
        **state.IMAGE.bound,
    )
    return first if number is None else number


def choose_scale() -> int:
    """The largest pixel value: 255 as stored, 1 as a network gets it."""
    values = {"0 … 255": 255, "0 … 1": 1}
    name = st.segmented_control(
        "Scale",
        list(values),
        help="0 … 255 is what the file contains, 0 … 1 is what the network gets.",
        **state.SCALE.chosen,
    )
    return values[name]


def choose_channel() -> int:
    """Which channel of an image in colour is written in numbers."""
    return st.segmented_control(
        "Channel",
        range(len(charts.CHANNELS)),
        default=0,
        required=True,
        format_func=list(charts.CHANNELS).__getitem__,
        help="A picture in colour has three numbers for each pixel.",
        **CHANNEL.lasting,
    )
