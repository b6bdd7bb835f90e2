"""The command line: train, sweep, evaluate, predict and more. See `python -m netcore --help`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from dataset import DataError
from netcore.checks import InputError
from netcore.commands import calibrate, evaluate, predict, prove, sweep, train
from netcore.model import ModelError
from netcore.recipe import RecipeError
from netcore.record import Divergence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command → exit code: 0, or 2 with a sentence on stderr if it cannot be done.

    A command that does only a part of its work says so with a code of its own.
    """
    options = parser().parse_args(arguments)
    try:
        result = options.command(options)
    except (RecipeError, ModelError, DataError, InputError, Divergence) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result))
    return options.exit_code


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    installed = Path(sys.argv[0]).stem == "netcore"  # the command that a wheel brings
    top = argparse.ArgumentParser(
        prog="netcore" if installed else "python -m netcore",
        description="Train and use neural networks in pure NumPy.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for module in (train, sweep, evaluate, calibrate, predict, prove):
        module.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
