"""OpenBLAS, which computes NumPy's matrix products: its number of threads, and how it rounds.

Everything that knows this library by name is in this file. NumPy may have been built with another.
"""

import functools
import math
import threading
import time
from contextlib import ContextDecorator

import numpy as np
from threadpoolctl import LibController, ThreadpoolController

from netcore.speed.workspaces import Workspaces

GEMM_Q = 384  # OpenBLAS sums this many float32 products at a time, on processors with AVX


@functools.cache
def thread_invariant() -> bool:
    """Whether `matmul` gives the same bits for any number of BLAS threads.

    It does with OpenBLAS's kernels for AVX-512. Those for AVX2 round a row of the result
    differently in the middle of a thread's share and at its end. Other kernels were not tested.
    """
    return all(getattr(lib, "architecture", None) == "SkylakeX" for lib in _libraries())


def matmul(a: np.ndarray, b: np.ndarray, out: np.ndarray, workspace: Workspaces) -> np.ndarray:
    """Matrix product a @ b, written to out; a: (M, K), b: (K, N), out: (M, N).

    BLAS threads share out the rows and columns of `out`, never a sum. But OpenBLAS computes a long
    sum in blocks of `GEMM_Q` and halves the remainder, and where it cuts the halves depends on the
    number of threads. So the remainder is a product of its own.
    """
    length = a.shape[1]
    whole = length // GEMM_Q * GEMM_Q
    if whole in (0, length):
        return np.matmul(a, b, out=out)
    np.matmul(a[:, :whole], b[:whole], out=out)
    out += np.matmul(a[:, whole:], b[whole:], out=workspace("scratch", out.shape, out.dtype))
    return out


class _ThreadCount:
    """The number of BLAS threads. It is one number for the whole process, so a lock guards it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits = 0  # running blocks that need a single thread
        self._set: int | None = None  # outside those blocks; None: never set here
        self._before: list[int] = []  # of each library, to return to after those blocks

    def set(self, threads: int) -> None:
        """Have this many from now on, or from when no block needs a single thread any more."""
        with self._lock:
            self._set = threads
            self._before = [threads] * len(_libraries())
            if not self._limits:
                _set_threads(self._before)

    def limit(self) -> None:
        """Begin a block with a single thread. Blocks may overlap, also in several threads."""
        with self._lock:
            self._limits += 1
            if self._limits == 1 and self._set != 1:
                self._before = [library.get_num_threads() or 1 for library in _libraries()]
                _set_threads([1] * len(self._before))

    def release(self) -> None:
        """End such a block."""
        with self._lock:
            self._limits -= 1
            if not self._limits and self._set != 1:
                _set_threads(self._before)


_count = _ThreadCount()


class _Lent(threading.local):
    """Whether this thread is within `Threads`, and may have several BLAS threads."""

    active = False


_lent = _Lent()


def single_thread_process() -> None:
    """Let BLAS use one thread in this process from now on, except within `Threads`."""
    _count.set(1)


class _SingleThread(ContextDecorator):
    def __enter__(self) -> None:
        if not _lent.active:
            _count.limit()

    def __exit__(self, *error: object) -> None:
        if not _lent.active:
            _count.release()


# A block or a decorated function in which BLAS uses one thread, so that its results have the same
# bits whatever the process is set to. Where that is one thread, it costs about a microsecond.
# Within `Threads` of the same thread it changes nothing.
single_thread = _SingleThread()


class Threads:
    """A block in which BLAS uses several threads, as long as that is faster.

    BLAS threads wait by spinning. On idle cores that is the fastest way, but beside another program
    a product can take a hundred times as long. So after a step that was much slower than with one
    thread, the next 16 steps use one thread; if it happens again soon, twice as many, and so on.
    The number of BLAS threads is that of the whole process: where several networks train at the
    same time, give each one thread.
    """

    SLOWER, FIRST, LONGEST = 3, 16, 4096  # a factor; numbers of steps with one thread

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._left = self._pause = self.FIRST  # steps to do with one thread, now and next time
        self._alone = math.inf  # seconds of a step with one thread

    def __enter__(self) -> None:
        self._began = time.perf_counter()
        if not self._left:
            _lent.active = True
            _count.set(self.threads)

    def __exit__(self, *error: object) -> None:
        seconds = time.perf_counter() - self._began
        if self._left:
            self._left -= self.threads > 1
            self._alone = min(self._alone, seconds)
            return
        _lent.active = False
        _count.set(1)
        if seconds > self.SLOWER * self._alone:
            self._left, self._alone = self._pause, math.inf
            self._pause = min(2 * self._pause, self.LONGEST)
        else:
            self._pause = max(self._pause - 1, self.FIRST)


@functools.cache
def _libraries() -> list[LibController]:
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _set_threads(counts: list[int]) -> None:
    for library, threads in zip(_libraries(), counts, strict=True):
        # Newer versions of threadpoolctl ignore all but the first thread that sets a number, and
        # keep that thread alive. Here a lock does what that is for.
        release = getattr(library, "clear_controlling_thread", lambda force: None)
        release(force=True)
        library.set_num_threads(threads)
        release(force=True)
