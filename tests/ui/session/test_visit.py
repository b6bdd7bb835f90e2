"""A visit: it outlives a reload of its page, and is forgotten when its visitor is gone."""

import functools
import gc
import weakref
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from tests.ui.screen import button, press
from ui.jobs.limits import Limits
from ui.session import visit
from ui.session.state import Visit


@pytest.fixture
def train(visit):
    return functools.partial(visit, "train")


def test_what_a_visitor_made_is_kept_under_the_word_of_the_tab(train):
    at = train(images="500")
    press(at, "Step")
    assert at.session_state["_visit"].values["_job"] is at.session_state["_job"]
    press(at, "Reset")
    assert "_job" not in at.session_state["_visit"].values


def test_every_visit_has_a_word_that_nobody_can_guess():
    words = {Visit().word for _ in range(100)}
    assert len(words) == 100 and min(map(len, words)) >= 20


def test_the_register_of_words_keeps_nothing_alive():
    someone = Visit(values={"_job": "a run"})
    visits = visit._visits()
    visits[someone.word] = someone
    word = someone.word
    assert visits[word] is someone
    del someone
    gc.collect()
    assert word not in visits


class Session:
    """What Streamlit keeps of a visitor: an id, a state, and something that refers back."""

    def __init__(self):
        self.id, self.session_state, self.me = "1", {}, self

    def shutdown(self):
        """Nothing to close."""


class Run:
    """Something large."""


@pytest.mark.parametrize("active", [0, 3])
def test_a_lost_session_is_forgotten_when_its_time_is_over(monkeypatch, active):
    storage = MemorySessionStorage(ttl_seconds=0)
    session = Session()
    gone, run = weakref.ref(session), Run()
    session.session_state["_job"], run = run, weakref.ref(run)
    storage.save(SimpleNamespace(session=session))
    del session
    manager = SimpleNamespace(_session_storage=storage, num_active_sessions=lambda: active)
    runtime = SimpleNamespace(
        exists=lambda: True, get_instance=lambda: SimpleNamespace(_session_mgr=manager)
    )
    monkeypatch.setattr(visit, "runtime", runtime)
    visit._forget_expired()
    assert run() is None, "what the visitor made is let go at once"
    assert active or gone() is None


def test_streamlit_still_has_what_forgetting_reaches_for():
    assert "_session_mgr" in Runtime.__init__.__code__.co_names
    assert "_session_storage" in WebsocketSessionManager.__init__.__code__.co_names
    assert hasattr(MemorySessionStorage()._cache, "expire")


def test_sessions_of_the_gone_are_kept_as_long_as_their_runs():
    assert st.get_option("server.disconnectedSessionTTL") == Limits().grace


def test_a_network_beyond_the_limits_is_refused_with_a_sentence(train, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_PARAMETERS", "10000")
    at = train()
    assert "50,890 parameters, and this server trains at most 10,000" in at.warning[0].value
    assert button(at, "Start").disabled
