"""Two threads, with the same bits as one.

Rounding depends on the order of sums, so a second thread must not change what is added to what.
There are two ways, and `Replicas` takes the one that suits the network:

- In a dense network nearly all the time goes into a few large products, and BLAS can share out each
  of these among threads of its own: `blas.Threads`. On processors with AVX-512 the bits stay.
- A convolution is many small products with passes over memory between them. There, and on other
  processors, the batch is cut into parts, and two replicas of the network, which share its
  parameters but not its gradient and workspaces, take turns with them: one the even, the other the
  odd ones. Then their gradients are added. Cut, turns and sums are the same whether the replicas
  work at the same time or not.

NumPy lets go of Python's lock while it computes, so Python's threads suffice for the second.
"""

import os
import threading
import time
import weakref
from queue import SimpleQueue

import numpy as np

from netcore.speed import blas

LANES = 2  # replicas of a network; more would cut batches too thin
LOOKS = 1000  # at a queue before sleep: about half a millisecond

_give_way = getattr(os, "sched_yield", lambda: time.sleep(0))  # let other threads run


class Workers:
    """`threads` threads, the calling one among them, that share out numbered pieces of work."""

    def __init__(self, threads=1):
        self._finished = SimpleQueue()
        self._tasks = [SimpleQueue() for _ in range(threads - 1)]
        for tasks in self._tasks:
            threading.Thread(target=_serve, args=(tasks, self._finished), daemon=True).start()
        weakref.finalize(self, _dismiss, self._tasks)

    def run(self, work, count):
        """Call work(0) … work(count − 1) and return when all are done; re-raises what they raise.

        Thread t of T does the pieces t, t + T, … in that order.
        """
        share = min(len(self._tasks) + 1, count)
        helpers = self._tasks[: share - 1]
        for number, tasks in enumerate(helpers, start=1):
            tasks.put((work, range(number, count, share)))
        errors = [_attempt(work, range(0, count, share))]
        errors += [_soon(self._finished) for _ in helpers]
        for error in filter(None, errors):
            raise error


def _soon(queue):
    """What the queue has next. To look often is quicker than to sleep and be woken, for a while."""
    for _ in range(LOOKS):
        if not queue.empty():
            break
        _give_way()
    return queue.get()


def _serve(tasks, finished):
    with np.errstate(over="ignore", invalid="ignore"):  # who asked looks for NaN
        while (task := tasks.get()) is not None:
            finished.put(_attempt(*task))
            del task  # or it would keep alive whom it was done for


def _attempt(work, pieces):
    """Do the pieces; the exception that stopped them, for the thread that asked."""
    try:
        for piece in pieces:
            work(piece)
    except Exception as error:
        return error
    return None


def _dismiss(queues):
    for tasks in queues:
        tasks.put(None)


class Replicas:
    """A network and its doubles. `networks[0]` is the one given; it holds the sum of gradients."""

    def __init__(self, network, threads=1):
        self.networks = [network, *(network.replica() for _ in range(LANES - 1))]
        self._workers = Workers(min(threads, LANES))
        self._blas = blas.Threads(threads)
        self._lanes = 1 if blas.rounds_alike() and not network.convolutional else LANES

    def loss_and_grad(self, count, take):
        """`Network.loss_and_grad` on a batch of `count` examples.

        take(part) → (x, targets) gives a slice of the batch; any of the threads may call it.
        """
        network, lanes = self.networks[0], self._lanes
        parts = network.parts(count, at_least=lanes)
        results = [(0.0, 0)] * len(parts)

        def learn(lane):
            for number in range(lane, len(parts), lanes):
                x, targets = take(parts[number])
                on_top = number >= lanes
                results[number] = self.networks[lane].loss_and_grad(x, targets, count, on_top)

        if lanes == 1:
            with self._blas:
                learn(0)
        else:
            self._workers.run(learn, lanes)
            for other in self.networks[1 : len(parts)]:
                network.found += other.found
        losses, rights = zip(*results, strict=True)
        return sum(losses), sum(rights)

    def log_probs(self, x):
        """`Network.log_probs`: x: (N, *input_shape) → (N, K)."""
        parts = self.networks[0].parts(len(x), at_least=LANES)
        out = np.empty((len(x), *self.networks[0].output_shape), np.float32)

        def predict(lane):
            for part in parts[lane::LANES]:
                out[part] = self.networks[lane].forward(x[part])

        self._workers.run(predict, min(LANES, len(parts)))
        return out
