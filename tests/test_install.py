"""The wheel holds all that the app and the command line need, and works from any folder."""

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from bench.protocol import Seen, Tab
from bench.server import Server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PACKAGES = ("netcore", "dataset", "ui")
SERVED = ("streamlit_app.py", "pages", "models", ".streamlit/config.toml")


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with nothing but what the wheel brings."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    pip("wheel", ROOT, "--no-deps", "--no-build-isolation", "--wheel-dir", wheels)
    pip("install", *wheels.glob("*.whl"), "--no-deps", "--no-index", "--target", site)
    return site


def files(root, names):
    """All files under these names, as paths from `root`."""
    found = [path for name in names for path in (root / name, *(root / name).rglob("*"))]
    return {
        str(path.relative_to(root))
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_code_data_models_and_look_are_inside_and_nothing_else(site):
    assert files(site, PACKAGES) == files(ROOT, PACKAGES)
    assert files(site / "mnist_playground", ["."]) == files(ROOT, SERVED)
    [info] = site.glob("mnist_playground-*.dist-info")
    others = {path.name for path in site.iterdir()} - {*PACKAGES, "mnist_playground", info.name}
    assert others == {"bin"}
    assert (info / "licenses/LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert (info / "licenses/dataset/mnist/SOURCE.md").is_file()


def test_the_wheel_says_what_it_is_and_what_it_needs(site):
    [info] = site.glob("mnist_playground-*.dist-info")
    about = PathDistribution(info)
    assert about.metadata["License-Expression"] == "MIT AND CC-BY-SA-3.0"
    assert about.metadata["Requires-Python"] == ">=3.11"
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert sorted(about.requires) == sorted(line for line in lines if not line.startswith("#"))
    commands = {entry.name: entry.value for entry in about.entry_points}
    assert commands == {"mnist-playground": "ui.serve:main", "netcore": "netcore.__main__:main"}
    for file in ("CHANGELOG.md", "CITATION.cff"):
        assert about.version in (ROOT / file).read_text(), f"{file} knows no {about.version}"


def test_the_command_line_finds_models_and_data_from_any_folder(site, tmp_path):
    command = [sys.executable, site / "bin/netcore", "evaluate", "seed", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    saved = json.loads((ROOT / "models/seed.json").read_text())["scores"]
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["test_accuracy"] == pytest.approx(saved["test_accuracy"], abs=0.001)


class Visitor(Tab):
    """A tab that keeps the look it was told."""

    def _on_new_session(self, message):
        self.look = message.new_session.custom_theme
        super()._on_new_session(message)


def test_the_command_serves_every_page_in_its_look_from_any_folder(site, tmp_path):
    async def visit(port, seen):
        async with Visitor(port, seen) as tab:
            for page in ("", *(path.stem for path in (ROOT / "pages").glob("*.py"))):
                await tab.go(page)
                assert page in tab.pages
            return tab.look

    look = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    start, seen = [site / "bin/mnist-playground"], Seen()
    with (
        Server(start=start, folder=tmp_path, PYTHONPATH=str(site)) as server,
        ThreadPoolExecutor(1) as thread,  # Playwright leaves a running loop in this one
    ):
        told = thread.submit(asyncio.run, visit(server.port, seen)).result()
    assert not seen.errors
    assert told.base_radius == look["baseRadius"]
    for name, shade in (("light", told.light), ("dark", told.dark)):
        assert shade.chart_categorical_colors == look[name]["chartCategoricalColors"]
