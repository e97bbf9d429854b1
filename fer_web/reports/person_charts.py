"""One person's timeline: what was shown, what eyes and head did, and the seven scores, above one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.reports import words
from fer_web.reports.axis import HEIGHT as AXIS_HEIGHT
from fer_web.reports.axis import Axis
from fer_web.reports.behavior import Found
from fer_web.reports.curves import Curve
from fer_web.reports.moments import Moments
from fer_web.reports.movements import MOUTH_OPEN, SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.sections import Section
from fer_web.reports.svg import DOTS, HATCH, MIXED_FILL, color, graphic, ink_on, line, path, rect, stretched, tag
from fer_web.reports.timeline import MIXED, UNREADABLE, Timeline, runs
from fer_web.reports.totals import Totals

# Pixels.
SECTION, RIBBON, MARKS, CURVE, GAP = 22, 26, 18, 32, 4
# What takes this share of the width has room for its name; a section's begins with its number.
WIDE, WIDE_ON_PHONES, WIDE_SECTION = 0.075, 0.45, 0.02
FILLS = {MIXED: MIXED_FILL, UNREADABLE: DOTS}

Draw = Callable[[float], Iterable[Markup]]


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row of the chart: its name at the left, what it comes to at the right, its pixels, and how it is drawn below a
    height."""

    name: str
    value: str
    height: int
    draw: Draw


class TimelineChart:
    """The timeline of a person over `axis`; the numbered `sections` are the whole report's."""

    def __init__(
        self, person: PersonSummary, axis: Axis, sections: Sequence[tuple[str, Section]], moments: Moments, name: str
    ) -> None:
        self.person, self.axis, self.name = person, axis, name
        self._sections, self._moments = sections, moments
        self.rows = list(self._rows())

    def drawn(self) -> Markup:
        """The graphic. Every moment that `moments` has linked has a line in it, which is seen when it was chosen."""
        bottom = sum(row.height for row in self.rows)
        parts = [*self.axis.grid(0, bottom), *_absences(self.person.timeline, self.axis, bottom)]
        top = 0
        for row in self.rows:
            parts += row.draw(top)
            top += row.height
        parts += [*self._cuts(bottom), *self._moment_lines(bottom), *self.axis.drawn(bottom)]
        title = f"Timeline of person {self.person.track_id}"
        return graphic(self.name, title, described(self.person), bottom + AXIS_HEIGHT, parts)

    def _rows(self) -> Iterator[ChartRow]:
        timeline, totals, behavior = self.person.timeline, self.person.totals, self.person.behavior
        if self._sections:
            yield ChartRow("", "", SECTION, self._section_names)
        yield ChartRow("expression", "", RIBBON, lambda top: ribbon(timeline, self.axis, top, RIBBON - GAP, WIDE))
        if totals.gazed_s > 0:
            yield self._flags("at camera", totals.looked_share, timeline.looked)
        if totals.posed_s > 0:
            yield self._flags("facing", totals.faced_share, timeline.faced)
        if totals.mouth_s > 0:
            yield self._bars("smile", behavior[SMILING], color(Emotion.HAPPY))
            yield self._bars("mouth open", behavior[MOUTH_OPEN])
        yield self._ticks("blink", timeline.blinks)
        for name, counts in (("nod", timeline.nods), ("shake", timeline.shakes)):
            if any(counts):
                yield self._ticks(name, counts)
        for emotion in Emotion:
            yield self._curve(emotion, totals)

    def _section_names(self, top: float) -> Iterator[Markup]:
        for number, section in self._sections:
            left, right = self.axis.place(section.start_s), self.axis.place(section.end_s)
            if left == right:
                continue
            span = f"{words.clock(section.start_s)} to {words.clock(section.end_s)}"
            kind = "section odd" if int(number or 0) % 2 else "section"
            yield rect(left, right, top, SECTION - GAP, class_=kind, title=f"{section.text or 'Beginning'}, {span}")
            if right - left >= WIDE_SECTION:
                told = " ".join(filter(None, (number, section.text)))
                yield _inside(left, right, top, SECTION - GAP, tag("text", told, x="4", y="13", class_="name"))

    def _flags(self, name: str, share: float | None, flags: Sequence[bool | None]) -> ChartRow:
        timeline = self.person.timeline

        def draw(top: float) -> Iterator[Markup]:
            for first, end in runs(np.array([flag is not None for flag in flags], np.bool_)):
                yield rect(*self._places(first, end), top + 5, MARKS - 10, class_="off")
            for first, end in runs(np.array([flag is True for flag in flags], np.bool_)):
                told = f"{name}, {words.clock(timeline.time_of(first))} to {words.clock(timeline.time_of(end))}"
                yield rect(*self._places(first, end), top + 3, MARKS - 6, class_="on", title=told)

        return ChartRow(name, words.percent(share), MARKS, draw)

    def _places(self, first: int, end: int) -> tuple[float, float]:
        timeline = self.person.timeline
        return self.axis.place(timeline.time_of(first)), self.axis.place(timeline.time_of(end))

    def _bars(self, name: str, found: Found, fill: str | None = None) -> ChartRow:
        def draw(top: float) -> Iterator[Markup]:
            for one in found.stretches:
                told = f"{name}, {words.clock(one.start_s)} to {words.clock(one.end_s)}"
                left, right = self.axis.place(one.start_s), self.axis.place(one.end_s)
                kind = "edge" if fill else "on"
                yield rect(left, right, top + 3, MARKS - 6, fill, class_=kind, title=told)

        return ChartRow(name, f"{found.count:,}", MARKS, draw)

    def _ticks(self, name: str, counts: Sequence[int]) -> ChartRow:
        def draw(top: float) -> Iterator[Markup]:
            for place, count in enumerate(counts):
                if count:
                    at = self.axis.place(self.person.timeline.time_of(place) + self.person.timeline.bin_s / 2)
                    yield line(at, at, top + 2, top + MARKS - 2, "mark")

        return ChartRow(name, f"{sum(counts):,}", MARKS, draw)

    def _curve(self, emotion: Emotion, totals: Totals) -> ChartRow:
        mean = None if totals.scores is None else totals.scores[emotion.position]

        def draw(top: float) -> Iterator[Markup]:
            yield _area(self.person.timeline, self.axis, emotion, top)
            yield line(0, 1, top + CURVE, top + CURVE, "base")

        return ChartRow(emotion.value, words.percent(mean), CURVE, draw)

    def _cuts(self, bottom: float) -> Iterator[Markup]:
        for _, section in self._sections:
            if self.axis.start_s < section.start_s <= self.axis.end_s:
                place = self.axis.place(section.start_s)
                yield line(place, place, 0, bottom, "marker")

    def _moment_lines(self, bottom: float) -> Iterator[Markup]:
        for time_s in sorted(self._moments.times_s):
            place = self.axis.place(time_s)
            yield line(place, place, 0, bottom, "moment", id_=self._moments.id(time_s))


