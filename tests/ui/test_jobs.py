"""Jobs: they run, rest, take changes, finish with one exam, and none is starved or forgotten."""

import gc
import threading
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import netcore.trainer
from netcore import Recipe, RecipeError, Trainer
from netcore.recipe import dense_layers
from ui import background, jobs, learner, memory
from ui.curve import Curve
from ui.limits import Limits
from ui.pool import Pool

RECIPE = Recipe(
    layers=dense_layers([8], classes=2), optimizer="momentum", lr=0.1, batch_size=10, epochs=4
)


def spots(count, seed):
    """Images 4 × 4 with light on the left (0) or on the right (1)."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, count).astype(np.uint8)
    images = rng.integers(0, 100, (count, 4, 4))
    images[targets == 1, :, 2:] += 150
    images[targets == 0, :, :2] += 150
    return images.astype(np.uint8), targets


TRAIN, VALIDATION, TEST = spots(200, 1), spots(50, 2), spots(70, 3)
ENDLESS = RECIPE.replace(steps=50_000_000)


@pytest.fixture
def job_of():
    """Make jobs; whatever still runs is paused at the end of the test."""
    made, pool = [], Pool(Limits(slots=2))

    def make(recipe=RECIPE):
        made.append(jobs.Job(Trainer(recipe, TRAIN, VALIDATION), TEST, pool))
        return made[-1]

    yield make
    for job in made:
        job.pause()
        job.join(10)


def wait_for(condition, seconds=20):
    """Wait until the condition holds; the waiting, not a sleep, is what the clock bounds."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        tick.wait(0.005)


def test_a_started_job_runs_to_its_end_and_sits_the_exam_once(job_of):
    job = job_of()
    assert job.view().status == "ready" and job.view().exam is None
    job.run()
    job.join(20)
    view = job.view()
    assert (view.status, view.progress, view.last.step) == ("finished", 1.0, 80)
    assert view.exam["test_accuracy"] > 0.95
    assert view.exam["confusion"].sum() == 70
    assert job.model().scores["test_accuracy"] == view.exam["test_accuracy"]
    job.run()
    job.run(1)
    assert job.view().last.step == 80, "after the exam nothing is learned any more"


def test_one_step_is_one_step_and_one_epoch_ends_with_the_epoch(job_of):
    job = job_of()
    for expected in (1, 2):
        job.run(1)
        job.join(20)
        assert (job.view().status, job.view().last.step) == ("paused", expected)
    job.run_epoch()
    job.join(20)
    assert job.view().last.step == 20
    job.run_epoch()
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
    assert not [thread for thread in threading.enumerate() if job.id in thread.name]
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


def test_a_stopped_job_sits_the_exam_with_what_it_has_learned(job_of):
    job = job_of(ENDLESS)
    job.run()
    wait_for(lambda: job.view().last)
    job.stop()
    job.join(20)
    view = job.view()
    assert view.status == "finished" and view.exam["steps"] == view.last.step
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
    replayed = Trainer(model.recipe, TRAIN, VALIDATION, model.changes)
    assert len(list(replayed)) == 60
    assert np.array_equal(replayed.network.theta, model.theta)


def test_a_running_job_can_be_looked_at_as_it_was(job_of):
    job = job_of(ENDLESS.replace(steps=5000))
    job.run()
    wait_for(lambda: len(job.view().snapshots) > 5)
    trainer = Trainer(job.recipe, TRAIN, VALIDATION)
    while trainer.step_count < job.view().snapshots[3]:
        next(trainer)
    assert np.array_equal(job.model_at(trainer.step_count).theta, trainer.network.theta)


def test_a_job_that_diverges_fails_with_an_explanation(job_of):
    job = job_of(RECIPE.replace(layers=dense_layers([12, 12, 12], classes=2), lr=1000.0))
    job.run()
    job.join(20)
    assert job.view().status == "failed"
    assert "Try a learning rate" in job.view().message


def test_a_job_that_raises_tells_so_and_leaves_its_slot_to_others(job_of, monkeypatch, caplog):
    broken, sound = job_of(), job_of()
    monkeypatch.setattr(broken._trainer.network, "loss_and_grad", lambda *_, **__: 1 / 0)
    for job in (broken, sound):
        job.run()
        job.join(20)
    assert broken.view().status == "failed" and "ZeroDivisionError" in broken.view().message
    assert "a training job failed" in caplog.text
    assert sound.view().status == "finished"


def test_a_job_nobody_watches_pauses_and_can_be_resumed(job_of, monkeypatch):
    job = job_of(ENDLESS)
    job.run(1)
    job.join(20)
    monkeypatch.setattr(job._pool, "limits", Limits(grace=-1.0))
    job.run()
    job.join(20)
    view = job.view()
    assert view.status == "paused" and "nobody was watching" in view.message
    monkeypatch.undo()
    job.run(1)
    job.join(20)
    assert job.view().last.step == view.last.step + 1


def test_twenty_clicks_on_start_make_one_thread(job_of):
    job = job_of(ENDLESS)
    for _ in range(20):
        job.run()
    assert len([thread for thread in threading.enumerate() if job.id in thread.name]) == 1


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
    assert np.all(np.diff(steps[:, 0]) == curve.stretch)


