"""Checks a claim about a network's accuracy. It needs only NumPy and your data.

    python prove.py t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz    IDX files, as published
    python prove.py data.npz                 arrays images (N, 28, 28) and labels (N,)
    python prove.py data.csv                 one image per line: label, then pixels 0 … 255

The same folder holds claim.json (the layers and the claim) and weights.npz (array "3.W" is W of
layer 3, counted from 0). The exit code is 0 if the claim holds and 1 if it does not.
"""

import gzip
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def image(x: np.ndarray) -> np.ndarray:
    return x[:, None] if x.ndim == 3 else x  # (N, H, W) has one channel → (N, 1, H, W)


def windows(x: np.ndarray, kernel: int | list[int]) -> np.ndarray:
    """(N, C, H, W) → (N, C, H // kh, kh, W // kw, kw); a remainder at the edge is dropped."""
    (kh, kw), (n, c, h, w) = np.broadcast_to(kernel, 2), x.shape  # one number for both
    return x[:, :, : h // kh * kh, : w // kw * kw].reshape(n, c, h // kh, kh, w // kw, kw)


def convolve(x: np.ndarray, w: dict, stride=1, padding=0, **_) -> np.ndarray:
    (kh, kw), (rows, columns) = w["W"].shape[:2], np.broadcast_to(padding, 2)
    down, right = np.broadcast_to(stride, 2)
    x = np.pad(image(x), ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    seen = sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::down, ::right]
    y = np.tensordot(seen, w["W"], axes=([1, 4, 5], [2, 0, 1]))  # (N, H, W, channels out)
    return (y + w["b"]).transpose(0, 3, 1, 2)


def normalise(x: np.ndarray, w: dict, eps: float = 1e-5) -> np.ndarray:
    shape = (1, -1) + (1,) * (x.ndim - 2)
    mean, var, gamma, beta = (w[k].reshape(shape) for k in ("mean", "var", "gamma", "beta"))
    return (x - mean) / np.sqrt(np.maximum(var, 0) + np.float32(eps)) * gamma + beta


LAYERS = {  # x, the layer's weights by name, its settings → y
    "Dense": lambda x, w, **_: x @ w["W"] + w["b"],
    "Conv2d": convolve,
    "MaxPool2d": lambda x, w, kernel=2: windows(image(x), kernel).max(axis=(3, 5)),
    "AvgPool2d": lambda x, w, kernel=2: windows(image(x), kernel).mean(axis=(3, 5)),
    "GlobalAvgPool2d": lambda x, w: image(x).mean(axis=(2, 3)),
    "BatchNorm": normalise,
    "Dropout": lambda x, w, **_: x,  # active in training only
    "Flatten": lambda x, w: x.reshape(len(x), -1),
    "ReLU": lambda x, w: np.maximum(x, 0),
    "LeakyReLU": lambda x, w, slope=0.01: np.where(x > 0, x, x * np.float32(slope)),
    "Sigmoid": lambda x, w: 1 / (1 + np.exp(-x)),
    "Tanh": lambda x, w: np.tanh(x),
    "LogSoftmax": lambda x, w: x,  # does not change which is largest
}


def predict(spec: list, arrays: dict, images: np.ndarray) -> np.ndarray:
    """Images (N, …) uint8 → the network's answers (N,)."""
    answers = []
    for start in range(0, len(images), 250):
        x = images[start : start + 250].astype(np.float32) / np.float32(255)
        for number, entry in enumerate(spec):
            settings = {"layer": entry} if isinstance(entry, str) else dict(entry)
            own = {k.partition(".")[2]: v for k, v in arrays.items() if k.startswith(f"{number}.")}
            x = LAYERS[settings.pop("layer")](x, own, **settings)
        answers.append(x.argmax(axis=1))
    return np.concatenate(answers)


def read(paths: list[str]) -> tuple:
    """The files on the command line → images uint8, labels uint8."""
    if paths[0].endswith(".npz"):
        with np.load(paths[0]) as data:
            return data["images"], data["labels"]
    if ".csv" in paths[0]:
        rows = np.loadtxt(paths[0], np.uint8, delimiter=",", skiprows=1)
        return rows[:, 1:], rows[:, 0]
    images, labels = (Path(path).read_bytes() for path in paths)
    unpacked = (gzip.decompress(b) if b[:2] == b"\x1f\x8b" else b for b in (images, labels))
    return tuple(np.frombuffer(b, np.uint8, offset=4 + 4 * b[3]) for b in unpacked)


def sha256(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


def check(holds: bool, problem: str) -> None:
    if not holds:
        sys.exit(f"The claim does not hold: {problem}.")


def main(paths: list[str]) -> None:
    here = Path(__file__).resolve().parent
    claim = json.loads((here / "claim.json").read_text())
    arrays = dict(np.load(here / "weights.npz"))
    images, labels = read(paths)
    print(f"The claim: {claim['right']:,} of {claim['count']:,} right, on {claim['says']}.")
    images = images.reshape(len(labels), *claim["input_shape"])
    if len(labels) != claim["count"]:  # a larger file, of which the claim names some rows
        images, labels = (part[slice(*claim["rows"])] for part in (images, labels))
    check(sha256(*(arrays[k] for k in sorted(arrays))) == claim["weights_sha256"], "other weights")
    check(sha256(images, labels) == claim["data_sha256"], "these are not the images of the claim")
    right = int((predict(claim["spec"], arrays, images) == labels).sum())
    print(f"{right:,} of {len(labels):,} right: {right / len(labels):.2%}")
    close = max(1, claim["count"] // 10_000)  # another processor may round a tie differently
    check(abs(right - claim["right"]) <= close, "the network is not as accurate as claimed")
    print("The claim holds.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
