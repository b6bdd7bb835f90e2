"""Two threads, with the same bits as one.

Rounding depends on the order of sums, so a second thread must not change what is added to what.
There are two ways, and `Replicas` takes the one that suits the network:

- In a dense network nearly all the time goes into a few large products, and BLAS can share out each
  of them among threads of its own: `blas.Threads`. With kernels for AVX-512 the bits stay the same.
- A convolution is many small products with passes over memory between them. There, and with other
  kernels, the batch is cut into microbatches, and two replicas of the network process every second
  one each. They share its parameters, but not its gradient and workspaces; then their gradients are
  added. Cut, assignment and sums are the same whether the replicas run at the same time or not.

NumPy releases Python's global lock while it computes, so Python's threads suffice for the second.
"""

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from netcore.layers.dropout import Dropout
from netcore.speed import blas

if TYPE_CHECKING:
    from netcore.network import Network

REPLICAS = 2  # replicas of a network; more would make the microbatches too small
SPINS = 1000  # looks at a queue before the thread sleeps: about half a millisecond

Work = Callable[[int], object]
Load = Callable[[slice], tuple[np.ndarray, np.ndarray]]

_yield: Callable[[], object] = getattr(os, "sched_yield", lambda: time.sleep(0))


class Workers:
    """`threads` threads, the calling one among them, that share out numbered pieces of work."""

    def __init__(self, threads: int = 1) -> None:
        self._finished = SimpleQueue()
        self._tasks = [SimpleQueue() for _ in range(threads - 1)]
        for tasks in self._tasks:
            threading.Thread(target=_serve, args=(tasks, self._finished), daemon=True).start()
        weakref.finalize(self, _dismiss, self._tasks)

    def run(self, work: Work, count: int) -> None:
        """Call work(0) … work(count − 1) and return when all are done; re-raises their exceptions.

        Thread t of T does the pieces t, t + T, … in that order.
        """
        share = min(len(self._tasks) + 1, count)
        helpers = self._tasks[: share - 1]
        for number, tasks in enumerate(helpers, start=1):
            tasks.put((work, range(number, count, share)))
        errors = [_attempt(work, range(0, count, share))]
        errors += [_spin_then_get(self._finished) for _ in helpers]
        for error in filter(None, errors):
            raise error


def _spin_then_get(queue: SimpleQueue) -> Exception | None:
    """The queue's next item. For a short wait, spinning is faster than to sleep and be woken."""
    for _ in range(SPINS):
        if not queue.empty():
            break
        _yield()
    return queue.get()


def _serve(tasks: SimpleQueue, finished: SimpleQueue) -> None:
    with np.errstate(over="ignore", invalid="ignore"):  # the caller checks the loss for NaN
        while (task := tasks.get()) is not None:
            finished.put(_attempt(*task))
            del task  # a reference here would keep the network alive


def _attempt(work: Work, pieces: Iterable[int]) -> Exception | None:
    """Do the pieces; return the exception that stopped them, for the calling thread."""
    try:
        for piece in pieces:
            work(piece)
    except Exception as error:
        return error
    return None


def _dismiss(queues: list[SimpleQueue]) -> None:
    for tasks in queues:
        tasks.put(None)


class Replicas:
    """A network and its replicas. `networks[0]` is the given one; it gets the sum of gradients."""

    def __init__(self, network: "Network", threads: int = 1) -> None:
        self.networks = [network, *(network.replica() for _ in range(REPLICAS - 1))]
        self._workers = Workers(min(threads, REPLICAS))
        self._blas = blas.Threads(threads)
        self._count = 1 if blas.thread_invariant() and not network.convolutional else REPLICAS
        self.dropout_layers = [
            [layer for layer in each.layers if isinstance(layer, Dropout)] for each in self.networks
        ]
        # A product with a vector is a sum that BLAS threads may share out, so they would change it.
        shapes = [shape for p in network.plan for shape in p.parameter_shapes.values()]
        self._vectors = any(1 in shape for shape in shapes if len(shape) == 2)

    def loss_and_grad(self, count: int, load: Load, step: int) -> tuple[float, int]:
        """`Network.loss_and_grad` on a batch of `count` examples, that of this step of a run.

        load(part) → (x, targets) gives a slice of the batch; any of the threads may call it.
        """
        network, replicas = self.networks[0], self._count
        parts = network.training_microbatches(count, at_least=replicas)
        results = [(0.0, 0)] * len(parts)

        def learn(replica: int) -> None:
            for number in range(replica, len(parts), replicas):
                x, targets = load(parts[number])
                for layer in self.dropout_layers[replica]:
                    layer.seek(step, parts[number].start)
                add = number >= replicas
                results[number] = self.networks[replica].loss_and_grad(x, targets, count, add)

        if replicas == 1:
            vectors = self._vectors or count // len(parts) == 1
            with nullcontext() if vectors else self._blas:
                learn(0)
        else:
            self._workers.run(learn, replicas)
            for other in self.networks[1 : len(parts)]:
                network.grad_and_stats += other.grad_and_stats
        losses, rights = zip(*results, strict=True)
        return sum(losses), sum(rights)

    def log_probs(self, x: np.ndarray) -> np.ndarray:
        """`Network.log_probs`: x: (N, *input_shape) → (N, K)."""
        parts = self.networks[0].microbatches(len(x), at_least=REPLICAS)
        out = np.empty((len(x), *self.networks[0].output_shape), np.float32)

        def predict(replica: int) -> None:
            for part in parts[replica::REPLICAS]:
                out[part] = self.networks[replica].forward(x[part])

        self._workers.run(predict, min(REPLICAS, len(parts)))
        return out
