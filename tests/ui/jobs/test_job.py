"""Jobs: they run, pause, take changes, end with one test, and all make progress."""

import threading

import numpy as np
import pytest

from netcore import RecipeError
from tests.ui.small_jobs import ENDLESS, RECIPE, TEST, run_to, threads_of, trainer_of, wait_for
from ui.jobs.curve import Curve
from ui.jobs.learner import EPOCH
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool


def test_a_started_job_runs_to_its_end_and_is_tested_once(job_of):
    job = job_of()
    assert job.view().status == "ready" and job.view().scores is None
    job.run()
    job.join(20)
    view = job.view()
    assert (view.status, view.progress, view.last.step) == ("finished", 1.0, 80)
    assert view.scores["test_accuracy"] > 0.95
    assert view.scores["confusion"].sum() == 70
    assert job.model().scores["test_accuracy"] == view.scores["test_accuracy"]
    job.run()
    job.run(1)
    assert job.view().last.step == 80, "after the test nothing is learned any more"


def test_one_step_is_one_step_and_one_epoch_ends_with_the_epoch(job_of):
    job = job_of()
    for expected in (1, 2):
        job.run(1)
        job.join(20)
        assert (job.view().status, job.view().last.step) == ("paused", expected)
    job.run(EPOCH)
    job.join(20)
    assert job.view().last.step == 20
    job.run(EPOCH)
    job.join(20)
    assert job.view().last.step == 40


def test_a_paused_job_has_no_thread_and_resumes_where_it_was(job_of):
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().last)
    job.pause()
    job.join(20)
    view = job.view()
    assert view.status == "paused"
    assert not threads_of(job)
    job.run(1)
    job.join(20)
    assert job.view().last.step == view.last.step + 1


def test_a_change_takes_effect_while_it_runs_and_is_marked_with_old_and_new_value(job_of):
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().last)
    job.change(lr=0.01, batch_size=20)
    wait_for(lambda: job.view().changes)
    ((step, changed),) = job.view().changes
    assert changed == {"lr": (0.1, 0.01), "batch_size": (10, 20)}
    wait_for(lambda: job.view().last.step > step)
    assert job.view().last.lr == 0.01


def test_a_change_out_of_range_is_refused_and_leaves_the_run_alone(job_of):
    job = job_of()
    with pytest.raises(RecipeError, match="lr is -1"):
        job.change(lr=-1)
    with pytest.raises(RecipeError, match="seed is fixed"):
        job.change(seed=3)
    with pytest.raises(RecipeError, match="give the trainer `augment`"):
        job.change(augment={"shift": 2})
    job.run()
    job.join(20)
    assert job.view().status == "finished" and job.view().changes == []


def test_a_stopped_job_is_tested_with_what_it_has_learned(job_of):
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().last)
    job.stop()
    job.join(20)
    view = job.view()
    assert view.status == "finished" and view.scores["steps"] == view.last.step
    assert view.last.validation_accuracy is not None


def test_a_steered_and_stopped_job_is_replayed_to_the_bit_from_its_model(job_of):
    job = job_of(ENDLESS)
    job.run(30)
    job.join(20)
    job.change(lr=0.03)
    job.run(30)
    job.join(20)
    job.stop()
    job.join(20)
    model = job.model()
    replayed = trainer_of(model.recipe, model.changes)
    assert len(list(replayed)) == 60
    assert np.array_equal(replayed.network.theta, model.theta)


def test_a_running_job_can_be_looked_at_as_it_was(job_of):
    job = job_of(ENDLESS.replace(steps=5000))
    job.run()
    wait_for(lambda: len(job.view().snapshots) > 5)
    trainer = trainer_of(job.recipe)
    while trainer.step_count < job.view().snapshots[3]:
        next(trainer)
    assert np.array_equal(job.model_at(trainer.step_count).theta, trainer.network.theta)


def test_more_jobs_than_slots_all_make_progress(job_of):
    jobs_ = [job_of(ENDLESS) for _ in range(6)]
    for job in jobs_:
        job.run()
    wait_for(lambda: all(job.view().last for job in jobs_))


def test_a_pool_never_lets_more_in_than_it_has_slots():
    pool, inside, most = Pool(Limits(slots=2)), [], []
    gate = threading.Barrier(6)

    def work(name):
        gate.wait(10)
        for _ in range(50):
            with pool.turn():
                inside.append(name)
                most.append(len(inside))
                inside.remove(name)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 300 and max(most) <= 2


def test_the_model_of_a_running_job_can_be_read_at_any_time(job_of):
    job = job_of(ENDLESS)
    start = job.model().theta.copy()
    job.run()
    wait_for(lambda: not np.array_equal(job.model().theta, start))
    assert job.model().network().predict(TEST[0]).shape == (70, 2)


def test_a_curve_stays_bounded_and_keeps_its_mean():
    curve = Curve(limit=100)
    for step in range(1, 10_001):
        curve.add(step, 2 * step)
    assert 50 <= len(curve.rows) <= 100
    steps = np.array(curve.rows)
    np.testing.assert_allclose(steps[:, 1], 2 * steps[:, 0])
    assert np.all(np.diff(steps[:, 0]) == curve.steps_per_row)


def test_a_job_repeats_another_run_with_its_changes(job_of):
    job = run_to(job_of(), 30)
    job.change(lr=0.5)
    run_to(job, np.inf)
    again = job_of(trainer=trainer_of(RECIPE, job.model().changes))
    run_to(run_to(again, 7), np.inf)
    assert again.view().changes == job.view().changes == [(30, {"lr": (0.1, 0.5)})]
    assert np.array_equal(again.model().theta, job.model().theta)


def test_records_of_the_last_step_stand_in_the_curves_once(job_of):
    job = run_to(job_of(), 33)
    job.stop()
    job.join(20)
    assert [row[0] for row in job.view().training] == list(range(1, 34))
    assert [row[0] for row in job.view().validation] == [20, 33]
