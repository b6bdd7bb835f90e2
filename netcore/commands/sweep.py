"""Train a recipe with many settings, and rank them by validation accuracy."""

import dataclasses
import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from netcore.commands import Commands, add_recipe, command, read_recipe
from netcore.commands.data import open_for
from netcore.commands.processes import Processes
from netcore.recipe import RecipeError
from netcore.search.sweep import (
    LOG_SCALED,
    Range,
    Result,
    Sweep,
    describe,
    dumps,
    key,
    loads,
    ranked,
)

SHOWN = 20  # rows of the table
TRIALS = 20


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "sweep",
        run_sweep,
        "Train a recipe with many settings, compared on validation; the test set is not used.",
    )
    add_recipe(parser, "fast")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument(
        "--grid",
        nargs="+",
        metavar="KEY=VALUES",
        help="every combination of these, such as lr=0.01,0.03,0.1 hidden=32,64,128x64",
    )
    kind.add_argument(
        "--random",
        nargs="+",
        metavar="KEY=RANGE|VALUES",
        help="random draws from these, such as lr=0.001..1 momentum=0..0.95 optimizer=sgd,adam; "
        "settings such as lr are drawn on a log scale, unless a range ends in :linear or :log",
    )
    parser.add_argument(
        "--trials", type=int, metavar="N", help=f"number of draws (default: {TRIALS})"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the draws (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument(
        "--backend",
        choices=("loky", "dask"),
        default="loky",
        help="processes of this machine, or of a Dask cluster (default: loky)",
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="address of the Dask scheduler: tcp://…:8786"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="save the results here, as JSON, one by one; trials already in it are skipped",
    )


def run_sweep(options: Namespace) -> dict[str, Any]:
    """Train all trials, save them as they finish, and print the table."""
    sweep = read_sweep(options)
    results = Results(sweep, options.out)
    waiting = [trial for trial in sweep.plan() if key(trial.settings) not in results.done]
    if results.done:
        print(f"{len(results.done)} trials of {options.out} are already done")
    if waiting:
        with Processes(options.jobs, check_scheduler(options)) as processes:
            results.follow(processes.train(waiting), len(waiting))
    return report(sweep, ranked(results.done.values()))


def read_sweep(options: Namespace) -> Sweep:
    """The plan that the options describe."""
    if options.jobs < 1:
        raise RecipeError(f"--jobs is {options.jobs}: it must be 1 or more")
    if options.grid and options.trials is not None:
        raise RecipeError("--trials belongs to --random: a grid has as many as it has combinations")
    recipe, _ = open_for(read_recipe(options)[0])
    axes = dict(parse_axis(text, bool(options.random)) for text in options.grid or options.random)
    if options.grid:
        return Sweep(recipe, axes)
    return Sweep(recipe, axes, TRIALS if options.trials is None else options.trials, options.seed)


def parse_axis(text: str, ranges: bool) -> tuple[str, tuple | Range]:
    """`lr=0.01,0.1`, or if `ranges` are allowed `lr=0.01..1` → (name, values or Range)."""
    name, equals, listed = text.partition("=")
    if not equals or not listed:
        raise RecipeError(f"{text!r} is not an axis: write KEY=VALUE,VALUE, as in lr=0.01,0.1")
    if ".." not in listed or not ranges:
        return name, tuple(_parse(value) for value in listed.split(",") if value)
    span, _, kind = listed.partition(":")
    if kind not in ("", "log", "linear"):
        raise RecipeError(f"{text!r}: a range ends in :log or :linear, or in its last number")
    low, _, high = span.partition("..")
    log = kind == "log" or not kind and name in LOG_SCALED
    return name, Range(_parse(low), _parse(high), log)


def _parse(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value  # a plain word, such as adam


def check_scheduler(options: Namespace) -> str | None:
    """The address of the Dask scheduler; None for processes of this machine."""
    if options.backend == "dask" and not options.scheduler:
        raise RecipeError("--backend dask needs --scheduler ADDRESS, as `dask scheduler` prints it")
    if options.backend == "loky" and options.scheduler:
        raise RecipeError("--scheduler belongs to --backend dask")
    return options.scheduler


class Results:
    """The results of a sweep so far: `done`, by key. With a `path` they are also kept in a file."""

    def __init__(self, sweep: Sweep, path: Path | None):
        self.sweep, self.path = sweep, path
        self.done: dict[str, Result] = {}
        if path is None:
            return
        if not path.parent.is_dir():
            raise RecipeError(f"{path} cannot be saved: there is no folder {path.parent}")
        if path.exists():
            before, results = loads(path.read_text())
            if before.recipe != sweep.recipe or set(before.axes) != set(sweep.axes):
                raise RecipeError(
                    f"{path} holds a sweep of another recipe or of other settings: choose another "
                    "file for --out"
                )
            self.done = {result.key: result for result in results if result.status != "failed"}

    def follow(self, results: Iterable[Result], total: int) -> None:
        """Save results as they come, with a progress bar; Ctrl-C keeps those already there."""
        with tqdm(total=total, unit="trial", dynamic_ncols=True) as bar:
            try:
                for result in results:
                    self.done[result.key] = result
                    self.save()
                    best = ranked(self.done.values())[0]
                    if best.status == "done":
                        words = f"best {best.validation_accuracy:.2%}: {describe(best.settings)}"
                        bar.set_postfix_str(words, refresh=False)
                    bar.update()
            except KeyboardInterrupt:
                print(f"\nstopped after {len(self.done)} trials", file=sys.stderr)

    def save(self) -> None:
        """Write a new file, then replace the old one by it, so that no file is ever incomplete."""
        if self.path is not None:
            beside = self.path.with_name(self.path.name + ".new")
            beside.write_text(dumps(self.sweep, self.done.values()))
            beside.replace(self.path)


def report(sweep: Sweep, results: list[Result]) -> dict[str, Any]:
    """Print the table → the object for --json."""
    done = [result for result in results if result.status == "done"]
    if not done and results and results[0].status == "failed":
        raise RecipeError(f"no trial could be trained: {results[0].message}")
    names = list(sweep.axes)
    rows = [["validation", "loss", "seconds", *names]]
    for result in results[:SHOWN]:
        scores = [result.status, "", f"{result.seconds:.1f}"]
        if result.status == "done":
            scores[:2] = f"{result.validation_accuracy:.2%}", f"{result.validation_loss:.4f}"
        rows.append([*scores, *(str(result.settings[name]) for name in names)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    if len(results) > SHOWN:
        print(f"… and {len(results) - SHOWN} more")
    if len(done) > 1:
        print(
            f"The score of the best of {len(done)} is biased by the choice. Train it with other "
            "seeds before you trust it."
        )
    return {**sweep.to_json(), "results": [dataclasses.asdict(result) for result in results]}
