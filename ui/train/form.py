"""Widgets of the set-up form: tied to the address, standing at the chosen recipe's values."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from ui.session import state


@dataclass(frozen=True)
class Form:
    """Widgets tied to the keys of `ui.session.state`, standing at `values` until they are moved."""

    values: Mapping[state.Key, object]
    fixed: bool

    def options(self, key):
        return {"disabled": self.fixed, **key.bound}

    def scale(self, label, key, stops, help):
        return scale(label, stops, self.values[key], help, self.options(key))

    def slider(self, label, key, top, step, help):
        return slider(label, top, step, self.values[key], help, self.options(key))

    def choice(self, label, key, labels, help):
        options = list(labels)
        return st.selectbox(
            label,
            options,
            index=options.index(self.values[key]),
            format_func=labels.__getitem__,
            help=help,
            **self.options(key),
        )

    def segments(self, label, key, options, help):
        return st.segmented_control(
            label,
            options,
            default=self.values[key],
            required=True,
            help=help,
            **self.options(key),
        )

    def number(self, label, key, least, most, step, help):
        value = min(self.values[key], most)
        shape = "%g" if isinstance(value, float) else "%d"
        return st.number_input(
            label, least, most, value, step, format=shape, help=help, **self.options(key)
        )


def scale(label, stops, value, help, options):
    """A slider over stops that grow by factors; a value between them becomes a stop too.

    So does one that a link or another page asks for.
    """
    stops = {*stops, value, *_asked_for(options["key"], min(stops), max(stops))}
    return st.select_slider(
        label, sorted(stops), value, format_func="{:g}".format, help=help, **options
    )


def _asked_for(key, low, high):
    """What the session or the address holds for a key, as far as it lies in the range."""
    for asked in (st.session_state.get(key), st.query_params.get(key)):
        try:
            number = float(asked)
        except (TypeError, ValueError):
            continue
        if low < number < high:  # not for NaN either
            yield int(number) if isinstance(low, int) and number == int(number) else number


def slider(label, top, step, value, help, options):
    return st.slider(label, 0.0, max(top, value), value, step, help=help, **options)
