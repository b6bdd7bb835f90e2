"""What Explore shows of the images in view, a section at a time."""

import streamlit as st

from ui.explore import gallery, summary
from ui.explore.view import View, choose_channel, choose_image, choose_scale, choose_sheet
from ui.parts import charts, layout

SHEET, EXTREMES = 64, 32  # images on a sheet; typical and unusual images


def browse(view: View) -> None:
    with layout.panels():
        with layout.panel():
            place = st.container()
            shown = choose_sheet(view.positions, SHEET)
            with place:
                gallery.sheet(view, shown)
            st.caption("Click an image to enlarge it.")
        with layout.panel():
            place = st.container()
            position = choose_image(len(view.part), shown[0])
            with place:
                gallery.picture(view, position)


def numbers(view: View) -> None:
    *channels, height, width = view.data.image_shape
    with st.container(horizontal=True):
        position = choose_image(len(view.part), view.positions[0])
        top = choose_scale()
        channel = choose_channel() if channels else None
    image = view.part.images[position] / 255
    shown = image if channel is None else image[channel]
    with st.grid(1, min_column_width=charts.CELL * width, wrap=False):  # scrolls on a phone
        alt = f"Image {position} as {height} × {width} numbers"
        charts.show(charts.numbers(shown * top, top), alt)
    st.caption(
        f"Image {position} of the {view.split} set, labelled **{view.name(position)}**. "
        "Normalising divides each number by 255. The picture stays the same, and small numbers are "
        "easier to learn from."
    )
    charts.show(charts.flat(image), f"The same numbers in one line of {image.size:,}")
    parts = f"{height} rows" + (f" of all {channels[0]} channels" if channels else "")
    st.caption(
        f"Flattening puts the {parts} one after the other. A dense layer gets this line of "
        f"{image.size:,} numbers, and does not know which pixels were next to each other."
    )


def counts(view: View) -> None:
    by_split, names = summary.counts(view.data), view.data.classes
    figure = charts.counts(by_split, names, view.what.capitalize())
    charts.show(figure, f"Images of each {view.what}, by split")
    here = by_split[view.split]
    most, least = here.argmax(), here.argmin()
    st.caption(
        f"In {view.split}, {names[most]} is the most frequent and {names[least]} the rarest. "
        f"Always answering {names[most]} would be right for {here[most] / here.sum():.1%} of the "
        "images. Every network should beat this score."
    )


def shapes(view: View) -> None:
    names = view.data.classes
    mean, spread = summary.shapes(view.data, view.split)
    columns = 5 if len(names) <= 20 else 8
    with layout.panels():
        caption = "Bright where nearly all writers put ink, grey where only some do."
        if view.data.noun == "image":
            caption = "Clear where the images of a class are alike, blurred where they differ."
        figure = charts.classes(mean, names, 255, charts.INK, columns)
        layout.figure("Mean", figure, caption)
        caption = "Standard deviation: strong where some writers put ink and others do not."
        if view.data.noun == "image":
            caption = "Standard deviation: strong where the images of a class differ."
        if spread.ndim == 4:
            spread = spread.mean(axis=1)  # over the channels
        figure = charts.classes(spread, names, columns=columns)
        layout.figure("Standard deviation", figure, caption)
    if view.label is None:
        st.info(f"Choose a {view.what} above to see its most typical and most unusual examples.")
        return
    order = summary.by_typicality(view.data, view.split, view.label)
    with layout.panels():
        gallery.sheet(view, order[:EXTREMES], f"Most typical {names[view.label]}")
        gallery.sheet(view, order[::-1][:EXTREMES], f"Most unusual {names[view.label]}")
    measure = (
        f"Mahalanobis distance to the {view.what}'s mean, on its first 60 principal components"
    )
    st.caption(f"Measured by the {measure}. Click an image to open it in Browse and Numbers.")


def pixels(view: View) -> None:
    values, variance = summary.pixels(view.data, view.split, view.label)
    with layout.panels():
        zeros = values[..., 0].sum() / values.sum()
        caption = f"{zeros:.0%} of all pixels are 0. The vertical axis is logarithmic."
        if values.ndim == 2:
            caption = f"{zeros:.0%} of all values are 0. The vertical axis is logarithmic."
        layout.figure("Pixel values", charts.histogram(values), caption)
        caption = f"{(variance == 0).sum()} of {variance.size} pixels never change here."
        layout.figure("Variance of each pixel", charts.digit(variance, None, None), caption)


def plane(view: View) -> None:
    positions, points, share = summary.plane(view.data, view.split, view.label, view.seed)
    if not len(positions):
        st.info(f"A map needs three images or more. Choose another {view.what} or split above.")
        return
    left, right = st.columns([5, 2])
    with left:
        labels, names = view.part.labels[positions], view.data.classes
        clicked = gallery.clicked(charts.plane(points, labels, positions, names), "Map")
        st.caption(
            f"{len(positions):,} images, projected on the two directions in which they differ "
            f"most. These hold only {share:.0%} of the variance, so images that overlap here need "
            "not overlap for a network."
        )
    with right:
        if clicked is None:
            st.info("Click a point on the map to see its image.")
        else:
            gallery.picture(view, clicked, 240)


SECTIONS = {
    "Browse": browse,
    "Numbers": numbers,
    "Counts": counts,
    "Shapes": shapes,
    "Pixels": pixels,
    "Map": plane,
}
