"""What the tests of the pages share: a new visitor to a page, and a session without one."""

import sys
from pathlib import Path
from unittest import mock

import pytest
import streamlit as st
from streamlit.components import v2
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from tests.handwriting import fabric
from ui.session import shared, state
from ui.session import visit as visits

# The canvas can only be imported where Streamlit has looked for components, as a server does.
_components = BidiComponentManager()
_components.discover_and_register_components(start_file_watching=False)
with mock.patch.object(v2, "get_bidi_component_manager", return_value=_components):
    import streamlit_drawable_canvas  # noqa: F401

HOME = Path(__file__).parents[2] / "streamlit_app.py"
AT_WORK = {  # what a visitor may leave behind, and how it is put to rest
    state.JOB: "pause",
    state.SERIES: "pause",
    state.SWEEP_JOB: "stop",
    state.SWEEP_CHECK: "stop",
}


@pytest.fixture
def visit(monkeypatch):
    """visit("train", lr="0.1") → a page, or Home, as a new visitor of this link sees it.

    `session` is what the visitor has already. What they leave running is put to rest.
    """
    # AppTest leaves the page as __main__, and processes that later tests start would import it.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    opened = []

    def visit(page=None, /, session=None, **link):
        at = AppTest.from_file(HOME, default_timeout=60)
        if page:
            at.switch_page(f"pages/{page}.py")
        at.query_params.update(link)
        for key, value in (session or {}).items():
            at.session_state[key] = value
        opened.append(at.run())
        assert not at.exception
        return at

    yield visit
    for at in opened:
        for key, rest in AT_WORK.items():
            if job := at.session_state.get(key.name):
                getattr(job, rest)()
                job.join(20)
    # What visitors share and change is made anew; data and models, which are read-only, stay.
    for shared_by_visitors in (shared.pool, shared.sweep_queue, visits._visits):
        shared_by_visitors.clear()


@pytest.fixture
def draw(visit):
    """draw(strokes, model="seed") → Draw, with these strokes on the canvas."""

    def draw(strokes=(), **link):
        return visit("draw", {state.DRAWING.name: fabric(strokes)} if strokes else None, **link)

    return draw


@pytest.fixture
def session(monkeypatch):
    """The session, where no page is open."""
    kept = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept
