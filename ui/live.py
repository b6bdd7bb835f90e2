"""What ticks while a network learns: figures, progress, and curves that update without a flicker.

The curves are ECharts, since Plotly mounts anew with all new data. Changes of knobs are marked.
"""

import streamlit as st

from ui.jobs import Job, View

SHOWN_CHANGES = 8  # the latest ones, in words
TICK = 0.4  # seconds between two looks at a running job
NAMES = {
    "lr": "learning rate",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "dropout": "dropout",
    "batch_size": "batch size",
}


def outlook(planned) -> None:
    """Before a run: the network that would learn, as `netcore.network.plan` gives it."""
    parameters = sum(layer.parameters for layer in planned)
    st.markdown(f"**{parameters:,} parameters** wait to be learned.")
    st.dataframe(
        {
            "Layer": [type(layer.layer).__name__ for layer in planned],
            "Output": [" × ".join(map(str, layer.output_shape)) for layer in planned],
            "Parameters": [layer.parameters for layer in planned],
        },
        hide_index=True,
        column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
    )


def watch(job: Job, status: str) -> None:
    """Show the job, and go on showing it while it runs; `status` is what the page was drawn for."""
    st.fragment(_look, run_every=TICK if status == "running" else None)(job, status)


def _look(job, status):
    job.seen()
    view = job.view()
    if view.status != status:
        st.rerun()
    if view.status == "failed":
        st.error(view.message, icon=":material/warning:")
    elif view.message:
        st.info(view.message)
    _figures(view)
    loss, accuracy = st.columns(2)
    with loss:
        st.markdown(
            "**Loss**",
            help="How surprised the network is by the right answers, in nats. "
            "Guessing among ten costs 2.3.",
        )
        st.echarts_chart(
            loss_chart(view),
            height=280,
            key="loss_chart",
            alt="Loss on the training batches and on validation",
        )
    with accuracy:
        st.markdown("**Accuracy, %**", help="The share of images it names rightly.")
        st.echarts_chart(
            accuracy_chart(view),
            height=280,
            key="accuracy_chart",
            alt="Accuracy on the training batches and on validation",
        )
    if view.changes:
        numbered = enumerate(view.changes, start=1)
        lines = [f"**{n}** step {step:,}: {describe(changed)}" for n, (step, changed) in numbered]
        st.caption("  \n".join(lines[-SHOWN_CHANGES:]))


def _figures(view: View):
    with st.container(horizontal=True, gap="medium"):
        accuracy, loss = "–", "–"
        if view.validation:
            _, last_loss, last_accuracy = view.validation[-1]
            accuracy, loss = f"{last_accuracy:.2%}", f"{last_loss:.4f}"
        speed = f"{view.images_per_second:,.0f}" if view.last else "–"
        about = "On the validation images, which the network does not learn from."
        st.metric("Accuracy", accuracy, width="content", help=about)
        st.metric("Loss", loss, width="content", help=about)
        st.metric("Images/s", speed, width="content", help="How many images it learns from.")
    st.progress(min(view.progress, 1.0), text=_state_of(view))


def _state_of(view: View) -> str:
    words = {"ready": "Ready", "running": "Learning", "paused": "Paused", "failed": "Stopped"}
    parts = [words.get(view.status, "The run is over")]
    if view.last:
        parts.append(f"step {view.last.step:,}, epoch {view.last.epoch:.1f}")
    if view.status == "running" and view.eta is not None:
        parts.append(f"{_duration(view.eta)} to go")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"


def loss_chart(view: View) -> dict:
    """ECharts options: training and validation loss over steps, on a log axis."""
    return _chart(view, 1, 1.0, {"type": "log"})


def accuracy_chart(view: View) -> dict:
    """ECharts options: training and validation accuracy over steps, in percent.

    The axis leaves out the first moments, which would press all the rest against 100.
    """
    accuracies = sorted(100 * row[2] for row in view.training)
    low = accuracies[len(accuracies) // 20] if accuracies else 0
    return _chart(view, 2, 100.0, {"type": "value", "min": low // 10 * 10, "max": 100})


def describe(changed: dict) -> str:
    """{setting: (old, new)} in words."""
    return ", ".join(f"{NAMES[name]} {old:g} → {new:g}" for name, (old, new) in changed.items())


def _chart(view: View, column: int, factor: float, axis: dict) -> dict:
    def points(rows):  # a log axis has no place for 0
        return [[round(row[0]), max(round(row[column] * factor, 4), 1e-4)] for row in rows]

    marks = [{"xAxis": step, "name": str(n)} for n, (step, _) in enumerate(view.changes, start=1)]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 16, "top": 34, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "icon": "roundRect", "itemHeight": 4},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "value", "min": 0, "max": "dataMax", "minInterval": 1},
        "yAxis": axis,
        "series": [
            {
                "name": "training",
                "type": "line",
                "data": points(view.training),
                "showSymbol": False,
                "lineStyle": {"width": 1, "opacity": 0.7},
            },
            {
                "name": "validation",
                "type": "line",
                "data": points(view.validation),
                "symbolSize": 5,
                "lineStyle": {"width": 2.5},
                "markLine": {
                    "data": marks,
                    "symbol": "none",
                    "animation": False,
                    "lineStyle": {"type": "dashed"},
                    "label": {"formatter": "{b}"},
                },
            },
        ],
    }
