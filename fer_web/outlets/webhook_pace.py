"""How often a webhook may be called, and how long to wait before it is called again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

MINUTE_S = 60.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# A place may ask for a longer pause than ours, but not for any.
MOST_ASKED_S = 600.0


class MinuteLimit:
    """At most `per_minute` in any minute; belongs to one thread."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=per_minute)

    def pause_s(self) -> float:
        """How long to wait before the next one."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(0.0, self._times[0] + MINUTE_S - self._clock())

    def count(self) -> None:
        self._times.append(self._clock())


def pause_after(attempt: int, retry_after: str, now: Callable[[], datetime] | None = None) -> float:
    """How long to wait after a failed attempt, the first being 1: twice as long each time, or as the answer asks."""
    asked_s = _asked_s(retry_after.strip(), now or (lambda: datetime.now(timezone.utc)))
    grown_s = min(FIRST_PAUSE_S * 2 ** (attempt - 1), LONGEST_PAUSE_S)
    return grown_s if asked_s is None else min(max(asked_s, 0.0), MOST_ASKED_S)


def _asked_s(text: str, now: Callable[[], datetime]) -> float | None:
    """The seconds of a Retry-After: a number of them, or a date (RFC 9110, 10.2.3)."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return (parsedate_to_datetime(text) - now()).total_seconds()
    except (TypeError, ValueError):
        return None
