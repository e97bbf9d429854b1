"""A recording's readings as events of people: the same that outlets and `/events?kind=people` tell while it runs.

They are found in the readings whenever somebody asks, so every recording has them, and they are deleted with it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import StringIO
from itertools import groupby

from fer_web.core import Reading, Recording
from fer_web.core.people_watch import PeopleWatch
from fer_web.core.person_events import Fact, PersonEvent, all_facts
from fer_web.core.text import harmless_cell
from fer_web.reports.spreadsheet import COMMA


def people_events(recording: Recording, readings: Iterable[Reading]) -> Iterator[PersonEvent]:
    """What happened, in the order in which it became known; the camera is the recording's source."""
    watch, time_s = PeopleWatch(recording.source), 0.0
    for time_s, present in groupby(readings, key=lambda reading: reading.time_s):
        yield from watch.take(tuple(present), time_s, recording.started_at + timedelta(seconds=time_s))
    end_s = max(time_s, recording.duration_s)
    yield from watch.end(end_s, recording.started_at + timedelta(seconds=end_s))


def people_events_lines(recording: Recording, readings: Iterable[Reading], separator: str = COMMA) -> Iterator[str]:
    """The file line by line: a line for each event, a column for each field of any kind."""
    facts = all_facts()
    yield _line(("event", *(fact.name for fact in facts)), separator)
    for event in people_events(recording, readings):
        own = {fact.name for fact in event.facts()}
        values = (_cell(fact, event, separator) if fact.name in own else "" for fact in facts)
        yield _line((event.kind, *values), separator)


def _cell(fact: Fact, event: PersonEvent, separator: str) -> object:
    """With semicolons between them, numbers have a decimal comma, as everywhere here."""
    value = fact.plain(getattr(event, fact.name))
    if isinstance(value, float):
        text = f"{value:.{fact.decimals}f}"
        return text if separator == COMMA else text.replace(".", ",")
    return harmless_cell("" if value is None else value)


def _line(cells: Iterable[object], separator: str) -> str:
    file = StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerow(cells)
    return file.getvalue()
