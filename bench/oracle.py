"""What PyTorch computes for the networks and runs of `tests/foreign`: `python -m bench.oracle`.

Writes `tests/foreign/pytorch.json`, so that the tests need no PyTorch.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from netcore.network import Network
from tests.foreign import random_networks
from tests.foreign.random_networks import BETA2, EPS, MOMENTUM, RATES, digest

OUT = Path("tests/foreign/pytorch.json")
AXES = {"Dense": (1, 0), "Conv2d": (3, 2, 0, 1)}  # of PyTorch's weights, in netcore's


def main() -> None:
    torch.set_default_dtype(torch.float64)
    networks = [once(random_networks.drawn(n)) for n in range(random_networks.NETWORKS)]
    runs = {name: train(*random_networks.run(name)) for name in random_networks.RUNS}
    found = {"torch": torch.__version__, "networks": networks, "runs": runs}
    OUT.write_text(json.dumps(found, indent=0) + "\n")


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(2, 3))


class Channel(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, None] if x.dim() == 3 else x


def module(layer: Any, input_shape: tuple[int, ...]) -> nn.Module:
    """The same layer in PyTorch, without its parameters."""
    match type(layer).__name__:
        case "Dense":
            return nn.Linear(input_shape[0], layer.out_features)
        case "Conv2d":
            channels = input_shape[0] if len(input_shape) == 3 else 1
            sizes = layer.kernel, layer.stride, layer.padding
            return nn.Conv2d(channels, layer.out_channels, *sizes)
        case "BatchNorm":
            kind = nn.BatchNorm1d if len(input_shape) == 1 else nn.BatchNorm2d
            return kind(input_shape[0], eps=layer.eps)
        case "MaxPool2d" | "AvgPool2d" as name:
            return getattr(nn, name)(layer.kernel)
        case "LeakyReLU":
            return nn.LeakyReLU(layer.slope)
        case "GlobalAvgPool2d":
            return Mean()
        case "LogSoftmax":
            return nn.Identity()  # the loss takes logits
        case name:
            return getattr(nn, name)()


def pairs(network: Network, model: nn.Sequential) -> list[tuple[nn.Parameter, np.ndarray]]:
    """Each parameter of PyTorch, and netcore's view of its values in PyTorch's layout."""
    found = []
    for layer, theirs in zip(network.layers, list(model)[1:], strict=True):
        for mine, name in (("W", "weight"), ("b", "bias"), ("gamma", "weight"), ("beta", "bias")):
            if mine in layer.params:
                axes = AXES[type(layer).__name__] if mine == "W" else (0,)
                found.append((getattr(theirs, name), layer.params[mine].transpose(axes)))
    return found


def translated(network: Network) -> nn.Sequential:
    model = nn.Sequential(Channel() if network.convolutional else nn.Identity())
    for planned in network.plan:
        model.append(module(planned.layer, planned.input_shape))
    for theirs, mine in pairs(network, model):
        theirs.data = torch.tensor(np.ascontiguousarray(mine))
    for layer, theirs in zip(network.layers, list(model)[1:], strict=True):
        if layer.buffers:
            theirs.running_mean = torch.tensor(layer.buffers["mean"])
            theirs.running_var = torch.tensor(layer.buffers["var"])
    return model


def once(drawn: random_networks.Drawn) -> dict[str, Any]:
    """Answers in use; loss, gradient and running statistics of one training step."""
    network, x, targets = drawn
    model = translated(network)
    x, targets = torch.tensor(x), torch.tensor(targets)
    with torch.no_grad():
        log_probs = torch.log_softmax(model.eval()(x), dim=1)
    logits = model.train()(x)
    smoothing = network.label_smoothing
    loss = nn.functional.cross_entropy(logits, targets, label_smoothing=smoothing)
    loss.backward()
    for theirs, mine in pairs(network, model):
        mine[...] = theirs.grad.numpy()  # into theta, for its order
    for layer, theirs in zip(network.layers, list(model)[1:], strict=True):
        if layer.buffers:
            layer.buffers["mean"][...] = theirs.running_mean.numpy()
            layer.buffers["var"][...] = theirs.running_var.numpy()
    return {
        "log_probs": digest(log_probs.numpy()),
        "loss": loss.item(),
        "grad": digest(network.theta),
        "buffers": digest(network.buffers),
    }


def train(network: Network, name: str, decay: float, batches: list) -> dict[str, Any]:
    """The loss of every step, and the parameters at the end. Only weights decay."""
    model = translated(network).train()
    parameters = [theirs for theirs, _ in pairs(network, model)]
    weights = [p for p in parameters if p.dim() > 1]
    others = [p for p in parameters if p.dim() == 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    lr, betas = RATES[name], (MOMENTUM, BETA2)
    make = {
        "sgd": lambda: torch.optim.SGD(groups, lr),
        "momentum": lambda: torch.optim.SGD(groups, lr, MOMENTUM),
        "nesterov": lambda: torch.optim.SGD(groups, lr, MOMENTUM, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop(groups, lr, alpha=BETA2, eps=EPS),
        "adam": lambda: torch.optim.Adam(groups, lr, betas, EPS),
        "adamw": lambda: torch.optim.AdamW(groups, lr, betas, EPS),
    }
    optimizer, losses = make[name](), []
    for x, targets in batches:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(torch.tensor(x)), torch.tensor(targets))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    for theirs, mine in pairs(network, model):
        mine[...] = theirs.detach().numpy()
    return {"losses": losses, "theta": digest(network.theta)}


if __name__ == "__main__":
    main()
