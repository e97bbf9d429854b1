"""Several people together, drawn over the recording."""

from __future__ import annotations

from markupsafe import Markup

from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.curves import Curve, balance_curve, curve
from fer_web.reports.words import number, signed


def at_once(crowd: GroupSummary, axis: Axis, name: str) -> Markup:
    """How many people were in the picture."""
    course = Curve(0.0, crowd.bin_s, crowd.at_once)
    told = f"At most {crowd.most_at_once}, {number(crowd.mean_at_once)} on average."
    return curve(course, axis, (2, 4, 6, 8, 10, 20, 50, 100), _whole, name, "People in the picture over time", told)


def balance(crowd: GroupSummary, axis: Axis, name: str) -> Markup:
    """Positive minus negative expressions of everybody."""
    course = Curve(0.0, crowd.bin_s, crowd.balance)
    told = f"The mean over the people seen: {course.range_in(signed)}."
    return balance_curve(course, axis, name, "Balance of positive and negative expressions over time", told)


def _whole(value: float) -> str:
    return f"{value:.0f}"
