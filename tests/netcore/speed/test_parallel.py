"""Several threads: the same bits as one, whoever else is at work."""

import gc
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from netcore import Divergence, Recipe, Trainer
from netcore.network import Network
from netcore.recipe import dense_layers
from netcore.speed import blas, parallel
from netcore.speed.workspaces import Workspaces

RNG = np.random.default_rng(4)
IMAGES, TARGETS = RNG.integers(0, 256, (300, 14, 14)).astype(np.uint8), RNG.integers(0, 3, 300)
CONVOLUTIONAL = (
    {"layer": "Conv2d", "out_channels": 6, "kernel": 5, "padding": 2},
    "BatchNorm",
    "MaxPool2d",
    "ReLU",
    {"layer": "Conv2d", "out_channels": 8, "kernel": 3},
    {"layer": "Dropout", "p": 0.2},
    "GlobalAvgPool2d",
    {"layer": "Dense", "out_features": 3},
    "LogSoftmax",
)
NORMED = ("Flatten", {"layer": "Dense", "out_features": 50}, "BatchNorm", "ReLU",
          {"layer": "Dropout", "p": 0.3}, {"layer": "Dense", "out_features": 35}, "Tanh",
          {"layer": "Dense", "out_features": 3}, "LogSoftmax")  # fmt: skip
RECIPES = {
    "dense": Recipe(layers=dense_layers([600, 40], dropout=0.1), batch_size=110, epochs=12),
    "dense with batch normalisation": Recipe(layers=NORMED, batch_size=110, epochs=12, lr=0.02),
    "convolutional": Recipe(layers=CONVOLUTIONAL, batch_size=70, epochs=3, optimizer="adam"),
}
# Products with vectors: of a single example, also at the end of an epoch, and of a single unit.
VECTORS = {
    "one example": Recipe(layers=dense_layers([1126, 1300]), batch_size=1, epochs=0.2, lr=0.01),
    "one example left over": Recipe(
        layers=dense_layers([1126, 1300]), batch_size=100, train_images=201, epochs=8, lr=0.01
    ),
    "one unit": Recipe(layers=dense_layers([783, 1], "Tanh"), batch_size=1419, epochs=5, lr=0.01),
}


