"""The timeline: snapshots spread over the run, within a budget of memory."""

from types import SimpleNamespace

import numpy as np

from ui.jobs.limits import MEGABYTE
from ui.jobs.timeline import MAX_SNAPSHOTS, Snapshot, Timeline


def moment(step, megabytes=1.0, marked=False):
    checkpoint = SimpleNamespace(step=step, nbytes=int(megabytes * MEGABYTE))
    return Snapshot(checkpoint, None, (), 0.0, marked)


def test_snapshots_stay_within_the_budget_and_are_spread_evenly():
    timeline = Timeline(moment(0), megabytes=10)
    due = 1
    for step in range(1, 1001):
        if step >= due:
            timeline.add(moment(step))
            due = step + timeline.spacing(500, step)  # but the run got longer
    steps = timeline.steps
    assert steps[0] == 0 and steps[-1] >= 950 and len(steps) == 10
    gaps = np.diff(steps)
    assert gaps.max() <= 4 * gaps.min()


def test_small_networks_keep_as_many_as_a_slider_can_show():
    timeline = Timeline(moment(0, 0.001), megabytes=10)
    for step in range(1, 1000):
        timeline.add(moment(step, 0.001))
    assert len(timeline.steps) == MAX_SNAPSHOTS


def test_the_moments_before_changes_go_last():
    timeline = Timeline(moment(0), megabytes=5)
    for step in range(1, 50):
        timeline.add(moment(step, marked=step in (7, 8)))
    assert {0, 7, 8, 49} <= set(timeline.steps) and len(timeline.steps) == 5


def test_first_latest_and_the_moment_before_the_last_change_outlive_any_budget():
    timeline = Timeline(moment(0, 50), megabytes=10)
    for step in range(1, 20):
        timeline.add(moment(step, 50, marked=step in (3, 9)))
    assert timeline.steps == [0, 9, 19]


def test_the_nearest_snapshot_is_never_after_the_step_asked_for():
    timeline = Timeline(moment(0), megabytes=99)
    for step in (10, 20, 30):
        timeline.add(moment(step))
    assert [timeline.at(step).step for step in (-5, 0, 9, 10, 29, 99)] == [0, 0, 0, 10, 20, 30]
    timeline.cut(20)
    assert timeline.steps == [0, 10, 20]


def test_a_snapshot_at_a_step_that_has_one_only_marks_it():
    timeline = Timeline(moment(0), megabytes=99)
    timeline.add(moment(5))
    timeline.add(moment(5, marked=True))
    assert timeline.steps == [0, 5] and timeline.latest.marked


def test_a_long_run_can_soon_go_back_too():
    timeline, due = Timeline(moment(0), megabytes=20), 1
    for step in range(1, 100):
        if step >= due:
            timeline.add(moment(step))
            due = step + timeline.spacing(50_000_000, step)
    assert len(timeline.steps) > 10
