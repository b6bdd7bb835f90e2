"""Sweeps in the background: one at a time, finished, stopped, abandoned, and limited."""

import sys
import types

import distributed
import pytest

import dataset
from netcore import Recipe
from netcore.search.sweep import Sweep
from tests.ui.small_jobs import threads_of, wait_for
from ui.jobs.sweeps import Bounds, SweepJob, SweepQueue

pytestmark = pytest.mark.slow

SMALL = Recipe(train_images=300, epochs=1, batch_size=50)
SHORT = Sweep(SMALL, {"lr": (0.05, 0.1, 0.2)})
ENDLESS = Sweep(SMALL.replace(steps=10**8), {"lr": (0.05, 0.1)})
ALONE = Bounds(processes=1)  # in this process, which starts at once


@pytest.fixture
def job_of():
    """Make sweeps; those that still run are stopped at the end of the test."""
    made, queue = [], SweepQueue(ALONE)

    def make(sweep, queue=queue):
        made.append(SweepJob(sweep, queue, dataset.load("mnist")))
        made[-1].start()
        return made[-1]

    yield make
    for job in made:
        job.stop()
        job.join(20)


def test_a_sweep_runs_to_its_end_and_its_threads_end_with_it(job_of):
    job = job_of(SHORT)
    job.join(30)
    view = job.view()
    assert (view.status, len(view.results), view.total) == ("finished", 3, 3)
    assert not threads_of(job)


def test_two_processes_give_the_same_results_and_are_let_go_at_once_when_stopped(job_of):
    two = SweepQueue(Bounds(processes=2))
    here, there = job_of(SHORT), job_of(SHORT, two)
    here.join(30)
    there.join(60)
    scores = [
        {result.key: result.validation_loss for result in job.view().results}
        for job in (here, there)
    ]
    assert scores[0] == scores[1] and len(scores[0]) == 3
    endless = job_of(ENDLESS, two)
    wait_for(lambda: endless.view().status == "running")
    endless.stop()
    endless.join(10)
    assert not threads_of(endless)
    assert endless.view().status == "stopped"


def test_the_second_sweep_waits_and_follows_when_the_first_is_stopped(job_of):
    first = job_of(ENDLESS)
    wait_for(lambda: first.view().status == "running")
    second, third = job_of(SHORT), job_of(SHORT)
    wait_for(lambda: {second.view().ahead, third.view().ahead} == {1, 2})
    assert second.view().status == "waiting"
    first.stop()
    second.join(30)
    third.join(30)
    assert first.view().status == "stopped"
    assert second.view().status == third.view().status == "finished"


def test_a_sweep_that_is_stopped_while_it_waits_leaves_the_queue(job_of):
    first = job_of(ENDLESS)
    wait_for(lambda: first.view().status == "running")
    second = job_of(SHORT)
    wait_for(lambda: second.view().ahead == 1)
    second.stop()
    second.join(10)
    assert not threads_of(second)
    assert first.view().status == "running"


def test_a_sweep_that_nobody_watches_ends_after_the_grace(job_of):
    job = job_of(ENDLESS, SweepQueue(Bounds(processes=1, grace=0.05)))
    job.join(20)
    assert job.view().status == "stopped" and "nobody was watching" in job.view().message


def test_a_sweep_ends_when_its_time_is_up(job_of):
    job = job_of(ENDLESS, SweepQueue(Bounds(processes=1, minutes=0.001)))
    job.join(20)
    assert job.view().status == "stopped" and "0.001 minutes" in job.view().message


def test_a_cluster_that_does_not_answer_is_told_in_a_sentence(job_of, monkeypatch):
    monkeypatch.setattr("netcore.commands.processes.PATIENCE", 0.2)
    job = job_of(SHORT, SweepQueue(Bounds(dask="tcp://127.0.0.1:9")))
    job.join(30)
    assert job.view().status == "failed"
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in job.view().message


def test_one_setting_sends_the_same_sweep_to_a_dask_cluster(job_of, monkeypatch):
    # A page's test leaves its page behind as the main module, which new processes would run again.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    quiet = {"dashboard_address": None, "silence_logs": "ERROR"}
    here = job_of(SHORT)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster:
        bounds = Bounds.from_environment({"PLAYGROUND_SWEEP_DASK": cluster.scheduler_address})
        there = job_of(SHORT, SweepQueue(bounds))
        there.join(60)
        here.join(30)
        assert there.view().status == "finished", there.view().message
    losses = [{r.key: r.validation_loss for r in job.view().results} for job in (here, there)]
    assert losses[0] == losses[1]


def test_bounds_come_from_the_environment_and_nonsense_is_named():
    assert Bounds.from_environment({"PLAYGROUND_SWEEP_TRIALS": "9"}).trials == 9
    with pytest.raises(ValueError, match="PLAYGROUND_SWEEP_MINUTES must be above 0"):
        Bounds.from_environment({"PLAYGROUND_SWEEP_MINUTES": "-1"})
    with pytest.raises(ValueError, match="PLAYGROUND_SWEEP_PROCESSES must be a number"):
        Bounds.from_environment({"PLAYGROUND_SWEEP_PROCESSES": "many"})
