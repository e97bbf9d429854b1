"""One person over time, from sums in bins: what was shown, smoothed scores, and what eyes and head did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.reports.bins import Bins, Sums
from fer_web.reports.measures import SCORES, SHOWN, Column

State: TypeAlias = Literal["certain", "uncertain", "away"]
Row: TypeAlias = tuple[float, ...]

# What a bin shows besides the seven expressions.
MIXED, UNREADABLE = "mixed", "unreadable"
SHOWN_NAMES = (*(str(emotion) for emotion in Emotion), MIXED, UNREADABLE)
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

    `states` says whether there is a certain answer, only uncertain ones, or nobody. `shown` names what was shown for
    longest: an expression, "mixed" or "unreadable"; `scores` are the seven. Both are None while nobody is there.
    `looked` and `faced` say whether the person looked at the camera and faced it, None where that is not known.
    `blinks`, `nods` and `shakes` count. `blinks_per_min` and `perclos` look back over `window_s` from the bin's end;
    None before a whole window was seen, and where the eyes could be judged for too little of it.
    """

    start_s: float
    bin_s: float
    states: tuple[State, ...]
    shown: tuple[str | None, ...]
    scores: tuple[Row | None, ...]
    looked: tuple[bool | None, ...]
    faced: tuple[bool | None, ...]
    blinks: tuple[int, ...]
    nods: tuple[int, ...]
    shakes: tuple[int, ...]
    window_s: float
    blinks_per_min: tuple[float | None, ...]
    perclos: tuple[float | None, ...]

    @property
    def end_s(self) -> float:
        return self.start_s + self.bin_s * len(self.states)

    def time_of(self, place: int) -> float:
        """When a bin begins."""
        return self.start_s + place * self.bin_s

    def first_s(self, counts: Sequence[int]) -> float | None:
        """When something was first counted; None when it never was."""
        return next((self.time_of(place) for place, count in enumerate(counts) if count), None)

    @classmethod
    def of(cls, bins: Bins) -> Timeline:
        rows = bins.rows
        is_certain = rows[:, Column.CERTAIN] >= LEAST_SHARE * bins.width_s
        is_seen = _is_seen(bins)
        size = max(1, round(WINDOW_S / bins.width_s))
        judged_s, shut_s, blinks = (_last(rows[:, one], size) for one in (Column.JUDGED, Column.SHUT, Column.BLINKS))
        judged_s[: size - 1] = 0  # no whole window yet
        counts = (rows[:, one].round().astype(int).tolist() for one in (Column.BLINKS, Column.NODS, Column.SHAKES))
        blinked, nods, shakes = map(tuple, counts)
        return cls(
            start_s=bins.start_s,
            bin_s=bins.width_s,
            states=tuple(map(_state, is_certain.tolist(), is_seen.tolist())),
            shown=_shown(rows, is_seen),
            scores=smoothed(bins),
            looked=_mostly(rows[:, Column.LOOKED], rows[:, Column.GAZED], bins.width_s),
            faced=_mostly(rows[:, Column.FACED], rows[:, Column.POSED], bins.width_s),
            blinks=blinked,
            nods=nods,
            shakes=shakes,
            window_s=size * bins.width_s,
            blinks_per_min=_ratios(60 * blinks, judged_s),
            perclos=_ratios(shut_s, judged_s),
        )


def _state(is_certain: bool, is_seen: bool) -> State:
    return "certain" if is_certain and is_seen else "uncertain" if is_seen else "away"


def _is_seen(bins: Bins) -> NDArray[np.bool_]:
    return np.asarray(bins.rows[:, Column.SEEN] >= LEAST_SHARE * bins.width_s, np.bool_)


def _shown(rows: Sums, is_seen: NDArray[np.bool_]) -> tuple[str | None, ...]:
    parts = np.column_stack([rows[:, SHOWN], rows[:, Column.MIXED], rows[:, Column.UNREADABLE]])
    places = parts.argmax(axis=1).tolist()
    return tuple(SHOWN_NAMES[place] if seen else None for place, seen in zip(places, is_seen.tolist(), strict=True))


def _mostly(parts_s: Sums, known_s: Sums, width_s: float) -> tuple[bool | None, ...]:
    pairs = zip(parts_s.tolist(), known_s.tolist(), strict=True)
    return tuple(2 * part >= known if known >= LEAST_SHARE * width_s else None for part, known in pairs)


def smoothed(bins: Bins, reach_s: float = SMOOTH_S) -> tuple[Row | None, ...]:
    """Time-weighted means of the scores over `reach_s` on either side, each run of bins with somebody by itself; None
    for the other bins."""
    rows, reach = bins.rows, int(reach_s / bins.width_s)
    points: list[Row | None] = [None] * len(rows)
    for start, end in runs(_is_seen(bins)):
        for index in range(start, end):
            near = rows[max(start, index - reach) : min(end, index + reach + 1)].sum(axis=0)
            points[index] = tuple((near[SCORES] / near[Column.SEEN]).tolist())
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
