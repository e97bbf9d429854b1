"""Sums over time in a bounded number of equal bins."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sums: TypeAlias = NDArray[np.float64]

# Powers of two have no rounding: an edge is the same number however it is computed.
FIRST_WIDTH_S = 0.25
# Three minutes at the first width; ten hours have 563 bins of 64 s.
MOST_BINS = 720


class Bins:
    """Rows of sums, each over `width_s` seconds; row 0 begins at `first` times the width.

    As soon as more than `most` would be needed, neighbors merge and the width doubles. Times come about in order: none
    lies before the first row.
    """

    def __init__(self, columns: int, *, start_s: float = 0.0, most: int = MOST_BINS) -> None:
        self.width_s = FIRST_WIDTH_S
        self.first = math.floor(start_s / FIRST_WIDTH_S)
        self._most = most
        self._rows: Sums = np.zeros((8, columns))
        self._used = 0

    @property
    def rows(self) -> Sums:
        """(n, columns)"""
        return self._rows[: self._used]

    @property
    def start_s(self) -> float:
        return self.first * self.width_s

    def add(self, starts_s: Sums, ends_s: Sums, rates: Sums) -> None:
        """Add `rates` (n, columns), given per second, over n stretches of time; each may lie in several bins."""
        while len(starts_s):
            self._make_room(float(starts_s.max()))
            rows = np.floor(starts_s / self.width_s).astype(np.int64) - self.first
            stops_s = np.minimum((self.first + rows + 1) * self.width_s, ends_s)
            np.add.at(self._rows, rows, rates * (stops_s - starts_s)[:, None])
            go_on = stops_s < ends_s
            starts_s, ends_s, rates = stops_s[go_on], ends_s[go_on], rates[go_on]

    def count(self, time_s: float, column: int, amount: float) -> None:
        """Add something that happened at one moment."""
        self._make_room(time_s)
        self._rows[math.floor(time_s / self.width_s) - self.first, column] += amount

    def _make_room(self, time_s: float) -> None:
        while (row := math.floor(time_s / self.width_s) - self.first) >= self._most:
            self._merge()
        while row >= len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._used = max(self._used, row + 1)

    def _merge(self) -> None:
        first = self.first // 2
        merged = np.zeros_like(self._rows)
        np.add.at(merged, (self.first + np.arange(self._used)) // 2 - first, self.rows)
        self._used = (self.first + self._used - 1) // 2 - first + 1 if self._used else 0
        self._rows, self.first, self.width_s = merged, first, self.width_s * 2
