"""OpenBLAS, which does NumPy's matrix products: its threads, and how it rounds.

All that knows this library by name is in this file. NumPy may have been built with another one.
"""

import functools
import math
import threading
import time

import numpy as np
from threadpoolctl import ThreadpoolController

STRETCH = 384  # how many products OpenBLAS adds up at a time, on processors with AVX


@functools.cache
def single_thread():
    """Let BLAS use one thread in this process, but within `Threads`."""
    # Set by a thread that ends: threadpoolctl keeps the one that did, and with it all it works for.
    thread = threading.Thread(target=_set_threads, args=(1,))
    thread.start()
    thread.join()


@functools.cache
def rounds_alike():
    """Whether `product` gives the same bits for any number of BLAS threads.

    OpenBLAS's kernels for AVX-512 do. Those for AVX2 round a row of the result differently in the
    middle of a thread's share and at its end. Of others nothing is known.
    """
    return all(getattr(lib, "architecture", None) == "SkylakeX" for lib in _libraries())


@functools.cache
def _libraries():
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _set_threads(threads):
    for library in _libraries():
        library.set_num_threads(threads)


def product(a, b, out, workspace):
    """Matrix product a @ b, written to out; a: (M, K), b: (K, N), out: (M, N).

    Threads share out rows and columns of `out`, never a sum. But BLAS takes a long sum in stretches
    of 384 and halves what is left at the end, and cuts the halves differently with one thread and
    with several. So the end is a product of its own.
    """
    length = a.shape[1]
    whole = length // STRETCH * STRETCH
    if whole in (0, length):
        return np.matmul(a, b, out=out)
    np.matmul(a[:, :whole], b[:whole], out=out)
    out += np.matmul(a[:, whole:], b[whole:], out=workspace("scratch", out.shape, out.dtype))
    return out


class Threads:
    """`with` this, BLAS has several threads, as long as that is faster.

    Its threads wait by spinning. On free cores nothing is quicker, but beside another program a
    product can take a hundred times as long. So after a step that was much slower than with one
    thread, the next 16 steps are done with one, twice as many if it happens again soon, and so on.
    BLAS knows only one number for the whole process: where several networks train at the same
    time, give each one thread.
    """

    SLOWER, FIRST, LONGEST = 3, 16, 4096  # times; steps with one thread

    def __init__(self, threads):
        self.threads = threads
        self._left = self._pause = self.FIRST  # steps to do with one thread, now and next time
        self._alone = math.inf  # seconds of a step with one thread

    def __enter__(self):
        self._began = time.perf_counter()
        if not self._left:
            _set_threads(self.threads)

    def __exit__(self, *error):
        seconds = time.perf_counter() - self._began
        if self._left:
            self._left -= self.threads > 1
            self._alone = min(self._alone, seconds)
            return
        _set_threads(1)
        if seconds > self.SLOWER * self._alone:
            self._left, self._alone = self._pause, math.inf
            self._pause = min(2 * self._pause, self.LONGEST)
        else:
            self._pause = max(self._pause - 1, self.FIRST)
