"""The parts of a recording between its markers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_web.core import Marker
from fer_web.core.questions import CALM, CALM_S
from fer_web.reports.bins import Sums
from fer_web.reports.measures import WIDTH, Column
from fer_web.reports.totals import Totals


@dataclass(frozen=True, slots=True)
class Section:
    """From the recording's beginning, or from a marker, to the next marker or the end; `totals` of everybody."""

    start_s: float
    end_s: float
    text: str
    totals: Totals


class SectionSums:
    """Sums of the parts that `cuts`, times in their order, leave: one more than there are cuts."""

    def __init__(self, cuts: Sequence[float]) -> None:
        self._cuts = cuts
        self._edges = np.array([*cuts, np.inf])
        self._sums = np.zeros((len(self._edges), WIDTH))

    @property
    def total(self) -> Totals:
        """Of all parts."""
        return Totals.of(self._sums.sum(axis=0))

    def add(self, starts_s: Sums, ends_s: Sums, rates: Sums) -> None:
        """Add `rates` (n, WIDTH), given per second, over n stretches of time; each may lie in several parts."""
        while len(starts_s):
            parts = np.searchsorted(self._edges, starts_s, side="right")
            stops_s = np.minimum(self._edges[parts], ends_s)
            np.add.at(self._sums, parts, rates * (stops_s - starts_s)[:, None])
            go_on = stops_s < ends_s
            starts_s, ends_s, rates = stops_s[go_on], ends_s[go_on], rates[go_on]

    def count(self, time_s: float, column: Column, amount: int) -> None:
        """Add something that happened at one moment."""
        self._sums[bisect_right(self._cuts, time_s), column] += amount

    def totals(self) -> tuple[Totals, ...]:
        """One for each section, in the order of `named`."""
        if not self._cuts:
            return ()
        return tuple(Totals.of(part) for part in self._sums[_first(self._cuts) :])

    def named(self, markers: Sequence[Marker], duration_s: float) -> tuple[Section, ...]:
        """The sections, which `markers` begin; a marker at the very beginning leaves none before it."""
        starts = [Marker(0.0, ""), *markers][_first(self._cuts) :]
        ends = [*(marker.time_s for marker in starts[1:]), max(duration_s, starts[-1].time_s)]
        return tuple(
            Section(start.time_s, end_s, start.text, totals)
            for start, end_s, totals in zip(starts, ends, self.totals(), strict=bool(markers))
        )


def calm_seconds(markers: Sequence[Marker], duration_s: float) -> tuple[float, float] | None:
    """When a practice's calm seconds begin and end; None without their marker. `markers` are in the order of time."""
    for marker, after in zip(markers, [*markers[1:], Marker(duration_s, "")], strict=bool(markers)):
        if marker.text == CALM:
            return marker.time_s, min(marker.time_s + CALM_S, after.time_s)
    return None


def _first(cuts: Sequence[float]) -> int:
    """The first part that is not empty."""
    return 1 if cuts and cuts[0] <= 0 else 0
