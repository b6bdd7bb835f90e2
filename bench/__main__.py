"""Measure, print one table, and keep a dated record: `python -m bench [NAME]`.

Contenders alternate, round by round, so that changes in the machine's speed affect all of them.
What counts is the ratio within each round; its median and range are recorded.
"""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from bench import contenders, growth

ROUNDS = 7
Entry = dict[str, Any]  # one line of the record
REST = 0.3  # seconds before each turn, in which the previous contender's threads stop spinning
RECORDS = Path(__file__).parent / "records"
TRAINING = (  # name, hidden layers, batch size, steps per round
    ("dense 784-128-10, batch 100", (128,), 100, 2000),
    ("dense 784-512-10, batch 128", (512,), 128, 600),
    ("convolution 5×5×16, 5×5×32, batch 128", "conv", 128, 60),
)
COMMANDS = (  # accuracy to reach, and the arguments of `train`
    (0.925, "--recipe fast --set hidden=32 train_images=30000 epochs=1 eval_every=null"),
    (0.98, "--recipe fast --set hidden=128 lr=0.15 epochs=6 eval_every=null"),
    (0.99, "--recipe lenet --set epochs=2"),
    (0.995, "--recipe lenet"),
)

# A small process in between, since a child starts with its parent's peak memory.
LAUNCH = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "netcore", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measure(runs: dict[str, Callable[[], Any]]) -> dict[str, np.ndarray]:
    """{name: callable} → {name: seconds of each round}, alternating, after one warm-up each."""
    for run in runs.values():
        run()
    seconds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            time.sleep(REST)
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: np.array(values) for name, values in seconds.items()}


def compare(what: str, seconds: dict[str, np.ndarray], amount: int, unit: str) -> Entry:
    """One entry: the median of each contender, and netcore's lead over each, round by round."""
    entry = {"what": what, "unit": unit, "rounds": len(seconds["netcore"])}
    for name, values in seconds.items():
        rates = amount / values if unit == "images/s" else values * 1000
        entry[name] = float(np.median(rates))
        if name != "netcore":
            leads = values / seconds["netcore"]
            entry[f"lead over {name}"] = [
                round(float(v), 3) for v in (np.median(leads), leads.min(), leads.max())
            ]
    return entry


def training() -> Iterator[Entry]:
    """Training speed, in images per second."""
    for what, hidden, batch, steps in TRAINING:
        makers = {"netcore": contenders.netcore, "PyTorch": contenders.pytorch}
        if hidden != "conv":
            makers["scikit-learn"] = contenders.sklearn
        runs = {name: make(hidden, batch) for name, make in makers.items()}
        runs = {name: lambda run=run, steps=steps: run(steps) for name, run in runs.items()}
        yield compare(f"training, {what}", measure(runs), steps * batch, "images/s")


def products() -> Entry:
    """The share of matrix products in a training step, both on one thread."""
    hidden, batch, steps = (512,), 128, 150
    step, product = contenders.netcore(hidden, batch, 1), contenders.products_only(hidden, batch)
    seconds = measure({"step": lambda: step(steps), "product": lambda: product(steps)})
    what = "share of matrix products in a step, dense 784-512-10"
    return share(what, seconds["product"], seconds["step"])


def augmentation() -> Entry:
    """The time to augment a batch, relative to a training step of the convolution without it."""
    batch, steps = 128, 12
    step, augment = contenders.netcore("conv", batch, 1), contenders.augmentation(batch)
    seconds = measure({"step": lambda: step(steps), "augment": lambda: augment(steps)})
    return share(
        "augmentation, beside a step of the convolution", seconds["augment"], seconds["step"]
    )


def share(what: str, part: np.ndarray, whole: np.ndarray) -> Entry:
    """One entry: median, minimum and maximum of part / whole over the rounds."""
    shares = part / whole
    spread = [round(float(v), 3) for v in (np.median(shares), shares.min(), shares.max())]
    return {"what": what, "share": spread}


