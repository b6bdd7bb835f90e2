"""The panels on Train that the visitor opens and closes. A closed one is not computed.

Each takes a `Moment` and draws it. Open ones are drawn again at every tick.
"""

import math

import numpy as np
import streamlit as st

from dataset.splits import noun
from netcore.analysis import diagnostics
from ui.parts import fabric, lines, menu, pictures, settings, signed
from ui.parts.wording import article, class_word, confidence_text, plain, plural
from ui.session import canvas, models, state
from ui.train import slow_motion
from ui.train.moment import Moment

HEIGHT = 280  # pixels of a chart
PROBE_IMAGES = 100  # at most, for gradients and inactive units
PROBE = 2_000_000  # intermediate results for them, as `diagnostics.sample_size` counts
SHOWN, ROWS = 8, 180  # misread images, and the height in pixels reserved for them
LIKELY = 10  # classes whose probabilities are shown
SHOWN_CHANGES = 8  # the latest ones
DIVERGED = (
    "Training has diverged: the weights are no longer finite, so there is nothing to show. Look "
    "back to an earlier step and continue from there with a smaller learning rate."
)


def choose() -> None:
    """The row of buttons that open and close panels."""
    st.pills(
        "Panels",
        [*list(PANELS)[1:], slow_motion.NAME],
        selection_mode="multi",
        default=list(state.PANELS.default),
        help="Open as many panels as you like. Closed panels are not computed.",
        **state.PANELS.bound,
    )


def open_panels(moment: Moment) -> None:
    """All open panels, in the order of the row, two side by side where there is room."""
    chosen = [name for name in PANELS if name in (state.PANELS.get() or ())]
    if chosen and not moment.finite:
        st.info(DIVERGED)
        chosen = [name for name in chosen if name == "Curves"]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for name in chosen:
            if name in WIDE:
                PANELS[name](moment)
        _changes(moment.view.changes)
        columns = st.columns(2, gap="medium")
        for place, name in enumerate(name for name in chosen if name not in WIDE):
            with columns[place % 2]:
                PANELS[name](moment)


def _curves(moment: Moment) -> None:
    """Loss and accuracy, on the training batches and on validation."""
    left, right = st.columns(2, gap="medium")
    with left:
        _title(
            "Loss",
            f"Cross-entropy, in nats: small if the right {_plural(moment)} get a high probability. "
            f"Guessing among {_count(moment)} {_plural(moment)} gives "
            f"{math.log(len(moment.classes)):.1f}. Thin line: each batch. Thick lines: the "
            "smoothed batches, and validation.",
        )
        _chart(loss(moment), "loss_chart", "Loss on the training batches and on validation")
    with right:
        _title("Accuracy, %", "The share of images that the network reads correctly.")
        alt = "Accuracy on the training batches and on validation"
        _chart(accuracy(moment), "accuracy_chart", alt)


def _plural(moment: Moment) -> str:
    return plural(class_word(noun(moment.classes)))


def _count(moment: Moment) -> str:
    return "ten" if len(moment.classes) == 10 else str(len(moment.classes))


def loss(moment: Moment) -> dict:
    """ECharts options: training and validation loss over steps, on a log axis."""
    return _over_steps(moment, 1, 1.0, lines.LOG)


