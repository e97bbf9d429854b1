"""Recordings at the speed at which they were recorded."""

from __future__ import annotations

import threading
import time

# A slide show's pause is no stall, and a broken time stamp no reason to wait for an hour.
_LONGEST_WAIT_S = 1.0
# A shorter delay is caught up with, a longer one (the reader was busy) is forgotten.
_LONGEST_DELAY_S = 0.25


class Pace:
    """Holds each picture back until it is due; For one thread."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._start_s: float | None = None

    def wait_until(self, time_s: float) -> None:
        """Return at `time_s` on the recording's clock, which started with the first call, or when `stop` is set."""
        now_s = time.monotonic()
        if self._start_s is None:
            self._start_s = now_s - time_s
        early_s = self._start_s + time_s - now_s
        if early_s > 0:
            self._stop.wait(min(early_s, _LONGEST_WAIT_S))
        if not -_LONGEST_DELAY_S <= early_s <= _LONGEST_WAIT_S:
            self._start_s = time.monotonic() - time_s
