"""What one person's face showed, drawn over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from fer_web.core import Emotion, Marker
from fer_web.reports.axis import HEIGHT as AXIS_HEIGHT
from fer_web.reports.axis import Axis
from fer_web.reports.curves import Curve
from fer_web.reports.person import PersonSummary
from fer_web.reports.spells import Spell
from fer_web.reports.svg import DOTS, HATCH, color, graphic, ink_on, line, path, rect, stretched, tag, text
from fer_web.reports.timeline import Timeline, runs
from fer_web.reports.words import clock, listed, percent

FLAGS, RIBBON, ROW, GAP = 20, 24, 34, 6
# A spell that takes this share of the width has room for its name; in the overview, and on a telephone.
WIDE, WIDE_IN_ROW = 0.075, 0.18
# Closer than this, markers' numbers would lie upon each other.
APART = 0.03

Numbered = Sequence[tuple[int, Marker]]


def expressions(person: PersonSummary, axis: Axis, markers: Numbered, name: str) -> Markup:
    """The dominant spells as a ribbon, under it each of the seven scores as an area of its own row."""
    top = FLAGS if markers else 0
    rows = top + RIBBON + GAP
    bottom = rows + ROW * len(Emotion)
    parts = [
        *axis.grid(rows, bottom),
        *_gaps(person.timeline, axis, top, bottom),
        *(_area(person.timeline, axis, emotion, rows) for emotion in Emotion),
        *(line(0, 1, rows + ROW * (row + 1), rows + ROW * (row + 1), "base") for row in range(len(Emotion))),
        *spells(person.spells, axis, top, RIBBON, WIDE),
        *flags(markers, axis, bottom),
        *axis.drawn(bottom),
    ]
    title = f"Apparent expressions of person {person.track_id} over time"
    return graphic(name, title, _described(person), bottom + AXIS_HEIGHT, parts)


def spells(found: Sequence[Spell], axis: Axis, top: float, height: float, wide: float) -> Iterator[Markup]:
    """Boxes in the expressions' colors, named where there is room."""
    for spell in found:
        left, right = axis.place(spell.start_s), axis.place(spell.end_s)
        if left == right:
            continue
        told = f"{spell.emotion}, {clock(spell.start_s)} to {clock(spell.end_s)}"
        yield rect(left, right, top, height, color(spell.emotion), class_="edge", title=told)
        if right - left >= wide:
            kind = "tight" if right - left < WIDE_IN_ROW else None
            place = {"x": "6", "y": f"{height / 2 + 4:g}"}
            words = tag("text", spell.emotion.value, **place, fill=ink_on(spell.emotion), class_=kind)
            width = f"{100 * (right - left):.2f}%"
            yield tag("svg", words, x=f"{100 * left:.2f}%", y=f"{top:g}", width=width, height=f"{height:g}")


def presence(person: PersonSummary, axis: Axis, height: float, name: str) -> Markup:
    """One row of the overview: when somebody was seen, and what they apparently showed."""
    timeline = person.timeline
    seen = [
        (axis.place(timeline.start_s + first * timeline.bin_s), axis.place(timeline.start_s + end * timeline.bin_s))
        for first, end in runs(np.array(timeline.states, dtype=np.str_) != "away")
    ]
    parts = [
        *(rect(left, right, 0, height, DOTS, class_="edge") for left, right in seen),
        *spells(person.spells, axis, 0, height, WIDE_IN_ROW),
    ]
    told = f"Person {person.track_id}, seen from {clock(person.first_s)} to {clock(person.last_s)}"
    return graphic(name, told, _described(person), height, parts)


def _area(timeline: Timeline, axis: Axis, emotion: Emotion, top: float) -> Markup:
    course = Curve(
        timeline.start_s, timeline.bin_s, [None if row is None else row[emotion.position] for row in timeline.scores]
    )
    areas = [path(points, kind="edge", fill=color(emotion), close=True) for points in course.lines(axis)]
    return stretched(top + ROW * emotion.position + 4, ROW - 4, areas)


def _gaps(timeline: Timeline, axis: Axis, top: float, bottom: float) -> Iterator[Markup]:
    """Hatched where the person was not seen, dotted where only uncertain answers were."""
    yield from _gap(axis, axis.start_s, timeline.start_s, HATCH, top, bottom)
    for start_s, end_s, fill in gaps(timeline):
        yield from _gap(axis, start_s, end_s, fill, top, bottom)
    yield from _gap(axis, timeline.end_s, axis.end_s, HATCH, top, bottom)


def gaps(timeline: Timeline) -> Iterator[tuple[float, float, str]]:
    """Stretches without a certain expression."""
    states = np.array(timeline.states, dtype=np.str_)
    for state, fill in (("away", HATCH), ("uncertain", DOTS)):
        for first, end in runs(states == state):
            yield timeline.start_s + first * timeline.bin_s, timeline.start_s + end * timeline.bin_s, fill


def _gap(axis: Axis, start_s: float, end_s: float, fill: str, top: float, bottom: float) -> Iterator[Markup]:
    left, right = axis.place(start_s), axis.place(end_s)
    if left < right:
        yield rect(left, right, top, bottom - top, fill)


def flags(markers: Numbered, axis: Axis, bottom: float) -> Iterator[Markup]:
    """A dashed line for each marker; numbers that would cover each other stand together."""
    groups: list[tuple[float, list[int]]] = []
    for index, marker in markers:
        place = axis.place(marker.time_s)
        yield line(place, place, FLAGS - 4, bottom, "marker")
        if groups and place - groups[-1][0] < APART:
            groups[-1][1].append(index)
        else:
            groups.append((place, [index]))
    for place, together in groups:
        anchor = "end" if place > 0.98 else "start" if place < 0.02 else "middle"
        yield text(place, 11, _together(together), anchor=anchor, kind="flag")


def _together(indices: list[int]) -> str:
    return str(indices[0]) if len(indices) == 1 else f"{indices[0]}\N{EN DASH}{indices[-1]}"


def _described(person: PersonSummary) -> str:
    shown = [f"{emotion} {percent(share)}" for emotion, share in person.totals.ranking[:3]]
    if not shown:
        return "No expression was certain."
    return f"Most of the certain time: {listed(shown)}."
