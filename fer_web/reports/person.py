"""One person of a recording, added up as their readings come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from fer_web.core import Emotion, Reading
from fer_web.reports.baseline import Baseline, BaselineSearch
from fer_web.reports.behavior import Behavior, BehaviorSearch, HeadMotion
from fer_web.reports.bins import Bins, Sums
from fer_web.reports.measures import READ_SCORES, WIDTH, Column, balance_of, rates_of, shown
from fer_web.reports.sections import SectionSums
from fer_web.reports.stretches import MOST_STRETCHES, SUSTAINED_S, Stretch, Stretches, joined
from fer_web.reports.timeline import Timeline
from fer_web.reports.totals import LEAST_FOR_RATE_S, Totals

# Entry and exit: the first and the last so many seconds that could be read.
ENDS_S = 5.0
# What readings count, and where it is added up.
COUNTED = {"blink_count": Column.BLINKS, "nod_count": Column.NODS, "shake_count": Column.SHAKES}
counts_of: Callable[[Reading], tuple[int | None, ...]] = attrgetter(*COUNTED)


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One track from when it was first seen to when it was last seen.

    `sustained` are expressions that were shown for `shortest_sustained_s` or longer; `changes` counts from one to the
    next. `entry` and `exit` are the mean balance (positive minus negative) of the first and the last seconds, None when
    there are too few to tell them apart. `sections` are the person's part of the summary's, `markers` counts those that
    fall into the time from first to last.
    """

    track_id: int
    first_s: float
    last_s: float
    totals: Totals
    timeline: Timeline
    sustained: tuple[Stretch[Emotion], ...]
    shortest_sustained_s: float
    changes: int
    behavior: Behavior
    baseline: Baseline | None
    entry: float | None
    exit: float | None
    sections: tuple[Totals, ...] = ()
    markers: int = 0

    @property
    def changes_per_min(self) -> float | None:
        """Over the time seen."""
        seen_s = self.totals.seen_s
        return 60 * self.changes / seen_s if seen_s >= LEAST_FOR_RATE_S else None

    @property
    def relative(self) -> tuple[float, ...] | None:
        """The mean scores minus the baseline's."""
        if self.baseline is None or self.totals.scores is None:
            return None
        return tuple(mean - base for mean, base in zip(self.totals.scores, self.baseline.scores, strict=True))