def accuracy(moment: Moment) -> dict:
    """ECharts options: training and validation accuracy over steps, in percent.

    The axis leaves out the first steps, which would squeeze the rest of the curve near 100.
    """
    accuracies = sorted(100 * row[2] for row in moment.view.training)
    low = accuracies[len(accuracies) // 20] if accuracies else 0
    return _over_steps(moment, 2, 100.0, {**lines.SHARE, "min": low // 10 * 10})


def _over_steps(moment, column, factor, axis):
    view = moment.view
    smooth = lines.smoothed(view.training, column)
    left = [lines.smoothed(branch.training, column) for branch in view.branches]
    series = [
        lines.quiet(lines.line("before going back", lines.points(rows, 1, factor), width=1))
        for rows in left
    ]
    series += [
        {
            **lines.line("training", lines.points(view.training, column, factor), width=1),
            "lineStyle": {"width": 1, "opacity": 0.35},
            "tooltip": {"show": False},
        },
        lines.line("training", lines.points(smooth, 1, factor)),
        {
            **lines.line("validation", lines.points(view.validation, column, factor), width=2.5),
            "showSymbol": True,
        },
    ]
    here = None if moment.live else moment.step
    return lines.chart(series, axis, lines.marks(view.changes, here))


def _changes(changes: list) -> None:
    """A line for each numbered mark on the curves."""
    lines_of_text = [
        f"**{n}:** at step {step:,}, {settings.difference(changed)}"
        for n, (step, changed) in enumerate(changes, start=1)
    ]
    if lines_of_text:
        st.caption("  \n".join(lines_of_text[-SHOWN_CHANGES:]))


def _gradients(moment: Moment) -> None:
    _title(
        "Gradient",
        "The length of each layer's gradient, on a log axis: the longer, the more it changes. "
        "It becomes tiny when the layer stops learning, and huge before training diverges.",
    )
    images, labels = moment.sample
    size = diagnostics.sample_size(moment.network, PROBE, PROBE_IMAGES)
    norms = diagnostics.gradient_norms(moment.network, images[:size], labels[:size])
    rows = moment.trace("gradients", norms.values())
    _over_time(moment, rows, list(norms), lines.LOG, "gradient_chart", "Gradient of each layer")


def _inactive(moment: Moment) -> None:
    images = moment.sample[0][: diagnostics.sample_size(moment.network, PROBE, PROBE_IMAGES)]
    _title(
        "Inactive units, %",
        f"The share of each layer's units that stay at 0 for all of {len(images)} images. Such a "
        "unit learns nothing.",
    )
    shares = diagnostics.dead_unit_fraction(moment.network, images)
    if not shares:
        st.caption("This network has no hidden units.")
        return
    names = [f"layer {n}" for n in range(1, len(shares) + 1)]
    rows = moment.trace("inactive", [100 * share for share in shares])
    _over_time(moment, rows, names, lines.SHARE, "inactive_chart", "Inactive units of each layer")


def _over_time(moment, rows, names, axis, key, alt):
    series = [lines.line(name, lines.points(rows, n)) for n, name in enumerate(names, start=1)]
    here = None if moment.live else moment.step
    _chart(lines.chart(series, axis, lines.marks(moment.view.changes, here)), key, alt)


def _weights(moment: Moment) -> None:
    _title(
        "Weights",
        "The distribution of each layer's weights: dashed grey at the random start, in colour "
        "now. Zero is in the middle.",
    )
    start = moment.job.start_model().network()
    layers, before = diagnostics.weight_layers(moment.network), diagnostics.weight_layers(start)
    found = {
        name: diagnostics.histograms(layer.params["W"], before[name].params["W"])
        for name, layer in layers.items()
    }
    alt = "Distribution of each layer's weights, now and at the start"
    _chart(lines.spreads(found), "weights_chart", alt, max(HEIGHT, 100 * len(found)))


def _first_layer(moment: Moment) -> None:
    _title(
        "First layer",
        "The weights of the first layer: what each unit looks for. "
        + (
            "Bright pixels on orange raise its output, on blue they lower it. In colour, the "
            "weights of red, green and blue are added up."
            if len(moment.model.input_shape) == 3
            else "Ink on orange raises its output, ink on blue lowers it."
        ),
    )
    first = next(iter(diagnostics.weight_layers(moment.network).values()))
    weights = diagnostics.as_images(first.params["W"], moment.model.input_shape)
    st.image(
        signed.weight_sheet(weights, columns=8 if len(weights) > 10 else 5),
        width="stretch",
        alt="The weights of the first layer as pictures",
    )
    total = first.params["W"].shape[-1]
    more = f"The first {len(weights)} of {total} units." if len(weights) < total else ""
    what = "ink" if len(moment.model.input_shape) == 2 else "light"
    st.caption(f"{more} Orange: {what} raises the output. Blue: {what} lowers it.")


def _mistakes(moment: Moment) -> None:
    _title("Mistakes", "Validation images that it misreads now: the label → its answer.")
    images, labels = moment.sample
    wrong = diagnostics.misclassified(moment.network, images, labels)
    st.caption(
        f"{len(wrong.positions):,} of the first {len(images):,} validation images are misread."
    )
    names = tuple(map(plain, moment.classes))
    captions = [f"{names[labels[p]]} → {names[a]}" for p, a in zip(*wrong, strict=True)]
    wide, rows = (48, ROWS) if max(map(len, names)) < 3 else (84, 2 * ROWS)  # words need room
    pictures.captioned(images[wrong.positions[:SHOWN]], captions[:SHOWN], rows, wide)


def _drawing(moment: Moment) -> None:
    what = class_word(noun(moment.classes))
    if len(moment.model.input_shape) == 3:
        _title("Your drawing", "How the network reads the drawing on your canvas as it learns.")
        st.markdown("This network reads pictures in colour, so it cannot read a drawing.")
        return
    drawing = what if what != "class" else "drawing"
    _title("Your drawing", f"How the network reads the {drawing} on your canvas as it learns.")
    image = canvas.image(fabric.strokes(state.DRAWING.get()))
    if not image.any():
        st.markdown(
            f"You have not drawn anything yet. Draw {article(drawing)} {drawing}, then come back "
            "and watch."
        )
        menu.DRAW.link(f"Draw {article(drawing)} {drawing}")
        return
    image = models.fit(moment.model, image)
    values = moment.network.predict(image[None])[0]
    names = models.names(moment.model)
    best = int(values.argmax())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(pictures.sheet(image[None]), width=84, alt="Your drawing as the network sees it")
        st.markdown(f"### {plain(names[best])}\n{confidence_text(values[best])} confident.")
    rows = moment.trace("drawing", 100 * values, about=image.tobytes())
    likely = np.sort(np.argsort(values, kind="stable")[-LIKELY:])  # of many classes
    series = [
        {
            **lines.line(names[k], lines.points(rows, k + 1), width=3 if k == best else 1),
            "endLabel": {"show": bool(values[k] > 0.05), "formatter": "{a}"},
        }
        for k in likely.tolist()
    ]
    here = None if moment.live else moment.step
    options = lines.chart(series, lines.SHARE, lines.marks((), here), legend=False)
    longest = max(len(names[k]) for k in likely)
    options["grid"] |= {"top": 12, "right": 28 if longest < 3 else 12 + 7 * min(longest, 14)}
    _chart(options, "drawing_chart", f"Probability of each {what} during the run", 190)


def _title(text: str, help: str) -> None:
    st.markdown(f"**{text}**", help=help)


def _chart(options, key, alt, height=HEIGHT):
    st.echarts_chart(options, height=height, key=key, alt=alt)


PANELS = {
    slow_motion.NAME: slow_motion.last_step,
    "Curves": _curves,
    "Gradient": _gradients,
    "Inactive units": _inactive,
    "Weights": _weights,
    "First layer": _first_layer,
    "Mistakes": _mistakes,
    "Your drawing": _drawing,
}
WIDE = (slow_motion.NAME, "Curves")