def run_to(job, steps):
    """Do so many steps and rest."""
    job.run(steps)
    job.join(20)
    return job


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


def test_a_branch_with_other_knobs_is_replayed_from_its_own_changes_alone(job_of):
    job = run_to(job_of(), 30)
    job.change(lr=0.5)
    run_to(job, 10).rewind(15)
    job.change(optimizer="adam", lr=0.01)
    job.run()
    job.join(20)
    model = job.model()
    assert model.changes == [[15, {"optimizer": "adam", "lr": 0.01}]]
    replayed = Trainer(model.recipe, TRAIN, VALIDATION, model.changes)
    list(replayed)
    assert np.array_equal(replayed.network.theta, model.theta)


def test_undo_takes_the_last_change_back_with_all_it_did(job_of):
    job = run_to(job_of(), 10)
    before = job.model().theta.copy()
    job.change(lr=0.7)
    run_to(job, 10)
    job.undo()
    assert job.settings.lr == RECIPE.lr and job.view().changes == []
    assert np.array_equal(job.model().theta, before)
    job.undo()
    assert job.view().last.step == 10, "there is nothing more to take back"


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
    thread = job._worker
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


def test_a_finished_run_can_go_back_and_sits_its_exam_anew(job_of):
    job = run_to(job_of(), np.inf)
    first = job.view().exam["test_accuracy"]
    job.rewind(40)
    assert job.view().exam is None and job.model().scores == {}
    job.run()
    job.join(20)
    assert job.view().exam["test_accuracy"] == first


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
    trainer = Trainer(RECIPE.replace(), TRAIN, VALIDATION)
    while trainer.step_count < step:
        next(trainer)
    assert np.array_equal(job.model_at(step).theta, trainer.network.theta)
    assert job.model_at(80) is job.model()


def test_a_job_repeats_another_run_with_its_changes(job_of):
    job = run_to(job_of(), 30)
    job.change(lr=0.5)
    run_to(job, np.inf)
    again = jobs.Job(Trainer(RECIPE, TRAIN, VALIDATION, job.model().changes), TEST, job._pool)
    run_to(run_to(again, 7), np.inf)
    assert again.view().changes == job.view().changes == [(30, {"lr": (0.1, 0.5)})]
    assert np.array_equal(again.model().theta, job.model().theta)


def test_a_sleeping_laptop_costs_neither_time_nor_the_run(job_of, monkeypatch):
    asleep = [0.0]
    clock = SimpleNamespace(
        monotonic=lambda: time.monotonic() + asleep[0],
        perf_counter=lambda: time.perf_counter() + asleep[0],
    )
    for module in (background, jobs, learner, netcore.trainer):
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


def test_a_run_that_has_had_its_time_ends_and_says_so(job_of, monkeypatch):
    job = job_of(ENDLESS)
    monkeypatch.setattr(job._pool, "limits", Limits(run_minutes=1e-4))
    job.run()
    job.join(20)
    view = job.view()
    assert view.status == "finished" and view.exam
    assert "has had its 0.0001 minutes" in view.message


def test_a_run_in_line_knows_its_position_can_be_paused_and_gets_its_turn(job_of, monkeypatch):
    first, second, third = (job_of(ENDLESS) for _ in range(3))
    monkeypatch.setattr(first._pool, "limits", Limits(jobs=1))
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


def test_runs_take_turns_where_there_are_more_than_places_and_give_the_same_bits(
    job_of, monkeypatch
):
    alone = run_to(job_of(), np.inf)
    recipe = RECIPE.replace(batch_size=1)
    crowd = [job_of(recipe.replace(seed=seed)) for seed in (0, 1)]
    monkeypatch.setattr(alone._pool, "limits", Limits(jobs=1, stint=0.01))
    for job in crowd:
        job.run()
    for job in crowd:
        job.join(20)
        assert job.view().status == "finished"
        trainer = Trainer(job.recipe, TRAIN, VALIDATION)
        list(trainer)
        assert np.array_equal(trainer.network.theta, job.model().theta)


def test_a_run_at_rest_keeps_no_trainer(job_of):
    job = job_of()
    networks = [weakref.ref(network) for network in job._trainer.replicas.networks]
    run_to(job, 10)
    gc.collect()
    assert [network() for network in networks] == [None, None]


def test_a_run_at_rest_gives_its_memory_back_to_the_system(job_of, monkeypatch):
    job, given = job_of(), []
    network = weakref.ref(job._trainer.network)
    monkeypatch.setattr(memory, "give_back", lambda: given.append(network() is None))
    run_to(job, 10)
    assert given == [True], "once, and when nothing holds the network any more"


def test_a_job_nobody_holds_is_gone_with_its_thread(job_of):
    made = jobs.Job(Trainer(ENDLESS, TRAIN, VALIDATION), TEST, Pool(Limits(grace=0.2)))
    made.run()
    gone, thread = weakref.ref(made), made._worker
    del made
    thread.join(20)
    gc.collect()
    assert gone() is None


def test_records_of_the_last_step_stand_in_the_curves_once(job_of):
    job = run_to(job_of(), 33)
    job.stop()
    job.join(20)
    assert [row[0] for row in job.view().training] == list(range(1, 34))
    assert [row[0] for row in job.view().validation] == [20, 33]
