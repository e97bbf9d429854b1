"""Blinks per minute, of the last minute."""

from __future__ import annotations

from fer_web.reports.axis import Axis
from fer_web.reports.curves import Curve, curve
from fer_web.reports.figures.figure import Drawing, Figure
from fer_web.reports.person import PersonSummary
from fer_web.reports.words import length, number, whole

CEILINGS = (10, 20, 30, 40, 60, 80, 120, 240)


def _of_person(person: PersonSummary, axis: Axis, name: str) -> Drawing | None:
    timeline = person.timeline
    course = Curve(timeline.start_s, timeline.bin_s, timeline.blinks_per_min)
    if not course.is_long:
        return None
    told = f"Blinks in the {length(timeline.window_s)} before each moment: {course.range_in(number)}."
    title = f"Blinks per minute of person {person.track_id}"
    graphic = curve(course, axis, CEILINGS, whole, name, title, told)
    return Drawing(f"Blinks per minute, over the last {length(timeline.window_s)}", graphic)


BLINKING = Figure(
    "blinking",
    "Blinks per minute, over the last minute.",
    of_person=_of_person,
    without="Blinks per minute are plotted from a minute and a half of visible eyes on.",
)