def trained(recipe, threads=1):
    enough = -(-recipe.batch_size // len(IMAGES))
    train = np.tile(IMAGES, (enough, 1, 1)), np.tile(TARGETS, enough)
    trainer = Trainer(recipe, train, (IMAGES[:50], TARGETS[:50]), threads=threads)
    return trainer, list(trainer)


def same(a, b):
    (one, records), (two, others) = a, b
    assert np.array_equal(one.network.theta, two.network.theta)
    assert np.array_equal(one.network.buffers, two.network.buffers)
    assert [r._replace(seconds=0) for r in records] == [r._replace(seconds=0) for r in others]


@pytest.mark.parametrize("kind", [*RECIPES, *VECTORS])
def test_a_run_gives_the_same_bits_with_one_thread_and_with_two(kind, monkeypatch):
    monkeypatch.setattr(blas.Threads, "FIRST", 0)  # BLAS gets its threads from the first step on
    monkeypatch.setattr(blas.Threads, "SLOWER", np.inf)  # however busy the machine
    recipe = (RECIPES | VECTORS)[kind]
    same(trained(recipe), trained(recipe, threads=2))


def noisy(x, targets, rng):
    """Augmentation of any kind: what an image gets depends on those drawn before it."""
    return x // 2 + rng.integers(0, 100, x.shape, np.uint8)


@pytest.mark.parametrize("batch_size", [110, 31, 2])
@pytest.mark.parametrize("kind", list(RECIPES))
def test_every_processor_runs_the_same_algorithm(kind, batch_size, monkeypatch):
    recipe = RECIPES[kind].replace(batch_size=batch_size, epochs=0.5, augment={"noise": 1})

    def weights(thread_invariant):
        monkeypatch.setattr(blas, "thread_invariant", lambda: thread_invariant)
        examples = (IMAGES, TARGETS)
        trainer = Trainer(recipe, examples, examples, augment=lambda strengths: noisy)
        list(trainer)
        return np.concatenate([trainer.network.theta, trainer.network.buffers])

    np.testing.assert_allclose(weights(True), weights(False), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", list(RECIPES)[1:])
@pytest.mark.parametrize("batch_size", [70, 64])
def test_what_batch_norm_takes_together_does_not_depend_on_the_cache(kind, batch_size, monkeypatch):
    recipe = RECIPES[kind].replace(batch_size=batch_size)
    before = trained(recipe)
    monkeypatch.setattr("netcore.network.MICROBATCH_SIZE", 3_000)
    network = trained(recipe)[0].network
    assert np.array_equal(before[0].network.theta, network.theta)
    assert len(network.microbatches(batch_size)) > 2


def test_where_the_bits_depend_on_blas_threads_a_dense_network_is_trained_in_replicas(monkeypatch):
    monkeypatch.setattr(blas, "thread_invariant", lambda: False)
    one, two = (trained(RECIPES["dense"], threads) for threads in (1, 2))
    same(one, two)
    assert two[0].replicas.networks[1].grad.any()


def test_a_run_gives_the_same_bits_beside_other_runs():
    alone, beside = {kind: trained(recipe) for kind, recipe in RECIPES.items()}, {}

    def run(kind):
        beside[kind] = trained(RECIPES[kind])

    threads = [threading.Thread(target=run, args=(kind,)) for kind in RECIPES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind in RECIPES:
        same(alone[kind], beside[kind])


@pytest.mark.parametrize("kind", list(RECIPES))
def test_predictions_have_the_same_bits_with_one_thread_and_with_two(kind):
    network = Network(RECIPES[kind].layers, (14, 14))
    for count in (1, 2, 299, 300):
        shared = parallel.Replicas(network, threads=2).log_probs(IMAGES[:count])
        assert np.array_equal(shared, network.log_probs(IMAGES[:count]))


def test_the_gradients_of_microbatches_add_up_to_the_gradient_of_the_batch(monkeypatch):
    monkeypatch.setattr(
        "netcore.network.MICROBATCH_SIZE", 40_000
    )  # so that each replica takes several
    layers = [layer for layer in CONVOLUTIONAL if "Dropout" not in str(layer)]
    layers.remove("BatchNorm")  # its statistics are those of a microbatch
    network = Network(layers, (14, 14), dtype=np.float64)
    assert len(network.microbatches(90)) > 4
    images, targets = IMAGES[:90] / 255, TARGETS[:90]
    replicas = parallel.Replicas(network, threads=2)
    summed = replicas.loss_and_grad(90, lambda part: (images[part], targets[part]), step=0)
    grad = network.grad.copy()
    whole = network.loss_and_grad(images, targets)
    assert summed == (pytest.approx(whole[0]), whole[1])
    np.testing.assert_allclose(grad, network.grad, rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(not blas.thread_invariant(), reason="replicas are used with these kernels")
@pytest.mark.parametrize("shape", [(50, 784, 128), (7, 385, 10), (3, 1000, 31), (64, 20, 300)])
def test_a_product_has_the_same_bits_with_one_blas_thread_and_with_two(shape):
    rows, length, columns = shape
    a = RNG.normal(size=(rows, length)).astype(np.float32)
    b = RNG.normal(size=(columns, length)).astype(np.float32).T
    products = []
    for threads in (1, 2):
        lent = blas.Threads(threads)
        lent._left = 0
        with lent:
            out = np.empty((rows, columns), np.float32)
            products.append(blas.matmul(a, b, out, Workspaces()))
    assert np.array_equal(*products)
    np.testing.assert_allclose(products[0], a @ b, rtol=1e-3, atol=1e-4)


def test_blas_goes_back_to_one_thread_when_two_are_slow_and_waits_longer_each_time(monkeypatch):
    clock, lent = [0.0], blas.Threads(2)
    used = []
    monkeypatch.setattr(blas, "_set_threads", used.extend)
    monkeypatch.setattr(blas, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    shared = []
    for _ in range(200):
        used.clear()
        with lent:
            shared.append(2 in used)
            clock[0] += 50 if shared[-1] else 1  # another program is running
    tries = np.flatnonzero(shared)
    assert list(np.diff(tries)) == [17, 33, 65]


def test_every_piece_of_work_is_done_once_and_failures_reach_who_asked():
    workers, done = parallel.Workers(3), []
    workers.run(done.append, 10)
    assert sorted(done) == list(range(10))

    def fail(piece):
        if piece == 1:
            raise ZeroDivisionError("piece 1")

    with pytest.raises(ZeroDivisionError, match="piece 1"):
        workers.run(fail, 2)
    workers.run(done.append, 1)  # and they go on working
    assert done[-1] == 0


def test_threads_end_with_the_trainer_that_had_them():
    others = set(threading.enumerate())
    trainer = Trainer(RECIPES["convolutional"], (IMAGES, TARGETS), (IMAGES, TARGETS), threads=2)
    next(trainer)
    (helper,) = set(threading.enumerate()) - others
    del trainer
    gc.collect()
    helper.join(10)
    assert not helper.is_alive()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("threads", [1, 2])
def test_divergence_is_told_once_without_warnings(threads):
    with pytest.raises(Divergence):
        trained(RECIPES["convolutional"].replace(lr=1e3, optimizer="sgd", epochs=50), threads)
