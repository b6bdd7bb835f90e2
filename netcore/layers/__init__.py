"""The layers by name, and how a spec becomes layer objects.

A spec is a list a person could write in JSON; an entry is a name, or a name with settings:

    ["Flatten", {"layer": "Dense", "out_features": 128}, "ReLU",
     {"layer": "Dense", "out_features": 10}, "LogSoftmax"]

A new layer is a class in a file here, and its entry in `LAYERS`.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from netcore.layers.activations import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Tanh
from netcore.layers.base import Layer
from netcore.layers.conv import Conv2d
from netcore.layers.dense import Dense
from netcore.layers.dropout import Dropout
from netcore.layers.flatten import Flatten
from netcore.layers.normalization import BatchNorm
from netcore.layers.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d

Entry = str | dict[str, Any]  # a layer's name, or {"layer": name, setting: value, …}
Spec = Sequence[Entry]

LAYERS: dict[str, type[Layer]] = {
    cls.__name__: cls
    for cls in (
        *(Dense, Conv2d, MaxPool2d, AvgPool2d, GlobalAvgPool2d, BatchNorm, Dropout, Flatten),
        *(ReLU, LeakyReLU, Sigmoid, Tanh, LogSoftmax),
    )
}
ACTIVATIONS = tuple(name for name, cls in LAYERS.items() if cls.is_activation)


def build(entry: object) -> Layer:
    """One spec entry → a layer; ValueError says what the entry should have been."""
    settings = {"layer": entry} if isinstance(entry, str) else entry
    if not isinstance(settings, dict) or not isinstance(settings.get("layer"), str):
        raise ValueError(f'must be a name or {{"layer": name, …}}, not {str(entry)[:60]!r}')
    settings = dict(settings)
    name = settings.pop("layer")
    if name not in LAYERS:
        raise ValueError(f"{name[:60]!r} is no layer: use one of {', '.join(LAYERS)}")
    known = inspect.signature(LAYERS[name]).parameters
    if unknown := set(settings) - set(known):
        takes = ", ".join(known) or "no settings"
        raise ValueError(f"{name} has no setting {min(unknown)[:60]!r}: it takes {takes}")
    try:
        return LAYERS[name](**settings)
    except TypeError as error:  # a setting of the wrong type or a missing one
        raise ValueError(f"{name}: {error}") from error
