"""Memory that is free in Python, given back to the system.

glibc keeps what a thread has freed between two blocks that live on, for that thread to use again.
Here each run has a thread of its own, which ends.
"""

import ctypes
import functools


@functools.cache
def _trim():
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, which has its own ways
        return None


def give_back() -> None:
    """Takes some milliseconds, and does not hold Python's lock meanwhile."""
    if trim := _trim():
        trim(0)
