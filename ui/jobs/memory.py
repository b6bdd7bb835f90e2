"""Memory that Python has freed, returned to the operating system.

glibc keeps blocks that a thread has freed between blocks still in use, for the same thread to use
again. Each run has a thread of its own, which ends with the run, so nothing would use them.
"""

import ctypes
import functools
from collections.abc import Callable


@functools.cache
def _trim() -> Callable | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # not glibc
        return None


def give_back() -> None:
    """Takes a few milliseconds, during which Python's global lock is free."""
    if trim := _trim():
        trim(0)
