"""Threads that stay between calls: to start them costs as much as a short course.

A pool is lent to one caller at a time; who asks meanwhile gets another, so that nobody
waits behind somebody else's ensemble and the system shares the processor out.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

# By how many threads they have.  A list gives each of its pools to one thread only.
_idle: dict[int, list[ThreadPoolExecutor]] = {}


@contextmanager
def kept_threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of so many threads, for this caller until the block ends.

    What is still running then goes on; the pool's next borrower waits for it.
    """
    idle = _idle.setdefault(number, [])
    try:
        pool = idle.pop()
    except IndexError:
        pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        idle.append(pool)


# Threads do not live on in a forked copy of the process.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)
