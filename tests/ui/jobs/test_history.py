"""Jobs go back to a snapshot, and on from there."""

import numpy as np

from netcore.recipe import dense_layers
from tests.ui.small_jobs import ENDLESS, RECIPE, run_to, threads_of, trainer_of, wait_for


def test_a_run_goes_back_and_on_to_the_same_weights(job_of):
    job = run_to(job_of(), 50)
    weights = job.model().theta.copy()
    job.rewind(20)
    assert (job.view().status, job.view().last.step) == ("paused", 20)
    assert not np.array_equal(job.model().theta, weights)
    run_to(job, 30)
    assert np.array_equal(job.model().theta, weights)


def test_what_was_cut_is_kept_as_a_branch_and_the_curves_begin_anew_there(job_of):
    job = run_to(job_of(), 50)
    job.rewind(20)
    view = job.view()
    (branch,) = view.branches
    assert (branch.forked_at, branch.left_at) == (20, 50)
    assert [row[0] for row in branch.training] == list(range(20, 51))
    assert [row[0] for row in view.training] == list(range(1, 21))
    assert max(view.snapshots) == 20
    run_to(job, 5)
    assert [row[0] for row in job.view().training] == list(range(1, 26))


def test_a_branch_with_other_settings_is_replayed_from_its_own_changes_alone(job_of):
    job = run_to(job_of(), 30)
    job.change(lr=0.5)
    run_to(job, 10).rewind(15)
    job.change(optimizer="adam", lr=0.01)
    job.run()
    job.join(20)
    model = job.model()
    assert model.changes == [[15, {"optimizer": "adam", "lr": 0.01}]]
    replayed = trainer_of(model.recipe, model.changes)
    list(replayed)
    assert np.array_equal(replayed.network.theta, model.theta)


def test_undo_takes_back_the_last_change_with_all_it_did(job_of):
    job = run_to(job_of(), 10)
    before = job.model().theta.copy()
    job.change(lr=0.7)
    run_to(job, 10)
    job.undo()
    assert job.settings.lr == RECIPE.lr and job.view().changes == []
    assert np.array_equal(job.model().theta, before)
    job.undo()
    assert job.view().last.step == 10, "there is nothing more to undo"


def test_a_change_that_has_not_taken_effect_is_undone_without_going_back(job_of):
    job = run_to(job_of(), 10)
    job.change(lr=0.7)
    job.change(momentum=0.5)
    job.undo()
    assert (job.settings.lr, job.settings.momentum) == (0.7, RECIPE.momentum)
    assert job.view().last.step == 10


def test_a_running_job_goes_back_at_once_and_its_old_thread_leaves_no_trace(job_of):
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().last and job.view().last.step > 200)
    (thread,) = threads_of(job)
    middle = job.view().snapshots[2]
    job.rewind(middle)
    assert job.view().last.step == middle
    job.rewind(0)
    view = job.view()
    assert (view.status, view.last, view.training) == ("paused", None, [])
    thread.join(20)
    assert job.view() == view
    run_to(job, 3)
    assert job.view().last.step == 3


def test_a_finished_run_can_go_back_and_is_tested_anew(job_of):
    job = run_to(job_of(), np.inf)
    first = job.view().scores["test_accuracy"]
    job.rewind(40)
    assert job.view().scores is None and job.model().scores == {}
    job.run()
    job.join(20)
    assert job.view().scores["test_accuracy"] == first


def test_a_finished_run_can_be_made_longer(job_of):
    job = run_to(job_of(), np.inf)
    job.rewind(80)
    job.change(epochs=6)
    run_to(job, np.inf)
    assert job.view().last.step == 120
    assert run_to(job_of(RECIPE.replace(epochs=6)), np.inf).view().last.step == 120


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(job_of):
    job = run_to(job_of(), 33)
    job.stop()
    job.join(20)
    assert job.view().status == "finished"
    job.rewind(33)
    run_to(job, np.inf)
    whole = run_to(job_of(), np.inf)
    assert np.array_equal(job.model().theta, whole.model().theta)


def test_a_run_that_diverged_can_go_back_to_before(job_of):
    job = run_to(job_of(RECIPE.replace(layers=dense_layers([12, 12, 12], classes=2))), 1)
    job.change(lr=1000.0)
    run_to(job, np.inf)
    assert job.view().status == "failed"
    job.undo()
    assert job.view().status == "paused"
    run_to(job, np.inf)
    assert job.view().status == "finished"


def test_the_network_can_be_looked_at_as_it_was_at_any_snapshot(job_of):
    job = job_of()
    start = job.model().theta.copy()
    run_to(job, np.inf)
    assert np.array_equal(job.start_model().theta, start)
    snapshots = job.view().snapshots
    assert snapshots[0] == 0 and snapshots[-1] == 80 and len(snapshots) > 20
    step = snapshots[len(snapshots) // 2]
    trainer = trainer_of()
    while trainer.step_count < step:
        next(trainer)
    assert np.array_equal(job.model_at(step).theta, trainer.network.theta)
    assert job.model_at(80) is job.model()
