"""Measuring and limiting how often something happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

# A change of speed shows to 90 % after about 20 frames.
SMOOTHING = 0.1
# A longer gap is an interruption, not a slow source.
INTERRUPTION_S = 5.0
COMPLAINT_EVERY_S = 10.0


class Rate:
    """How often `tick` is called, per second, smoothed; belongs to one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s: float | None = None
        self._interval_s: float | None = None

    def tick(self) -> float:
        """Count one more and answer the rate; 0 before there are two."""
        now_s = self._clock()
        interval_s = None if self._last_s is None else max(now_s - self._last_s, 1e-6)
        if interval_s is not None and interval_s < INTERRUPTION_S:
            before_s = interval_s if self._interval_s is None else self._interval_s
            self._interval_s = before_s + SMOOTHING * (interval_s - before_s)
        self._last_s = now_s
        return 0.0 if self._interval_s is None else 1 / self._interval_s


class Limiter:
    """Lets at most `per_s` a second pass, on average also when what comes is not a multiple of that."""

    def __init__(self, per_s: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = 0.0 if per_s is None else 1 / per_s
        self._clock = clock
        self._due_s = float("-inf")

    def passes(self) -> bool:
        """Whether one more may pass now."""
        now_s = self._clock()
        late_s = now_s - self._due_s
        if late_s < 0:
            return False
        self._due_s = (self._due_s if late_s < self._interval_s else now_s) + self._interval_s
        return True


class Complaints:
    """Logs a failure that may come with every frame once in a while; belongs to one thread."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._quiet_until_s = float("-inf")
        self._unsaid = 0

    def about(self, what: str, error: Exception) -> None:
        """Log `error` with its traceback, or count it if the last one was logged less than 10 s ago."""
        now_s = self._clock()
        if now_s < self._quiet_until_s:
            self._unsaid += 1
            return
        more = f" ({self._unsaid} more since the last report)" if self._unsaid else ""
        self._log.error("%s failed%s", what, more, exc_info=error)
        self._quiet_until_s, self._unsaid = now_s + COMPLAINT_EVERY_S, 0
