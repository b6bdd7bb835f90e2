"""The house: imports point one way, and files stay short enough to read in one go."""

import ast
import re
import sys
from pathlib import Path

import pytest

MAY_IMPORT = {
    "streamlit_app": {"ui", "streamlit"},
    "pages": {"ui", "netcore", "dataset", "streamlit", "numpy"},
    "ui": {"netcore", "dataset", "streamlit", "streamlit_drawable_canvas", "numpy", "scipy",
           "pandas", "plotly", "PIL"},
    "ui/jobs": {"netcore", "dataset", "numpy", "pandas"},
    "netcore": {"numpy", "scipy", "threadpoolctl"},
    "netcore/__main__.py": {"dataset"},
    "netcore/commands": {"dataset", "tqdm", "joblib", "distributed"},
    "dataset": {"numpy", "scipy", "pandas", "PIL"},
}  # fmt: skip
STRICT = {"ui/jobs"}  # what its whole package may import does not count here
SHARED = {  # the floors of ui that all rooms of pages stand on: what each may import of ui
    "parts": {"parts"},
    "jobs": {"jobs"},
    "session": {"session", "jobs", "parts"},
}
FILES = [
    Path("streamlit_app.py"),
    *(path for room in ("pages", "ui", "netcore", "dataset") for path in Path(room).rglob("*.py")),
]


def imports(path):
    """The modules that a file imports, by their full names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full, from {path.parts[0]}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path):
    return {name.partition(".")[0] for name in imports(path)}


def rooms_of_ui(path):
    """The folders of ui, or its files, that a file imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("ui.")}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_one_way(path):
    room, folder = path.parts[0].removesuffix(".py"), path.parent.as_posix()
    places = {folder} if folder in STRICT else {room, folder, path.as_posix()}
    allowed = set().union(*(MAY_IMPORT.get(place, set()) for place in places))
    assert packages(path) <= allowed | {room} | sys.stdlib_module_names


@pytest.mark.parametrize("path", sorted(Path("ui").rglob("*.py")), ids=str)
def test_no_room_of_a_page_imports_another(path):
    room = path.parts[1].removesuffix(".py")
    assert rooms_of_ui(path) <= SHARED.get(room, {room, *SHARED})


def test_the_rule_finds_an_arrow_that_points_back(tmp_path):
    path = tmp_path / "layer.py"
    path.write_text("def f():\n    from ui.session.state import JOB\n")
    assert packages(path) == {"ui"} and rooms_of_ui(path) == {"session"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_stay_short(path):
    most = 120 if path.parts[0] in ("pages", "streamlit_app.py") else 300
    assert len(path.read_text().splitlines()) <= most


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_shadows_the_standard_library(path):
    assert path.stem in ("__init__", "__main__") or path.stem not in sys.stdlib_module_names


def test_every_key_of_the_session_has_a_name_of_its_own():
    keys = [
        key
        for path in FILES
        for key in re.findall(r'(?:Key|Upload)\(\s*"(\w+)"', path.read_text())
        if path.parts[0] == "ui"
    ]
    assert len(keys) > 100
    assert len(set(keys)) == len(keys)
