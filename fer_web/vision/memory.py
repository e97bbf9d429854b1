"""What a step remembers of each person, bounded: whoever left is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Who has not been seen for this long is forgotten.
KEEP_S = 35.0


class PerTrack(Generic[T]):
    """One value per track id; those not asked for during `keep_s` seconds of the stream's time are dropped."""

    def __init__(self, make: Callable[[], T], keep_s: float = KEEP_S) -> None:
        self._make, self._keep_s = make, keep_s
        self._values: dict[int, tuple[float, T]] = {}

    def get(self, track: int, time_s: float) -> T:
        """The value of a track, made anew for a newcomer."""
        value = self._values[track][1] if track in self._values else self._make()
        self._values[track] = (time_s, value)
        if len(self._values) > 1:
            self._forget(time_s)
        return value

    def __len__(self) -> int:
        return len(self._values)

    def _forget(self, now_s: float) -> None:
        gone = [track for track, (seen_s, _) in self._values.items() if now_s - seen_s > self._keep_s]
        for track in gone:
            del self._values[track]