# Told of stretches of time: from, to (n,), and what they add per second (n, WIDTH).
Listener = Callable[[Sums, Sums, Sums], None]
# Readings are added up by so many at once, which takes less than half of the time; by up to twice as many, so that a
# time of shut eyes is seen as a whole.
BATCH = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pass knows of its recording: how long a picture stands and a gap is, the markers' times, the pictures'
    width (0: not known), when its calm seconds begin and end, if it has some, and how many stretches of one kind are
    kept of a person."""

    step_s: float
    gap_s: float
    cuts: Sequence[float] = ()
    width: int = 0
    calm: tuple[float, float] | None = None
    most_stretches: int = MOST_STRETCHES


class PersonSums:
    """What is known of a person so far. A reading is added when the next one says how long it stood.

    It stands until the person's next reading. Is that more than `gap_s` away, or the reading the last one, then it
    stands for `step_s`, the time of one picture. `plan` is the recording's; `tell` hears of every stretch.
    """

    def __init__(self, reading: Reading, plan: Plan, tell: Listener) -> None:
        self.track_id = reading.track_id
        self.first_s = self.last_s = self.end_s = reading.time_s
        self.seen_s = 0.0
        self._plan, self._tell = plan, tell
        self._bins = Bins(WIDTH, start_s=reading.time_s)
        self._sections = SectionSums(plan.cuts)
        self._sustained: Stretches[Emotion] = Stretches(SUSTAINED_S, plan.most_stretches)
        self._baseline = BaselineSearch(plan.calm)
        self._behavior = BehaviorSearch(plan.width, plan.calm and plan.calm[1], plan.most_stretches)
        self._motion = HeadMotion()
        self._waiting: Reading | None = reading
        self._counts = counts_of(reading)
        self._batch: list[Reading] = []
        self._ends_s: list[float] = []
        self._moved: list[bool | None] = []

    def add(self, reading: Reading) -> dict[Column, int]:
        """The person's next reading; answers what was counted since the last one.

        Counters count since the person came; one that falls was begun anew.
        """
        self._stand_until(reading.time_s)
        self._waiting, self.last_s = reading, reading.time_s
        before, self._counts = self._counts, counts_of(reading)
        if before == self._counts:
            return {}
        rises = map(_rise, before, self._counts)
        fresh = {column: rise for column, rise in zip(COUNTED.values(), rises, strict=True) if rise}
        for column, rise in fresh.items():
            self._bins.count(reading.time_s, column, rise)
            self._sections.count(reading.time_s, column, rise)
        return fresh

    def settle(self) -> None:
        """The last reading has no next one, or none soon."""
        self._stand_until(None)
        self._add_up()

    def person(self) -> PersonSummary:
        """The whole; call it when no reading comes any more."""
        self.settle()
        self._sustained.finish()
        entry, leaving = _ends(self._bins)
        return PersonSummary(
            self.track_id,
            self.first_s,
            self.end_s,
            Totals.of(self._bins.rows.sum(axis=0)),
            Timeline.of(self._bins),
            tuple(self._sustained.kept),
            self._sustained.shortest_s,
            self._sustained.changes,
            self._behavior.found(),
            self._baseline.found,
            entry,
            leaving,
            self._sections.totals(),
            sum(self.first_s <= time_s <= self.end_s for time_s in self._plan.cuts),
        )

    def _stand_until(self, next_s: float | None) -> None:
        reading, self._waiting = self._waiting, None
        if reading is None:
            return
        start_s = reading.time_s
        is_joined = next_s is not None and next_s - start_s <= self._plan.gap_s
        end_s = next_s if next_s is not None and is_joined else start_s + self._plan.step_s
        self.end_s = end_s
        self.seen_s += end_s - start_s
        self._batch.append(reading)
        self._ends_s.append(end_s)
        self._moved.append(self._motion.take(reading))
        if len(self._batch) >= (2 * BATCH if reading.eyes_open is False else BATCH):
            self._add_up()

    def _add_up(self) -> None:
        if not self._batch:
            return
        batch, ends_s, moved = self._batch, self._ends_s, self._moved
        self._batch, self._ends_s, self._moved = [], [], []
        starts_s, rates = [one.time_s for one in batch], rates_of(batch, ends_s, moved)
        for start_s, end_s, emotion in joined(starts_s, ends_s, shown(rates)):
            self._sustained.add(start_s, end_s, emotion)
        for one, end_s in zip(batch, ends_s, strict=True):
            self._baseline.add(one.time_s, end_s, one)
        self._behavior.add(batch, ends_s)
        stretches = np.array(starts_s), np.array(ends_s), rates
        self._bins.add(*stretches)
        self._sections.add(*stretches)
        self._tell(*stretches)


def _rise(before: int | None, count: int | None) -> int:
    """How much a counter has risen; None: it is not kept."""
    known = count or 0
    return known - (before or 0) if known >= (before or 0) else known


def _ends(bins: Bins) -> tuple[float | None, float | None]:
    """The balance over the bins that hold the first and the last ENDS_S seconds that could be read."""
    rows = bins.rows
    read_s = rows[:, Column.SEEN] - rows[:, Column.UNREADABLE]
    first, last = _count_until(read_s), _count_until(read_s[::-1])
    if first is None or last is None or first + last > len(rows):
        return None, None
    return _balance(rows[:first]), _balance(rows[len(rows) - last :])


def _count_until(read_s: Sums) -> int | None:
    """How many bins it takes from the beginning until ENDS_S are together."""
    total = read_s.cumsum()
    if not len(total) or total[-1] < ENDS_S:
        return None
    return int((total < ENDS_S).sum()) + 1


def _balance(rows: Sums) -> float:
    sums = rows.sum(axis=0)
    return balance_of(tuple((sums[READ_SCORES] / (sums[Column.SEEN] - sums[Column.UNREADABLE])).tolist()))
