"""One person of a recording, added up as their readings come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fer_web.core import Reading
from fer_web.reports.baseline import Baseline, BaselineSearch
from fer_web.reports.bins import Bins, Sums
from fer_web.reports.measures import BLINKS, CERTAIN, SCORES, WIDTH, Totals, balance_of, rates_of
from fer_web.reports.sections import SectionSums
from fer_web.reports.spells import Spell, Spells
from fer_web.reports.timeline import Timeline

# Entry and exit: the first and the last so many certain seconds.
ENDS_S = 5.0


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One track from when it was first seen to when it was last seen.

    `shortest_spell_s` is the least length of a spell; `changes` counts from one spell to the next. `entry` and `exit`
    are the mean balance (positive minus negative) of the first and the last certain seconds, None when there are too
    few to tell them apart. `sections` are the person's part of the summary's, `markers` counts those that fall into
    the time from first to last.
    """

    track_id: int
    first_s: float
    last_s: float
    totals: Totals
    timeline: Timeline
    spells: tuple[Spell, ...]
    shortest_spell_s: float
    changes: int
    baseline: Baseline | None
    entry: float | None
    exit: float | None
    sections: tuple[Totals, ...] = ()
    markers: int = 0

    @property
    def changes_per_min(self) -> float | None:
        """Over the certain time."""
        return 60 * self.changes / self.totals.certain_s if self.totals.certain_s >= 10 else None

    @property
    def relative(self) -> tuple[float, ...] | None:
        """The mean scores minus the baseline's."""
        if self.baseline is None or self.totals.scores is None:
            return None
        return tuple(mean - base for mean, base in zip(self.totals.scores, self.baseline.scores, strict=True))


# Told of stretches of time: from, to (n,), and what they add per second (n, WIDTH).
Listener = Callable[[Sums, Sums, Sums], None]
# Readings are added up by so many at once, which takes less than half of the time; by up to twice as many, so that a
# spell of shut eyes is seen as a whole.
BATCH = 256


class PersonSums:
    """What is known of a person so far. A reading is added when the next one says how long it stood.

    It stands until the person's next reading. Is that more than `gap_s` away, or the reading the last one, then it
    stands for `step_s`, the time of one picture. `cuts` are the markers' times; `tell` hears of every stretch.
    """

    def __init__(self, reading: Reading, step_s: float, gap_s: float, cuts: Sequence[float], tell: Listener) -> None:
        self.track_id = reading.track_id
        self.first_s = self.last_s = self.end_s = reading.time_s
        self.seen_s = 0.0
        self._step_s, self._gap_s, self._tell = step_s, gap_s, tell
        self._bins = Bins(WIDTH, start_s=reading.time_s)
        self._cuts = cuts
        self._sections = SectionSums(cuts)
        self._spells = Spells()
        self._search = BaselineSearch()
        self._waiting: Reading | None = reading
        self._blinks = reading.blink_count
        self._batch: list[Reading] = []
        self._ends_s: list[float] = []

    def add(self, reading: Reading) -> int:
        """The person's next reading; answers how many blinks were counted since the last one.

        Counters count since the person came; one that falls was begun anew.
        """
        self._stand_until(reading.time_s)
        self._waiting, self.last_s = reading, reading.time_s
        fresh = reading.blink_count - self._blinks if reading.blink_count >= self._blinks else reading.blink_count
        self._blinks = reading.blink_count
        if fresh:
            self._bins.count(reading.time_s, BLINKS, fresh)
            self._sections.count_blinks(reading.time_s, fresh)
        return fresh

    def settle(self) -> None:
        """The last reading has no next one, or none soon."""
        self._stand_until(None)
        self._add_up()

    def person(self) -> PersonSummary:
        """The whole; call it when no reading comes any more."""
        self.settle()
        self._spells.finish()
        entry, leaving = _ends(self._bins)
        return PersonSummary(
            self.track_id,
            self.first_s,
            self.end_s,
            Totals.of(self._bins.rows.sum(axis=0)),
            Timeline.of(self._bins),
            tuple(self._spells.kept),
            self._spells.shortest_s,
            self._spells.changes,
            self._search.found,
            entry,
            leaving,
            self._sections.totals(),
            sum(self.first_s <= time_s <= self.end_s for time_s in self._cuts),
        )

    def _stand_until(self, next_s: float | None) -> None:
        reading, self._waiting = self._waiting, None
        if reading is None:
            return
        start_s = reading.time_s
        is_joined = next_s is not None and next_s - start_s <= self._gap_s
        end_s = next_s if next_s is not None and is_joined else start_s + self._step_s
        self.end_s = end_s
        self.seen_s += end_s - start_s
        self._batch.append(reading)
        self._ends_s.append(end_s)
        if len(self._batch) >= (2 * BATCH if reading.eyes_open is False else BATCH):
            self._add_up()

    def _add_up(self) -> None:
        if not self._batch:
            return
        batch, ends_s = self._batch, self._ends_s
        self._batch, self._ends_s = [], []
        for one, end_s in zip(batch, ends_s, strict=True):
            self._spells.add(one.time_s, end_s, None if one.uncertain else one.dominant_emotion)
            self._search.add(one.time_s, end_s, one)
        stretches = np.array([one.time_s for one in batch]), np.array(ends_s), rates_of(batch, ends_s)
        self._bins.add(*stretches)
        self._sections.add(*stretches)
        self._tell(*stretches)


def _ends(bins: Bins) -> tuple[float | None, float | None]:
    """The balance over the bins that hold the first and the last ENDS_S certain seconds."""
    rows = bins.rows
    first, last = _count_until(rows[:, CERTAIN]), _count_until(rows[::-1, CERTAIN])
    if first is None or last is None or first + last > len(rows):
        return None, None
    return _balance(rows[:first]), _balance(rows[len(rows) - last :])


def _count_until(certain_s: Sums) -> int | None:
    """How many bins it takes from the beginning until ENDS_S are together."""
    total = certain_s.cumsum()
    if not len(total) or total[-1] < ENDS_S:
        return None
    return int((total < ENDS_S).sum()) + 1


def _balance(rows: Sums) -> float:
    sums = rows.sum(axis=0)
    return balance_of(tuple((sums[SCORES] / sums[CERTAIN]).tolist()))
