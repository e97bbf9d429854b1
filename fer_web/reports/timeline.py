"""One course over time, from sums in bins: smoothed scores with gaps, and what the eyes did in a sliding minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.reports.bins import Bins, Sums
from fer_web.reports.measures import BLINKS, CERTAIN, JUDGED, SCORES, SEEN, SHUT

State: TypeAlias = Literal["certain", "uncertain", "away"]
Row: TypeAlias = tuple[float, ...]

# A bin shows what fills at least this share of it.
LEAST_SHARE = 0.25
# Each point is the mean over this long on either side, never across a gap.
SMOOTH_S = 1.0
# As PERCLOS is defined, see docs/reports.md; a minute of which less than half could be judged has no value.
WINDOW_S = 60.0
LEAST_JUDGED_S = 30.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A value for each bin of `bin_s` seconds, the first of which begins at `start_s`.

    `states` says whether there is a certain expression, only an uncertain one, or nobody. `scores` are the seven where
    it is certain, else None. `blinks_per_min` and `perclos` look back over `window_s` from the bin's end; None where
    the eyes could be judged for too little of it.
    """

    start_s: float
    bin_s: float
    states: tuple[State, ...]
    scores: tuple[Row | None, ...]
    window_s: float
    blinks_per_min: tuple[float | None, ...]
    perclos: tuple[float | None, ...]

    @property
    def end_s(self) -> float:
        return self.start_s + self.bin_s * len(self.states)

    @classmethod
    def of(cls, bins: Bins) -> Timeline:
        rows = bins.rows
        is_certain = rows[:, CERTAIN] >= LEAST_SHARE * bins.width_s
        is_seen = rows[:, SEEN] >= LEAST_SHARE * bins.width_s
        size = max(1, round(WINDOW_S / bins.width_s))
        judged_s, shut_s, blinks = (_last(rows[:, column], size) for column in (JUDGED, SHUT, BLINKS))
        return cls(
            bins.start_s,
            bins.width_s,
            tuple(map(_state, is_certain.tolist(), is_seen.tolist())),
            smoothed(bins),
            size * bins.width_s,
            _ratios(60 * blinks, judged_s),
            _ratios(shut_s, judged_s),
        )


def _state(is_certain: bool, is_seen: bool) -> State:
    return "certain" if is_certain else "uncertain" if is_seen else "away"


def smoothed(bins: Bins, reach_s: float = SMOOTH_S) -> tuple[Row | None, ...]:
    """Time-weighted means of the scores over `reach_s` on either side, each run of certain bins by itself; None for the
    other bins."""
    rows, reach = bins.rows, int(reach_s / bins.width_s)
    points: list[Row | None] = [None] * len(rows)
    for start, end in runs(rows[:, CERTAIN] >= LEAST_SHARE * bins.width_s):
        for index in range(start, end):
            near = rows[max(start, index - reach) : min(end, index + reach + 1)].sum(axis=0)
            points[index] = tuple((near[SCORES] / near[CERTAIN]).tolist())
    return tuple(points)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where flags are up: (first, one past the last) of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _last(values: Sums, size: int) -> Sums:
    """The sum over each bin and the `size` - 1 before it."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    return np.asarray(total[ends] - total[np.maximum(0, ends - size)], np.float64)


def _ratios(parts: Sums, judged_s: Sums) -> tuple[float | None, ...]:
    return tuple(
        max(0.0, part) / judged if judged >= LEAST_JUDGED_S else None
        for part, judged in zip(parts.tolist(), judged_s.tolist(), strict=True)
    )
