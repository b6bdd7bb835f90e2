"""The benchmark of a full server notices what it is there to notice."""

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import protocol, visitors
from bench.protocol import Seen, Tab


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves while somebody sleeps."""
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    monkeypatch.setattr(visitors, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    return now


def test_a_run_that_never_moves_is_noticed_when_its_visitor_turns_away(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(protocol, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    tab = Tab(0, Seen())
    for now[0], step in ((1.0, 7), (1.5, 8), (1.9, 8), (9.5, 8)):
        tab._notice(step, learning=True)
    tab._look_away()
    assert tab.seen.gaps == [0.5, 8.0]


def test_the_last_word_of_a_page_that_was_left_does_not_count(monkeypatch):
    monkeypatch.setattr(protocol, "time", SimpleNamespace(perf_counter=lambda: 1.0))
    tab, message = Tab(0, Seen()), ForwardMsg()
    tab._notice(7, learning=True)
    message.new_session.page_script_hash = "another"
    tab._on_new_session(message)
    tab._look_away()
    assert tab.seen.gaps == []


def test_a_button_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setattr(protocol, "SOON", 0.0)
    tab = Tab(0, Seen())
    with ThreadPoolExecutor(1) as thread:  # Playwright leaves a running loop in this one
        assert not thread.submit(asyncio.run, tab.click("Start")).result()
    assert tab.seen.errors == ["there is no 'Start' on the page"]


def test_threads_and_memory_are_back_when_they_stay_back(clock):
    def status():
        return (6 if clock[0] < 31 else 4), (900.0 if 20 < clock[0] < 40 else 100.0)

    server = SimpleNamespace(status=status)
    assert visitors.come_back(server, (4, 100.0)) == (31, 40, (4, 100.0))


def test_what_stays_behind_is_never_back(clock):
    server = SimpleNamespace(status=lambda: (6, 100.0))
    assert visitors.come_back(server, (4, 100.0)) == (math.inf, 0, (6, 100.0))
