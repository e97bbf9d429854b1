"""Places for work that needs much memory, so that any number of uploads fits into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

from fer_web.errors import BusyError

T = TypeVar("T")


class Room:
    """`size` units that are taken for a while and given back; any thread may ask, one condition guards the count.

    Whoever finds no room waits `wait_s` at most and then gets BusyError.
    """

    def __init__(self, size: int, wait_s: float) -> None:
        self._size = size
        self._wait_s = wait_s
        self._free = size
        self._changed = Condition()

    @property
    def free(self) -> int:
        return self._free

    @contextmanager
    def taken(self, units: int = 1) -> Iterator[None]:
        """Hold `units`, all of them when it wants more than there are."""
        units = min(units, self._size)
        self._take(units)
        try:
            yield
        finally:
            with self._changed:
                self._free += units
                self._changed.notify_all()

    def _take(self, units: int) -> None:
        limit_s = time.monotonic() + self._wait_s
        with self._changed:
            while self._free < units:
                left_s = limit_s - time.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    raise BusyError("the service is busy with other images; try again in a few seconds")
            self._free -= units


class ImagePool:
    """A few threads that do the heavy work of all requests, in the room of as many units.

    Not done in the requests' own threads: the allocator keeps what a thread gave back for that thread, and 50 of them
    that had a large picture each would hold gigabytes.
    """

    def __init__(self, count: int, wait_s: float) -> None:
        self._room = Room(count, wait_s)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="picture")

    def run(self, work: Callable[[], T]) -> T:
        """What `work` answers or raises; BusyError when no thread is free for too long."""
        with self._room.taken():
            return self._threads.submit(work).result()

    def close(self) -> None:
        """Let the threads end when they have done what they are doing; nothing can be run afterwards."""
        self._threads.shutdown(wait=False)
