"""Places for work that needs much memory, so that any number of uploads fits into it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from fer_web.errors import BusyError


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
                    raise BusyError("the service is busy with other pictures; try again in a few seconds")
            self._free -= units