def prediction() -> Iterator[Entry]:
    """Prediction speed, of many images and of one."""
    images = contenders.data.test.images
    for what, hidden in (("dense 784-512-10", (512,)), ("convolution", "conv")):
        ours, theirs = contenders.netcore_predict(hidden), contenders.torch_predict(hidden)
        for amount, times in ((10_000, 1), (1, 200)):  # one image repeatedly, with warm caches
            some = images[:amount]
            runs = {
                "netcore": lambda f=ours, x=some, n=times: [f(x) for _ in range(n)],
                "PyTorch": lambda f=theirs, x=some, n=times: [f(x) for _ in range(n)],
            }
            seconds = {name: values / times for name, values in measure(runs).items()}
            name = f"prediction of {amount:,} image{'s' * (amount > 1)}, {what}"
            yield compare(name, seconds, amount, "images/s" if amount > 1 else "ms")


def accuracy() -> Iterator[Entry]:
    """Whole commands as a user runs them: their training time and peak memory."""
    for goal, arguments in COMMANDS:
        command = [sys.executable, "-c", LAUNCH, "train", *arguments.split(), "--json"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        *_, result, kilobytes = run.stdout.splitlines()
        result = json.loads(result)
        yield {
            "what": f"{goal:.1%} on the test set: train {arguments}",
            "test_accuracy": result["test_accuracy"],
            "train_seconds": result["train_seconds"],
            "peak_memory_mb": round(int(kilobytes) / 1024),
        }


def machine() -> dict[str, Any]:
    """Processor, system and versions."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor(),
    )  # fmt: skip
    packages = ("numpy", "scipy", "torch", "scikit-learn")
    versions = {name: importlib.metadata.version(name) for name in packages}
    kernels = {
        library["architecture"] for library in threadpool_info() if "architecture" in library
    }
    return {"processor": model, "cores": os.cpu_count(), "python": platform.python_version(),
            "system": platform.system(), "load before": os.getloadavg()[0], **versions,
            "OpenBLAS kernels": "/".join(sorted(kernels))}  # fmt: skip


def row(entry: Entry) -> str:
    """One line of the table."""
    if "unit" in entry:
        leads = [f"{key.removeprefix('lead over ')} × {entry[key][0]:.2f} "
                 f"({entry[key][1]:.2f} … {entry[key][2]:.2f})"
                 for key in entry if key.startswith("lead over ")]  # fmt: skip
        value = f"{entry['netcore']:,.0f}" if entry["unit"] == "images/s" else (
            f"{entry['netcore']:.2f}"
        )  # fmt: skip
        return f"| {entry['what']} | {value} {entry['unit']} | {', '.join(leads)} |"
    if "share" in entry:
        middle, low, high = entry["share"]
        return f"| {entry['what']} | {middle:.0%} | {low:.0%} … {high:.0%} |"
    return (f"| {entry['what']} | {entry['train_seconds']:.2f} s | "
            f"{entry['test_accuracy']:.2%}, {entry['peak_memory_mb']} MB |")  # fmt: skip


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "run"
    about, entries = machine(), []
    lines = ["| what | netcore | lead (lowest … highest round), or what was reached |",
             "|---|---:|---|"]  # fmt: skip
    print("\n".join(lines), flush=True)
    for group in (accuracy(), training(), [products(), augmentation()], prediction()):
        for entry in group:
            entries.append(entry)
            lines.append(row(entry))
            print(lines[-1], flush=True)
    folder = RECORDS / f"{datetime.date.today()}_{name}"
    folder.mkdir(parents=True, exist_ok=True)
    grown = growth.measure(folder / "growth.svg")
    record = {"machine": about, "entries": entries, "growth": grown}
    (folder / "record.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    head = ", ".join(f"{key} {value}" for key, value in about.items())
    (folder / "table.md").write_text(f"`python -m bench` on: {head}\n\n" + "\n".join(lines) + "\n")
    print(f"kept in {folder}")


if __name__ == "__main__":
    main()
