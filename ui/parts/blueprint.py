"""The networks that a few settings can describe: convolutions, if any, then dense layers."""

from dataclasses import dataclass
from typing import Self

from netcore.layers import ACTIVATIONS
from netcore.recipe import canonical, dense_layers, dense_shape

DEEPEST = 4  # hidden dense layers
MOST_BLOCKS = 3  # of convolution and pooling; 28 × 28 pixels are 3 × 3 then


@dataclass(frozen=True)
class Blueprint:
    """A block is a convolution, a pooling that halves the image, and the activation."""

    convolutions: int = 0  # blocks
    channels: int = 16  # of the first block; each later one has twice as many
    kernel: int = 3  # side of the window, in pixels
    hidden: tuple[int, ...] = (128,)  # units of the dense layers
    activation: str = "ReLU"
    initializer: str = "he"
    dropout: float = 0.0
    classes: int = 10

    def layers(self) -> tuple:
        """The spec, as `netcore.Network` takes it."""
        spec = []
        for number in range(self.convolutions):
            entry = {"layer": "Conv2d", "out_channels": self.channels << number}
            entry["kernel"] = self.kernel
            if self.convolutions == MOST_BLOCKS:  # else the last image is smaller than its window
                entry["padding"] = self.kernel // 2
            if self.initializer != "he":
                entry["initializer"] = self.initializer
            spec += [entry, "MaxPool2d", self.activation]
        dense = (self.hidden, self.activation, self.initializer, self.dropout, self.classes)
        return (*spec, *dense_layers(*dense))

    @classmethod
    def of(cls, spec) -> Self | None:
        """The blueprint that makes this spec, but for Dropout at 0; None if there is none."""
        blocks = [e for e in spec if isinstance(e, dict) and e.get("layer") == "Conv2d"]
        shape = dense_shape(spec[3 * len(blocks) :])
        if not shape or len(shape["hidden"]) > DEEPEST or len(blocks) > MOST_BLOCKS:
            return None
        shape["hidden"] = tuple(shape["hidden"])
        if blocks:
            channels, kernel = blocks[0].get("out_channels"), blocks[0].get("kernel", 3)
            if not (type(channels) is type(kernel) is int and spec[2] in ACTIVATIONS):
                return None
            shape |= {"channels": channels, "kernel": kernel, "activation": spec[2]}
        found = cls(len(blocks), **shape)
        return found if canonical(found.layers()) == canonical(spec) else None
