"""From a series of readings to a summary, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fer_web.core import Marker, Reading, Recording
from fer_web.errors import DataError
from fer_web.reports.bins import Bins, Sums
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.measures import WIDTH, Column
from fer_web.reports.person import PersonSummary, PersonSums, Plan
from fer_web.reports.sections import Section, SectionSums, calm_seconds
from fer_web.reports.stretches import MOST_STRETCHES
from fer_web.reports.totals import LEAST_FOR_RATE_S, Totals

# A person's next reading may be this far away, or three pictures' time, before it is a gap.
GAP_S = 1.0
GAP_PICTURES = 3
# Who is seen for less is counted, but has no section of their own.
LEAST_SEEN_S = 3.0
# Who was seen for less than that, and then not for so long, does not come back: tracks are given up after seconds.
FORGET_S = 60.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a recording says, without its readings.

    `people` were seen for `least_seen_s` or longer, in the order of their coming; `brief` more were not, for
    `brief_s` in all. `everybody` adds all of them up. `sections` are empty without markers, `crowd` is None when fewer
    than two people were seen long enough.
    """

    recording: Recording
    duration_s: float
    readings: int
    people: tuple[PersonSummary, ...]
    brief: int
    brief_s: float
    everybody: Totals
    sections: tuple[Section, ...]
    crowd: GroupSummary | None
    gap_s: float
    least_seen_s: float = LEAST_SEEN_S

    @property
    def headline(self) -> Totals:
        """Of the only person who was seen long enough, else of everybody."""
        return self.people[0].totals if len(self.people) == 1 else self.everybody

    @property
    def changes(self) -> int:
        return sum(person.changes for person in self.people)

    @property
    def changes_per_min(self) -> float | None:
        """Over the time in which the people who have a section were seen."""
        seen_s = sum(person.totals.seen_s for person in self.people)
        return 60 * self.changes / seen_s if seen_s >= LEAST_FOR_RATE_S else None


def summarize(recording: Recording, readings: Iterable[Reading], most_stretches: int = MOST_STRETCHES) -> Summary:
    """Add up the readings of a recording, which come in the order of time.

    One pass; what is kept grows with the number of people, not with the length: `most_stretches` of each kind and
    person, the longest of more. DataError when time goes back.
    """
    sums = _Sums(recording, most_stretches)
    for reading in readings:
        sums.add(reading)
    return sums.summary()


class _Sums:
    """The state of the pass."""

    def __init__(self, recording: Recording, most_stretches: int) -> None:
        self._recording = recording
        self._markers = sorted(recording.markers, key=lambda marker: marker.time_s)
        self._plan = _plan(recording, self._markers, most_stretches)
        self._sections = SectionSums(self._plan.cuts)
        self._people: dict[int, PersonSums] = {}
        self._everybody = Bins(WIDTH)
        self._time_s = 0.0
        self._end_s = 0.0
        self._swept_s = 0.0
        self._readings = 0
        self._at_once = self._most_at_once = 0
        self._brief = 0
        self._brief_s = 0.0

    def add(self, reading: Reading) -> None:
        if reading.time_s < self._time_s:
            raise DataError(f"readings come in the order of time, but {reading.time_s} s follows {self._time_s} s")
        self._at_once = self._at_once + 1 if reading.time_s == self._time_s and self._readings else 1
        self._most_at_once = max(self._most_at_once, self._at_once)
        self._time_s = reading.time_s
        self._readings += 1
        person = self._people.get(reading.track_id)
        if person is None:
            self._people[reading.track_id] = self._newcomer(reading)
        else:
            self._count(reading.time_s, person.add(reading))
        if reading.time_s - self._swept_s > FORGET_S:
            self._sweep(reading.time_s - FORGET_S)
            self._swept_s = reading.time_s

    def summary(self) -> Summary:
        for person in self._people.values():
            person.settle()
        self._sweep(np.inf)
        people = tuple(person.person() for person in self._people.values())
        ended_s = self._recording.duration_s
        duration_s = ended_s if ended_s >= self._time_s and ended_s else self._end_s
        return Summary(
            recording=self._recording,
            duration_s=duration_s,
            readings=self._readings,
            people=people,
            brief=self._brief,
            brief_s=self._brief_s,
            everybody=self._sections.total,
            sections=self._sections.named(self._markers, duration_s),
            crowd=GroupSummary.of(people, self._everybody, self._most_at_once, duration_s) if len(people) > 1 else None,
            gap_s=self._plan.gap_s,
        )

    def _newcomer(self, reading: Reading) -> PersonSums:
        return PersonSums(reading, self._plan, self._hear)

    def _hear(self, starts_s: Sums, ends_s: Sums, rates: Sums) -> None:
        """Stretches of time of anybody."""
        self._end_s = max(self._end_s, float(ends_s.max()))
        self._everybody.add(starts_s, ends_s, rates)
        self._sections.add(starts_s, ends_s, rates)

    def _count(self, time_s: float, rises: dict[Column, int]) -> None:
        for column, rise in rises.items():
            self._everybody.count(time_s, column, rise)
            self._sections.count(time_s, column, rise)

    def _sweep(self, before_s: float) -> None:
        """Count those who were seen briefly and have left, and forget them."""
        for person in [person for person in self._people.values() if person.last_s < before_s]:
            person.settle()
            if person.seen_s < LEAST_SEEN_S:
                self._brief += 1
                self._brief_s += person.seen_s
                del self._people[person.track_id]


def _plan(recording: Recording, markers: Sequence[Marker], most_stretches: int) -> Plan:
    step_s = 1 / recording.fps if recording.fps > 0 else 0.0
    gap_s = max(GAP_S, GAP_PICTURES * step_s)
    cuts = [marker.time_s for marker in markers]
    calm = calm_seconds(markers, recording.duration_s)
    return Plan(min(step_s, gap_s), gap_s, cuts, recording.width, calm, most_stretches)
