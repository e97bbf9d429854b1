"""Positive minus negative expressions of everybody."""

from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.curves import Curve, balance_curve
from fer_web.reports.figures.figure import Drawing, Figure
from fer_web.reports.words import signed

CAPTION = "Balance of positive and negative expressions"


def _of_group(group: GroupSummary, axis: Axis, name: str) -> Drawing:
    course = Curve(0.0, group.bin_s, group.balance)
    told = f"Averaged over the people in view: {course.range_in(signed)}."
    return Drawing(CAPTION, balance_curve(course, axis, name, f"{CAPTION} over time", told))


BALANCE = Figure(
    "balance", "Positive minus negative expressions, averaged over the people in view.", of_group=_of_group
)
