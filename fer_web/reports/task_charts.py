"""A task's time in one recording as a small chart, from the task's start on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.reports import words
from fer_web.reports.axis import HEIGHT as AXIS_HEIGHT
from fer_web.reports.axis import Axis
from fer_web.reports.curves import Curve
from fer_web.reports.svg import HATCH, color, graphic, line, path, rect, stretched, text
from fer_web.reports.task_cell import TaskCell
from fer_web.reports.task_series import TASK_MEASURES

HEIGHT, TOP = 64, 14
# As many points as a small chart can show.
MOST_POINTS = 60
LEAST_BIN_S = 1.0


def task_chart(cell: TaskCell, axis: Axis, measure: str | None, name: str, title: str) -> Markup:
    """One measure as a line, or with None the shares of all expressions upon each other. Behind the task's end, the
    chart is hatched."""
    bin_s = max(LEAST_BIN_S, axis.end_s / MOST_POINTS)
    courses = dict(zip(TASK_MEASURES, cell.courses(bin_s), strict=True))
    bottom = TOP + HEIGHT
    if measure is None:
        highest, told = "100 %", "Shares of the seven expressions over the task."
        drawn = _stack([courses[emotion.value] for emotion in Emotion], bin_s, axis)
    else:
        one = TASK_MEASURES[measure]
        highest = "100 %" if one.is_share else words.number(one.highest, 1)
        course = Curve(0.0, bin_s, courses[measure])
        told = f"{one.title} over the task: {course.range_in(words.percent if one.is_share else _two)}."
        drawn = _line(course, axis, one.highest)
    parts = [
        *(line(0, 1, y, y, "grid") for y in (TOP, TOP + HEIGHT / 2)),
        stretched(TOP, HEIGHT, drawn),
        rect(axis.place(cell.duration_s), 1, TOP, HEIGHT, HATCH, class_="ended"),
        line(0, 1, bottom, bottom, "base"),
        text(0, TOP - 3, highest, anchor="start", kind="soft"),
        *axis.drawn(bottom),
    ]
    return graphic(name, title, told, bottom + AXIS_HEIGHT, parts)


def _line(course: Curve, axis: Axis, highest: float) -> list[Markup]:
    lines = course.lines(axis, 0, highest)
    areas = [path(points, kind="area", fill="none", close=True) for points in lines]
    return [*areas, *(path(points, kind="curve") for points in lines)]


def _stack(courses: Sequence[Sequence[float | None]], bin_s: float, axis: Axis) -> list[Markup]:
    """The sum of all is drawn first, and over it the sums without the last, so that each one's part remains."""
    heights = [_sums(bins) for bins in zip(*courses, strict=True)]
    drawn = []
    for emotion in reversed(Emotion):
        values = [None if height is None else height[emotion.position] for height in heights]
        lines = Curve(0.0, bin_s, values).lines(axis)
        drawn += [path(points, kind="stack", fill=color(emotion), close=True) for points in lines]
    return drawn


def _sums(shares: Sequence[float | None]) -> list[float] | None:
    known = [share for share in shares if share is not None]
    return list(accumulate(known)) if len(known) == len(shares) else None


def _two(value: float) -> str:
    return words.number(value, 2)
