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

    def add(self, start_s: float, end_s: float, rates: Sums) -> None:
        """Add `rates` (columns), given per second, over a stretch of time; it may lie in several bins."""
        while start_s < end_s:
            row = self._row_at(start_s)
            edge_s = (self.first + row + 1) * self.width_s
            stop_s = min(edge_s, end_s)
            self._rows[row] += rates * (stop_s - start_s)
            start_s = stop_s

    def count(self, time_s: float, column: int, amount: float) -> None:
        """Add something that happened at one moment."""
        row = self._row_at(time_s)
        self._rows[row, column] += amount

    def _row_at(self, time_s: float) -> int:
        row = math.floor(time_s / self.width_s) - self.first
        while row >= self._most:
            self._merge()
            row = math.floor(time_s / self.width_s) - self.first
        while row >= len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._used = max(self._used, row + 1)
        return row

    def _merge(self) -> None:
        first = self.first // 2
        merged = np.zeros_like(self._rows)
        np.add.at(merged, (self.first + np.arange(self._used)) // 2 - first, self.rows)
        self._used = (self.first + self._used - 1) // 2 - first + 1 if self._used else 0
        self._rows, self.first, self.width_s = merged, first, self.width_s * 2
