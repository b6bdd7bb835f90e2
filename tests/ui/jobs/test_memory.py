"""Freed memory goes back to the system, so that a full server has room for the next visitors."""

import platform
import threading
from pathlib import Path

import pytest

from ui.jobs import memory

STATUS = Path("/proc/self/status")
BLOCK, BLOCKS = 60_000, 2000  # bytes; small enough to stay with the C library when freed


def resident():
    """Bytes of memory that this process has."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    return 1024 * int(line.split()[1])


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc")
def test_what_a_thread_has_freed_goes_back_to_the_system():
    kept, full = [], []

    def work():
        blocks = [b"x" * BLOCK for _ in range(BLOCKS)]
        full.append(resident())
        kept.extend(blocks[::100])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    memory.give_back()
    assert full[0] - resident() > 0.8 * BLOCK * BLOCKS
