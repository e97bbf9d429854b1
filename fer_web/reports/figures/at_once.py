"""How many people were in the picture."""

from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.curves import Curve, curve
from fer_web.reports.figures.figure import Drawing, Figure
from fer_web.reports.words import number, whole

CEILINGS = (2, 4, 6, 8, 10, 20, 50, 100)


def _of_group(group: GroupSummary, axis: Axis, name: str) -> Drawing:
    course = Curve(0.0, group.bin_s, group.at_once)
    told = f"At most {group.most_at_once}, {number(group.mean_at_once)} on average."
    graphic = curve(course, axis, CEILINGS, whole, name, "People in view over time", told)
    return Drawing("People in view", graphic)


AT_ONCE = Figure("at-once", "How many people were in view at once.", of_group=_of_group)
