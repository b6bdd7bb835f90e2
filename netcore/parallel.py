"""Several threads on one batch, with the same bits as one thread alone.

A batch is cut into parts (`Network.parts`). Two replicas of the network, which share its
parameters but not its gradient and workspaces, take turns with the parts: one the even, the other
the odd ones. Then their gradients are added. Cut, turns and sums are the same whether the replicas
work at the same time or one after the other, so the results are too: rounding depends on the order
of sums, not on who does them.

NumPy lets go of Python's lock while it computes, so Python's threads suffice. BLAS must use one
thread itself: its own way to share out a product changes the sums with the number of threads, and
its threads wait by spinning, which takes a hundred times as long when another program is running.
"""

import functools
import threading
import weakref
from queue import SimpleQueue

import numpy as np
from threadpoolctl import threadpool_limits

LANES = 2  # replicas; more would cut small batches too thin


@functools.cache
def single_thread_blas():
    """Let BLAS use one thread in this process, from now on."""
    return threadpool_limits(1, user_api="blas")


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
        errors += [self._finished.get() for _ in helpers]
        for error in filter(None, errors):
            raise error


def _serve(tasks, finished):
    with np.errstate(over="ignore", invalid="ignore"):  # who asked looks for NaN
        for work, pieces in iter(tasks.get, None):
            finished.put(_attempt(work, pieces))


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

    def loss_and_grad(self, count, take):
        """`Network.loss_and_grad` on a batch of `count` examples.

        take(part) → (x, targets) gives a slice of the batch; any of the threads may call it.
        """
        parts = self.networks[0].parts(count)
        lanes = min(LANES, len(parts))
        results = [(0.0, 0)] * len(parts)

        def learn(lane):
            network = self.networks[lane]
            for number in range(lane, len(parts), LANES):
                x, targets = take(parts[number])
                results[number] = network.loss_and_grad(x, targets, count, add=number >= LANES)

        self._workers.run(learn, lanes)
        for other in self.networks[1:lanes]:
            self.networks[0].found += other.found
        losses, rights = zip(*results, strict=True)
        return sum(losses), sum(rights)

    def log_probs(self, x):
        """`Network.log_probs`: x: (N, *input_shape) → (N, K)."""
        parts = self.networks[0].parts(len(x))
        out = np.empty((len(x), *self.networks[0].output_shape), np.float32)

        def predict(lane):
            for part in parts[lane::LANES]:
                out[part] = self.networks[lane].forward(x[part])

        self._workers.run(predict, LANES)
        return out
