"""What is usual for one person's eyes: how open they are, and how much the measurement trembles."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque

# The open level is renewed this often, so that its memory does not depend on the frame rate.
OPEN_EVERY_S = 0.1
# Until this much has been seen of a person, their open level is a guess.
KNOWN_AFTER_S = 1.0
# Steps remembered for the jitter: 3 s at 30 frames/s; fewer than the least say nothing.
MOST_STEPS, LEAST_STEPS = 90, 12


class OpenLevel:
    """The ratio of one person's open eyes: a percentile over a sliding window, in bounded memory.

    A level that lasts for most of the window becomes the new normal: eyes that stay shut for 24 s of 30, too.
    """

    def __init__(self, percentile: float, window_s: float) -> None:
        self._share, self._window_s = percentile / 100, window_s
        self._seen: deque[tuple[float, float]] = deque(maxlen=math.ceil(window_s / OPEN_EVERY_S) + 2)
        self._ordered: list[float] = []
        self._since_s = math.inf
        self.value = math.nan  # before the first sample

    def add(self, time_s: float, ear: float) -> None:
        """Takes a sample when one is due."""
        if self._seen and time_s - self._seen[-1][0] < OPEN_EVERY_S - 1e-6:
            return
        self._since_s = min(self._since_s, time_s)
        if len(self._seen) == self._seen.maxlen:
            self._drop_oldest()
        self._seen.append((time_s, ear))
        insort(self._ordered, ear)
        while time_s - self._seen[0][0] > self._window_s:
            self._drop_oldest()
        self.value = self._ordered[math.ceil(self._share * (len(self._ordered) - 1))]

    def _drop_oldest(self) -> None:
        del self._ordered[bisect_left(self._ordered, self._seen.popleft()[1])]

    def is_known(self, time_s: float) -> bool:
        return time_s - self._since_s >= KNOWN_AFTER_S


class Jitter:
    """The usual step from one sample to the next: their median, which blinks are too rare to move."""

    def __init__(self) -> None:
        self._steps: deque[float] = deque(maxlen=MOST_STEPS)

    def add(self, step: float) -> None:
        self._steps.append(abs(step))

    @property
    def is_known(self) -> bool:
        return len(self._steps) >= LEAST_STEPS

    @property
    def value(self) -> float:
        """0 until there are enough steps."""
        return sorted(self._steps)[len(self._steps) // 2] if self.is_known else 0.0
