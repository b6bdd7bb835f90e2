"""A series of runs in the background: one after another, paused, resumed, cancelled."""

import threading

import pytest

from netcore import Recipe
from netcore.recipe import dense_layers
from tests.ui.small_jobs import TEST, trainer_of, wait_for
from ui.jobs.job import Job
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool
from ui.jobs.series import Series

SHORT = Recipe(layers=dense_layers([4], classes=2), epochs=2, batch_size=20)
ENDLESS = SHORT.replace(steps=50_000_000)


@pytest.fixture
def jobs():
    """The jobs that the series of `series_of` have made."""
    return []


@pytest.fixture
def series_of(jobs):
    """Make series; those that still run are cancelled at the end of the test."""
    made, limits = [], Limits(slots=1)
    pool = Pool(limits)

    def job_of(recipe):
        jobs.append(Job(trainer_of(recipe), TEST, pool))
        return jobs[-1]

    def make(*recipes, grace=limits.grace, make_job=job_of):
        made.append(Series("test", recipes, make_job, grace))
        return made[-1]

    yield make
    for series in made:
        series.cancel()
        series.join(20)


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("series")]


def test_the_runs_come_in_order_and_are_handed_out_once(series_of):
    series = series_of(*(SHORT.replace(seed=seed) for seed in range(3)))
    assert series.progress().status == "paused" and not series.running
    series.start()
    series.join(20)
    assert series.progress() == ("over", "", 3, 3, 1.0)
    taken = series.take()
    assert [run.name for run in taken] == [f"test · seed {seed}" for seed in range(3)]
    assert all(run.over and "test_accuracy" in run.scores for run in taken)
    assert series.take() == [] and not threads()


def test_a_paused_series_has_no_thread_and_goes_on_with_the_same_run(series_of, jobs):
    series = series_of(ENDLESS, SHORT)
    series.start()
    wait_for(lambda: series.progress().share > 0)
    (job,) = jobs
    series.pause("It waits.")
    series.join(20)
    assert series.progress()[:3] == ("paused", "It waits.", 0) and not threads()
    before = job.view().last.step
    series.start()
    wait_for(lambda: job.view().last.step > before)
    assert jobs == [job] and series.progress().message == ""


def test_a_page_does_not_wait_while_a_job_is_made_and_can_pause_it_before_it_runs(series_of):
    making, finish, pool = threading.Event(), threading.Event(), Pool(Limits(slots=1))

    def slow_job(recipe):
        making.set()
        assert finish.wait(20)
        return Job(trainer_of(recipe), TEST, pool)

    series = series_of(SHORT, make_job=slow_job)
    series.start()
    assert making.wait(20)
    series.seen()
    assert series.running and series.take() == []
    assert series.progress() == ("running", "", 0, 1, 0.0)
    series.pause("It waits.")
    finish.set()
    series.join(20)
    assert series.progress() == ("paused", "It waits.", 0, 1, 0.0)
    series.start()
    series.join(20)
    assert series.progress() == ("over", "", 1, 1, 1.0)


def test_twenty_clicks_on_start_make_one_thread(series_of):
    series = series_of(ENDLESS)
    for _ in range(20):
        series.start()
    assert len(threads()) == 1


def test_a_cancelled_series_ends_and_keeps_what_is_finished(series_of):
    series = series_of(SHORT, ENDLESS)
    series.start()
    wait_for(lambda: series.progress().done == 1)
    series.cancel()
    series.join(20)
    assert series.progress().status == "over" and len(series.take()) == 1


def test_a_series_nobody_watches_does_not_begin_its_next_run(series_of):
    series = series_of(SHORT, SHORT.replace(seed=1), grace=-1.0)
    series.start()
    series.join(20)
    status, message, done, *_ = series.progress()
    assert (status, done) == ("paused", 0) and "nobody was watching" in message


def test_a_run_that_diverges_is_kept_as_it_is_and_the_next_one_follows(series_of):
    wild = SHORT.replace(layers=dense_layers([12, 12, 12], classes=2), lr=1000.0, epochs=20)
    series = series_of(wild, SHORT)
    series.start()
    series.join(20)
    lost, sound = series.take()
    assert "test_accuracy" not in lost.scores and "test_accuracy" in sound.scores


def test_a_recipe_that_cannot_be_run_is_told(series_of):
    series = series_of(SHORT.replace(layers=dense_layers([4], classes=1)))
    series.start()
    series.join(20)
    assert "out_features of at least 2" in series.progress().message
    assert series.progress().status == "paused" and not threads()
