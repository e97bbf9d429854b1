"""PERCLOS, of the last minute."""

from __future__ import annotations

from fer_web.reports.axis import Axis
from fer_web.reports.curves import Curve, curve
from fer_web.reports.figures.figure import Drawing, Figure
from fer_web.reports.person import PersonSummary
from fer_web.reports.words import length, percent

CEILINGS = (0.1, 0.2, 0.4, 0.6, 1.0)


def _of_person(person: PersonSummary, axis: Axis, name: str) -> Drawing | None:
    timeline = person.timeline
    course = Curve(timeline.start_s, timeline.bin_s, timeline.perclos)
    if not course.is_long:
        return None
    window = length(timeline.window_s)
    told = f"Share of the {window} before each moment with eyes shut: {course.range_in(percent)}."
    graphic = curve(course, axis, CEILINGS, percent, name, f"PERCLOS of person {person.track_id}", told)
    return Drawing(f"PERCLOS, the share of the last {window} with eyes shut", graphic)


CLOSING = Figure("closing", "PERCLOS: the share of the last minute with eyes shut.", of_person=_of_person)
