"""What is usual for a person: the medians of earlier recordings that show nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from fer_web.reports.movements import SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.summary import Summary

# More than these are not asked: the newest tell best what is usual now.
MOST_EARLIER = 5
# Numbers, times and words of order at a name's end, which tell recordings of one series apart.
_ORDER = re.compile(r"[\s_.,:#()/-]*(?:\d|(?<=\d)[hms]|\bUTC|\battempt|\btake|\bpart)+[\s_.,:#()/-]*$", re.IGNORECASE)
_KIND = re.compile(r"\.[a-z0-9]{2,4}$", re.IGNORECASE)

Figure: TypeAlias = Callable[[PersonSummary], float | None]


def smiled_share(person: PersonSummary) -> float | None:
    """How much of the time seen somebody smiled; None where no mouth was measured."""
    found, totals = person.behavior[SMILING], person.totals
    return min(1.0, found.total_s / totals.seen_s) if totals.mouth_s else None


def readable_share(person: PersonSummary) -> float | None:
    share = person.totals.unreadable_share
    return None if share is None else 1 - share


FIGURES: dict[str, Figure] = {
    "looked": lambda person: person.totals.looked_share,
    "faced": lambda person: person.totals.faced_share,
    "smiled": smiled_share,
    "moved": lambda person: person.totals.moved_share,
    "blinks": lambda person: person.totals.blinks_per_min,
    "readable": readable_share,
}


@dataclass(frozen=True, slots=True)
class Usual:
    """Medians by the names of `FIGURES`, of so many earlier `recordings` of the series `name`."""

    name: str
    recordings: int
    medians: Mapping[str, float]

    @classmethod
    def of(cls, name: str, summaries: Sequence[Summary]) -> Usual | None:
        """Of those summaries that show one person; None when none does."""
        people = [summary.people[0] for summary in summaries if len(summary.people) == 1][:MOST_EARLIER]
        if not people:
            return None
        known = {
            key: [value for one in people if (value := figure(one)) is not None] for key, figure in FIGURES.items()
        }
        return cls(name, len(people), {key: median(values) for key, values in known.items() if values})


def series_of(name: str) -> str:
    """What recordings of one series are called: the name without its number, time or file ending.

    >>> series_of("Interview 2"), series_of("talk-03.mp4")
    ('Interview', 'talk')
    """
    rest = _KIND.sub("", name.strip())
    while (shorter := _ORDER.sub("", rest)) != rest:
        rest = shorter
    return rest or name.strip()