def ribbon(timeline: Timeline, axis: Axis, top: float, height: float, wide: float) -> Iterator[Markup]:
    """What was shown, pale where the answer was uncertain, named where there is room."""
    cells = list(zip(timeline.shown, timeline.states, strict=True))
    place = 0
    for shown, group in groupby(cells, key=lambda cell: cell[0]):
        begun, states = place, [state for _, state in group]
        place += len(states)
        if shown is None:
            continue
        left, right = axis.place(timeline.time_of(begun)), axis.place(timeline.time_of(place))
        told = f"{shown}, {words.clock(timeline.time_of(begun))} to {words.clock(timeline.time_of(place))}"
        if shown in FILLS:
            yield rect(left, right, top, height, FILLS[shown], class_="edge", title=told)
            continue
        emotion = Emotion(shown)
        yield from _pale_and_full(timeline, axis, (begun, place), (top, height), color(emotion), told)
        if right - left >= wide:
            is_full = 2 * sum(state == "certain" for state in states) >= len(states)
            ink = ink_on(emotion) if is_full else None
            kind = "tight" if right - left < WIDE_ON_PHONES else None
            name = tag("text", shown, x="5", y=f"{height / 2 + 4:g}", fill=ink, class_=kind)
            yield _inside(left, right, top, height, name)


def _pale_and_full(
    timeline: Timeline, axis: Axis, cells: tuple[int, int], rows: tuple[float, float], fill: str, told: str
) -> Iterator[Markup]:
    first, end = cells
    yield rect(
        axis.place(timeline.time_of(first)),
        axis.place(timeline.time_of(end)),
        *rows,
        fill,
        class_="edge pale",
        title=told,
    )
    for begun, ended in runs(np.array([state == "certain" for state in timeline.states[first:end]], np.bool_)):
        left, right = (axis.place(timeline.time_of(first + place)) for place in (begun, ended))
        yield rect(left, right, *rows, fill, class_="edge", title=told)


def presence(person: PersonSummary, axis: Axis, height: float, name: str) -> Markup:
    """One row of the overview: when somebody was seen, and what they apparently showed."""
    told = f"Person {person.track_id}, seen from {words.clock(person.first_s)} to {words.clock(person.last_s)}"
    return graphic(name, told, described(person), height, ribbon(person.timeline, axis, 0, height, 2 * WIDE))


def described(person: PersonSummary) -> str:
    """What was shown for most of the time, for those who do not see the chart."""
    found = [f"{emotion} {words.percent(share)}" for emotion, share in person.totals.ranking[:3]]
    if not found:
        return "No single expression was shown."
    return f"Shown for most of the time: {words.listed(found)}."


def _area(timeline: Timeline, axis: Axis, emotion: Emotion, top: float) -> Markup:
    """The score where somebody is there, pale where the answer was uncertain."""
    values = [None if row is None else row[emotion.position] for row in timeline.scores]
    certain = [value if state == "certain" else None for value, state in zip(values, timeline.states, strict=True)]
    fill = color(emotion)
    areas = [
        path(points, kind=kind, fill=fill, close=True)
        for kind, known in (("edge pale", values), ("edge", certain))
        for points in Curve(timeline.start_s, timeline.bin_s, known).lines(axis)
    ]
    return stretched(top + GAP, CURVE - GAP, areas)


def _inside(left: float, right: float, top: float, height: float, content: Markup) -> Markup:
    """What is cut off where its box ends."""
    width = f"{100 * (right - left):.2f}%"
    return tag("svg", content, x=f"{100 * left:.2f}%", y=f"{top:g}", width=width, height=f"{height:g}")


def _absences(timeline: Timeline, axis: Axis, bottom: float) -> Iterator[Markup]:
    """Hatched where the person was not in the picture."""
    away = runs(np.array(timeline.states, np.str_) == "away")
    gaps = [(timeline.time_of(first), timeline.time_of(end)) for first, end in away]
    for start_s, end_s in ((axis.start_s, timeline.start_s), *gaps, (timeline.end_s, axis.end_s)):
        left, right = axis.place(start_s), axis.place(end_s)
        if left < right:
            yield rect(left, right, 0, bottom, HATCH, title="not in the picture")
