"""One task in one recording: how long, how it ended, and what the face showed, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fer_web.core.proportion import Estimate, mean_of, wilson
from fer_web.core.studies import TaskTimes
from fer_web.reports.bins import Sums
from fer_web.reports.task_series import READABLE, TASK_MEASURES, FaceSeries, TaskMeasure

# Readings that are close in time say the same again: each block of this many seconds counts as one observation.
BLOCK_S = 5.0
# A block counts that is known for half of it; with fewer blocks than this there is no interval.
LEAST_KNOWN = 0.5
LEAST_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class TaskMean:
    """A measure's mean over a task; `estimate` is the same with its interval, None of too little time."""

    value: float
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class TaskCell:
    """A task that was begun and ended. `readable` is the share of its time with a readable face; `means` are by the
    measures' names, without those that are not known."""

    start_s: float
    duration_s: float
    success: bool | None
    readable: float
    means: Mapping[str, TaskMean]
    series: FaceSeries

    @classmethod
    def of(cls, series: FaceSeries, times: TaskTimes) -> TaskCell | None:
        """None of a task that was not begun, or has not ended."""
        if times.span is None or times.span[1] <= times.span[0]:
            return None
        start_s, stop_s = times.span
        whole, known_s = series.sums(np.array([start_s, stop_s]))
        blocks = _blocks(series, start_s, stop_s)
        means = {name: _mean(one, whole[0], known_s[0], blocks) for name, one in TASK_MEASURES.items()}
        return cls(
            start_s,
            stop_s - start_s,
            times.success,
            min(1.0, float(whole[0, READABLE]) / (stop_s - start_s)),
            {name: mean for name, mean in means.items() if mean is not None},
            series,
        )

    def courses(self, bin_s: float) -> list[list[float | None]]:
        """Each measure's mean in every `bin_s` seconds from the task's start on; None where too little is known."""
        count = max(1, int(np.ceil(self.duration_s / bin_s - 1e-9)))
        edges_s = self.start_s + np.minimum(bin_s * np.arange(count + 1, dtype=np.float64), self.duration_s)
        columns = [one.column for one in TASK_MEASURES.values()]
        means = _means(*self.series.sums(edges_s), np.diff(edges_s)[:, None])
        return [[None if np.isnan(value) else float(value) for value in means[:, column]] for column in columns]


def _blocks(series: FaceSeries, start_s: float, stop_s: float) -> Sums:
    """The means of all whole blocks, (n, WIDTH); NaN of those that are hardly known."""
    count = int((stop_s - start_s) / BLOCK_S + 1e-9)
    if not count:
        return np.zeros((0, READABLE + 1))
    edges_s = start_s + BLOCK_S * np.arange(count + 1, dtype=np.float64)
    return _means(*series.sums(edges_s), np.full((count, 1), BLOCK_S))


def _means(sums: Sums, known_s: Sums, lengths_s: Sums) -> Sums:
    is_known = known_s >= LEAST_KNOWN * lengths_s - 1e-9
    return np.where(is_known, sums / np.where(is_known, known_s, 1), np.nan)


def _mean(measure: TaskMeasure, whole: Sums, known_s: Sums, blocks: Sums) -> TaskMean | None:
    place = measure.column
    if known_s[place] <= 0:
        return None
    values = [float(value) for value in blocks[:, place] if not np.isnan(value)]
    if len(values) < LEAST_BLOCKS:
        return TaskMean(float(whole[place] / known_s[place]), None)
    estimate = wilson(sum(values), len(values)) if measure.is_share else mean_of(values)
    return TaskMean(estimate.value, estimate)
