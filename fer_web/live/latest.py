"""A one-place mailbox: the newest value, for any number of readers."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """A writer replaces the value and never waits; a slow reader skips to the present.

    Every value has a serial number, from 1 on, by which a reader says what it has seen. Any thread may call anything;
    the condition guards all fields.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._serial = 0
        self._newest: tuple[int, T] | None = None
        self._is_closed = False

    def put(self, value: T) -> None:
        """Replace the value and wake everybody who waits; a closed mailbox drops it."""
        with self._changed:
            if not self._is_closed:
                self._serial += 1
                self._newest = (self._serial, value)
                self._changed.notify_all()

    def forget(self) -> None:
        """Hand out what was put so far to nobody any more: readers wait for the next value."""
        with self._changed:
            self._newest = None

    @property
    def newest(self) -> T | None:
        """The newest value, seen or not; None while there is none."""
        newest = self._newest
        return None if newest is None else newest[1]

    def close(self) -> None:
        """Take no more values; readers still get the last one if they have not seen it."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def wait(self, after: int = 0, timeout_s: float | None = None) -> tuple[int, T] | None:
        """The newest value and its serial as soon as that is above `after`; None after the time-out or the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._after(after) is not None or self._is_closed, timeout_s)
            return self._after(after)

    def follow(self, silence_s: float | None = None) -> Iterator[T | None]:
        """Newest values until the mailbox is closed and its last one seen; None after every `silence_s` without one."""
        seen = 0
        while True:
            got = self.wait(seen, silence_s)
            if got is not None:
                seen = got[0]
                yield got[1]
            elif not self._is_over(seen):
                yield None
            else:
                return

    def _after(self, seen: int) -> tuple[int, T] | None:
        return self._newest if self._newest is not None and self._newest[0] > seen else None

    def _is_over(self, seen: int) -> bool:
        with self._changed:
            return self._is_closed and self._after(seen) is None
