"""Jobs whose run, visitor, laptop or server fails: they say so, and are in nobody's way."""

import gc
import threading
import time
import weakref
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

import netcore.trainer
from netcore.recipe import dense_layers
from tests.ui.small_jobs import ENDLESS, RECIPE, TEST, run_to, threads_of, trainer_of, wait_for
from ui.jobs import job_state, learner, memory, worker
from ui.jobs.job import Job
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool


def test_a_job_that_diverges_fails_with_an_explanation(job_of):
    job = job_of(RECIPE.replace(layers=dense_layers([12, 12, 12], classes=2), lr=1000.0))
    job.run()
    job.join(20)
    assert job.view().status == "failed"
    assert "Try a learning rate" in job.view().message


def test_a_job_that_ends_with_a_dead_network_is_finished_and_says_so(job_of):
    job = job_of(RECIPE.replace(lr=0.9, weight_decay=1.0, momentum=0.0, optimizer="sgd"))
    job.run()
    job.join(20)
    view = job.view()
    assert view.status == "finished" and view.scores
    assert view.message.startswith("The network is dead") and "Try weight_decay" in view.message


def test_a_job_that_raises_tells_so_and_leaves_its_slot_to_others(job_of, monkeypatch, caplog):
    faulty = trainer_of()
    monkeypatch.setattr(faulty.network, "loss_and_grad", lambda *_, **__: 1 / 0)
    broken, sound = job_of(trainer=faulty), job_of()
    for job in (broken, sound):
        job.run()
        job.join(20)
    assert broken.view().status == "failed" and "internal error" in broken.view().message
    assert "ZeroDivisionError" in caplog.text, "the log has the cause"
    assert "a training job failed" in caplog.text
    assert sound.view().status == "finished"


def test_a_job_nobody_watches_pauses_and_can_be_resumed(job_of, pool):
    job = job_of(ENDLESS)
    job.run(1)
    job.join(20)
    limits, pool.limits = pool.limits, replace(pool.limits, grace=-1.0)
    job.run()
    job.join(20)
    view = job.view()
    assert view.status == "paused" and "nobody was watching" in view.message
    pool.limits = limits
    job.run(1)
    job.join(20)
    assert job.view().last.step == view.last.step + 1


def test_twenty_clicks_on_start_make_one_thread(job_of):
    job = job_of(ENDLESS)
    for _ in range(20):
        job.run()
    assert len(threads_of(job)) == 1


def test_a_page_does_not_wait_while_the_weights_are_copied(job_of, monkeypatch):
    trainer, copying, finish = trainer_of(ENDLESS), threading.Event(), threading.Event()
    job, state = job_of(trainer=trainer), trainer.state

    def slow_state():
        copying.set()
        assert finish.wait(20)
        return state()

    monkeypatch.setattr(trainer, "state", slow_state)
    job.run(1)
    assert copying.wait(20)
    job.seen()
    job.pause()
    assert job.running and not job.over and not job.undoable
    assert job.dry_run_trainer() is None
    assert job.view().status == "running" and job.model_at(0) is job.model()
    finish.set()
    job.join(20)
    assert (job.view().status, job.view().last.step) == ("paused", 1)


def test_a_sleeping_laptop_costs_neither_time_nor_the_run(job_of, monkeypatch):
    asleep = [0.0]
    clock = SimpleNamespace(
        monotonic=lambda: time.monotonic() + asleep[0],
        perf_counter=lambda: time.perf_counter() + asleep[0],
    )
    for module in (worker, job_state, learner, netcore.trainer):
        monkeypatch.setattr(module, "time", clock)
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().images_per_second)
    step, rate = job.view().last.step, job.view().images_per_second
    asleep[0] = 8 * 3600
    wait_for(lambda: job.view().last.step > step + 1000)
    view = job.view()
    assert view.status == "running"
    assert view.last.seconds < 100
    assert view.images_per_second > rate / 5
    job.pause()
    job.join(10)  # before the clock goes back, or its slice would last for eight hours


def test_a_run_that_has_had_its_time_ends_and_says_so(job_of, pool):
    job = job_of(ENDLESS)
    pool.limits = replace(pool.limits, run_minutes=1e-4)
    job.run()
    job.join(20)
    view = job.view()
    assert view.status == "finished" and view.scores
    assert "limit of 0.0001 minutes" in view.message


def test_a_run_at_rest_keeps_no_trainer(job_of):
    trainer = trainer_of()
    networks = [weakref.ref(network) for network in trainer.replicas.networks]
    job = job_of(trainer=trainer)
    del trainer
    run_to(job, 10)
    gc.collect()
    assert [network() for network in networks] == [None, None]


def test_a_run_at_rest_gives_its_memory_back_to_the_system(job_of, monkeypatch):
    trainer, given = trainer_of(), []
    network = weakref.ref(trainer.network)
    job = job_of(trainer=trainer)
    del trainer
    monkeypatch.setattr(memory, "give_back", lambda: given.append(network() is None))
    run_to(job, 10)
    assert given == [True], "once, and when nothing holds the network any more"


def test_a_job_nobody_holds_is_gone_with_its_thread():
    trainer = trainer_of(ENDLESS)
    made = Job(trainer, TEST, Pool(Limits(grace=0.2)))
    made.run()
    (thread,) = threads_of(made)
    held = [weakref.ref(made), weakref.ref(trainer.network)]
    del made, trainer
    thread.join(20)
    assert not thread.is_alive()
    gc.collect()
    assert [gone() for gone in held] == [None, None]


def test_a_run_in_line_knows_its_position_can_be_paused_and_gets_its_turn(job_of, pool):
    first, second, third = (job_of(ENDLESS) for _ in range(3))
    pool.limits = replace(pool.limits, jobs=1)
    for job in (first, second, third):
        job.run()
    wait_for(lambda: first.view().last)
    assert first.view().queue is None
    assert [job.view().queue[0] for job in (second, third)] == [1, 2]
    assert second.view().status == "running" and second.view().last is None
    second.pause()
    second.join(20)
    assert second.view().status == "paused" and third.view().queue[0] == 1
    first.pause()
    wait_for(lambda: third.view().last)


def test_runs_take_turns_where_there_are_more_than_places_and_give_the_same_bits(job_of, pool):
    recipe = RECIPE.replace(batch_size=1)
    jobs = [job_of(recipe.replace(seed=seed)) for seed in (0, 1)]
    pool.limits = replace(pool.limits, jobs=1, stint=0.01)
    for job in jobs:
        job.run()
    for job in jobs:
        job.join(20)
        assert job.view().status == "finished"
        trainer = trainer_of(job.recipe)
        list(trainer)
        assert np.array_equal(trainer.network.theta, job.model().theta)
