"""Two threads are faster than one and do the same, to the bit."""

import threading

import numpy as np
import pytest

from netcore import Recipe, Trainer
from netcore.network import Network
from netcore.parallel import Replicas, Workers

IMAGE_SPEC = [
    {"layer": "Conv2d", "out_channels": 4, "kernel": 3},
    "MaxPool2d",
    "BatchNorm",
    "ReLU",
    "Flatten",
    {"layer": "Dropout", "p": 0.2},
    {"layer": "Dense", "out_features": 3},
    "LogSoftmax",
]
RNG = np.random.default_rng(8)
IMAGES = RNG.integers(0, 256, (300, 10, 10)).astype(np.uint8)
TARGETS = RNG.integers(0, 3, 300)
RECIPE = Recipe(layers=IMAGE_SPEC, optimizer="adam", lr=0.01, batch_size=100, epochs=3)


def trained(threads):
    trainer = Trainer(RECIPE, (IMAGES, TARGETS), (IMAGES[:50], TARGETS[:50]), threads=threads)
    records = list(trainer)
    return trainer.network, [record.loss for record in records]


def test_one_thread_and_two_give_the_same_bits():
    (one, losses), (two, again) = trained(1), trained(2)
    assert np.array_equal(one.theta, two.theta) and np.array_equal(one.buffers, two.buffers)
    assert losses == again


def test_runs_beside_each_other_give_the_same_bits_as_alone():
    alone, _ = trained(1)
    results = [None] * 4

    def run(place):
        results[place] = trained(2)[0].theta.copy()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for theta in results:
        assert np.array_equal(theta, alone.theta)


def test_the_parts_of_a_batch_add_up_to_the_gradient_of_the_whole():
    spec = ["Flatten", {"layer": "Dense", "out_features": 3}, "LogSoftmax"]
    whole, cut = Network(spec, (10, 10)), Network(spec, (10, 10))
    loss, right = whole.loss_and_grad(IMAGES, TARGETS)
    replicas = Replicas(cut, 2)
    result = replicas.loss_and_grad(300, lambda part: (IMAGES[part], TARGETS[part]))
    assert result == (pytest.approx(loss, rel=1e-5), right)
    np.testing.assert_allclose(cut.grad, whole.grad, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_workers_do_every_piece_once(threads):
    done = []
    Workers(threads).run(done.append, 7)
    assert sorted(done) == list(range(7))


def test_what_a_worker_raises_reaches_the_caller_and_it_works_on():
    workers = Workers(2)
    with pytest.raises(ZeroDivisionError):
        workers.run(lambda piece: 1 // (1 - piece), 2)
    done = []
    workers.run(done.append, 2)
    assert sorted(done) == [0, 1]


def test_threads_end_with_their_workers():
    before = threading.active_count()
    workers = Workers(3)
    started = [thread for thread in threading.enumerate() if thread.ident][before:]
    assert len(started) == 2
    del workers
    for thread in started:
        thread.join(10)
        assert not thread.is_alive()
