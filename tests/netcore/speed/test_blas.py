"""The number of BLAS threads: what changes it, and that no result depends on it."""

import json
import os
import subprocess
import sys
import threading

import pytest

from netcore.speed import blas

PROGRAM = """
import hashlib, json
import numpy as np
import dataset, netcore
from netcore.confidence import subspaces
from netcore.speed import blas

def threads():
    return [library.get_num_threads() for library in blas._libraries()]

def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()

def answers():
    found = {}
    for name in ("seed", "dense", "lenet", "best"):
        network, images = netcore.load(f"models/{name}.json").network(), data.test.images
        some, one = network.log_probs(images[:120]), network.log_probs(images[:1])
        network.loss_and_grad(images[:120], data.test.labels[:120])
        found[name] = digest(some, one, network.grad_and_stats)
    learned = subspaces.of_images(data.train.images, data.train.labels, 10)
    found["subspaces"] = digest(learned.planes, learned.novelty(data.test.images[:200]))
    return found

data = dataset.load("mnist")
began = threads()
before, after_networks = answers(), threads()
pairs = [(split.images[:50], split.labels[:50]) for split in (data.train, data.validation)]
netcore.Trainer(netcore.Recipe(), *pairs)
print(json.dumps([began, after_networks, threads(), before, answers()]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kernels", ["Haswell", None])
def test_a_network_leaves_the_threads_of_blas_alone_and_answers_the_same_with_any_number(kernels):
    """`Haswell` are the kernels for AVX2, which round differently with two threads."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "PYTHONPATH": "."}
    if kernels:
        environment["OPENBLAS_CORETYPE"] = kernels
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    began, after_networks, after_trainer, with_two, with_one = json.loads(run.stdout)
    if not began or set(began) == {1}:
        pytest.skip("BLAS has no second thread here")
    assert after_networks == began
    assert set(after_trainer) == {1}, "a trainer sets one thread, and says so"
    assert with_two == with_one


@pytest.fixture
def counted(monkeypatch):
    """A thread count of its own over two pretended libraries of 4 and 2 threads."""
    now = [4, 2]

    class Library:
        def __init__(self, number):
            self.number = number

        def get_num_threads(self):
            return now[self.number]

    monkeypatch.setattr(blas, "_libraries", lambda: [Library(0), Library(1)])
    monkeypatch.setattr(blas, "_set_threads", lambda counts: now.__setitem__(slice(2), counts))
    monkeypatch.setattr(blas, "_count", blas._ThreadCount())
    return now


def test_a_block_with_one_thread_restores_what_there_was_even_if_blocks_overlap(counted):
    inside, outside = threading.Event(), threading.Event()

    def overlap():
        with blas.single_thread:
            inside.set()
            outside.wait(10)

    other = threading.Thread(target=overlap)
    with blas.single_thread:
        other.start()
        inside.wait(10)
        assert counted == [1, 1]
    assert counted == [1, 1], "the other block still runs"
    outside.set()
    other.join(10)
    assert counted == [4, 2]


def test_threads_are_lent_to_the_thread_that_asked_and_not_while_others_need_one(counted):
    blas.single_thread_process()
    lent = blas.Threads(2)
    lent._left = 0
    with lent:
        assert counted == [2, 2]
        with blas.single_thread:
            assert counted == [2, 2], "its own products may use them"
        other = threading.Thread(target=blas._count.limit)
        other.start()
        other.join(10)
        assert counted == [1, 1], "another thread's may not"
    assert counted == [1, 1]
    lent._left = 0
    with lent:
        assert counted == [1, 1]
    blas._count.release()
    assert counted == [1, 1]


def test_a_decorated_function_runs_with_one_thread(counted):
    seen = []
    blas.single_thread(lambda: seen.extend(counted))()
    assert seen == [1, 1] and counted == [4, 2]
