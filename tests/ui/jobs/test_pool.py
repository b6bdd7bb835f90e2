"""The pool: turns and places are shared fairly, and a waiting run knows for how long."""

from types import SimpleNamespace

import pytest

from ui.jobs import pool as pool_module
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [0.0]
    monkeypatch.setattr(pool_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_further_runs_wait_in_the_order_they_came(clock):
    pool = Pool(Limits(jobs=2))
    first, second, third, fourth = (pool.enter() for _ in range(4))
    assert first.admitted.is_set() and second.admitted.is_set()
    assert not third.admitted.is_set()
    assert [pool.queue(t) and pool.queue(t)[0] for t in (first, second, third, fourth)] == [
        None,
        None,
        1,
        2,
    ]
    pool.leave(first)
    assert third.admitted.is_set() and pool.queue(fourth)[0] == 1


def test_a_run_that_has_had_its_stint_gives_its_place_to_one_that_waits(clock):
    pool = Pool(Limits(jobs=1, stint=60))
    first, second = pool.enter(), pool.enter()
    clock[0] = 59
    assert not pool.yield_place(first)
    clock[0] = 60
    assert pool.yield_place(first)
    assert second.admitted.is_set() and not first.admitted.is_set()
    assert pool.queue(first) == (1, 60)


def test_a_run_keeps_its_place_while_none_waits(clock):
    pool = Pool(Limits(jobs=1, stint=60))
    ticket = pool.enter()
    clock[0] = 10_000
    assert not pool.yield_place(ticket) and ticket.admitted.is_set()


def test_the_wait_is_what_the_shortest_runs_still_need_but_no_longer_than_their_stints(clock):
    pool = Pool(Limits(jobs=2, stint=60))
    slow, fast = pool.enter(), pool.enter()
    assert not pool.yield_place(fast, eta=5)
    waiting = [pool.enter() for _ in range(3)]
    clock[0] = 20
    assert [pool.queue(ticket) for ticket in waiting] == [(1, 5), (2, 40), (3, 65)]
    assert slow.admitted.is_set()


def test_runs_wait_for_memory_too_but_one_alone_always_gets_in(clock):
    pool = Pool(Limits(jobs=9, megabytes=100))
    large, small = pool.enter(120), pool.enter(10)
    assert large.admitted.is_set() and not small.admitted.is_set()
    pool.leave(large)
    assert small.admitted.is_set()


def test_a_waiting_run_can_leave_the_queue(clock):
    pool = Pool(Limits(jobs=1))
    first, second, third = pool.enter(), pool.enter(), pool.enter()
    pool.leave(second)
    pool.leave(first)
    assert third.admitted.is_set()
