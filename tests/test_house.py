"""The house: imports point one way, and files stay short enough to read at a sitting."""

import ast
import re
from pathlib import Path

import pytest

OURS = {"streamlit_app", "pages", "ui", "netcore", "dataset"}
MAY_IMPORT = {
    "streamlit_app": {"ui", "streamlit"},
    "pages": {"ui", "netcore", "dataset", "streamlit", "numpy"},
    "ui": {"netcore", "dataset", "streamlit", "streamlit_drawable_canvas", "numpy", "scipy",
           "pandas", "plotly", "PIL"},
    "netcore": {"numpy", "scipy", "threadpoolctl"},
    "netcore/__main__.py": {"dataset"},
    "netcore/commands": {"dataset", "tqdm", "joblib", "distributed"},
    "dataset": {"numpy", "scipy", "pandas", "PIL"},
}  # fmt: skip
STANDARD = __import__("sys").stdlib_module_names
FILES = [
    Path("streamlit_app.py"),
    *(path for room in ("pages", "ui", "netcore", "dataset") for path in Path(room).rglob("*.py")),
]


def imports(path):
    """The top-level packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full, from {path.parts[0]}"
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_one_way(path):
    room = path.parts[0].removesuffix(".py")
    places = {room, path.parent.as_posix(), path.as_posix()}
    allowed = set().union(*(MAY_IMPORT.get(place, set()) for place in places))
    assert set(imports(path)) <= allowed | {room} | STANDARD


def test_the_rule_finds_an_arrow_that_points_back(tmp_path):
    path = tmp_path / "layer.py"
    path.write_text("def f():\n    from ui.state import JOB\n")
    assert list(imports(path)) == ["ui"]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_stay_short(path):
    most = 120 if path.parts[0] in ("pages", "streamlit_app.py") else 300
    assert len(path.read_text().splitlines()) <= most


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_shadows_the_standard_library(path):
    assert path.stem in ("__init__", "__main__") or path.stem not in STANDARD


def test_every_key_of_the_session_has_a_name_of_its_own():
    names = re.findall(
        r'^(\w+) = Key\("(\w+)"', Path("ui/session/state.py").read_text(), re.MULTILINE
    )
    assert len(names) > 50
    assert len({python for python, _ in names}) == len({key for _, key in names}) == len(names)
