"""One value over time, drawn as a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from fer_web.reports.axis import HEIGHT as AXIS_HEIGHT
from fer_web.reports.axis import Axis
from fer_web.reports.svg import graphic, line, path, stretched, text
from fer_web.reports.timeline import runs

HEIGHT = 96
TOP = 14
# Shorter curves are no more than a dot.
LEAST_SHOWN_S = 30.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A value for each bin of `bin_s` seconds from `start_s` on; None where there is none."""

    start_s: float
    bin_s: float
    values: Sequence[float | None]

    @property
    def is_long(self) -> bool:
        """Whether there is enough of it for a line."""
        return len(self.known) * self.bin_s >= LEAST_SHOWN_S

    @property
    def known(self) -> list[float]:
        return [value for value in self.values if value is not None]

    def lines(self, axis: Axis, low: float = 0.0, high: float = 1.0) -> list[list[tuple[float, float]]]:
        """Where the course runs, without its gaps: (x, y), both 0 to 1. It reaches to the edges of its bins."""
        is_known = np.array([value is not None for value in self.values], dtype=np.bool_)
        return [self._line(axis, low, high, first, end) for first, end in runs(is_known)]

    def range_in(self, words: Callable[[float], str]) -> str:
        """Its lowest and highest value."""
        return f"{words(min(self.known))} to {words(max(self.known))}" if self.known else "not known"

    def _line(self, axis: Axis, low: float, high: float, first: int, end: int) -> list[tuple[float, float]]:
        values = [(value - low) / (high - low) for value in self.values[first:end] if value is not None]
        inner = [(first + index + 0.5, value) for index, value in enumerate(values)]
        steps = [(first, values[0]), *inner, (end, values[-1])]
        return [(axis.place(self.start_s + at * self.bin_s), min(1.0, max(0.0, value))) for at, value in steps]


def curve(
    course: Curve,
    axis: Axis,
    ceilings: Sequence[float],
    words: Callable[[float], str],
    name: str,
    title: str,
    told: str,
) -> Markup:
    """From 0 to the first of `ceilings` that is high enough; `words` writes the scale."""
    highest = max(course.known, default=0.0)
    ceiling = next((one for one in ceilings if one >= highest), ceilings[-1])
    areas = [path(points, kind="area", fill="none", close=True) for points in course.lines(axis, 0, ceiling)]
    strokes = [path(points, kind="curve") for points in course.lines(axis, 0, ceiling)]
    middle, bottom = TOP + HEIGHT / 2, TOP + HEIGHT
    parts = [
        *(line(0, 1, y, y, "grid") for y in (TOP, middle)),
        line(0, 1, bottom, bottom, "base"),
        stretched(TOP, HEIGHT, [*areas, *strokes]),
        text(0, TOP - 3, words(ceiling), anchor="start", kind="soft"),
        text(0, middle - 3, words(ceiling / 2), anchor="start", kind="soft"),
        *axis.drawn(bottom),
    ]
    return graphic(name, title, told, bottom + AXIS_HEIGHT, parts)


def balance_curve(course: Curve, axis: Axis, name: str, title: str, told: str) -> Markup:
    """From -1 (negative) to 1 (positive), with a line at 0."""
    low, high = -1.0, 1.0
    middle, bottom = TOP + HEIGHT / 2, TOP + HEIGHT
    parts = [
        *(line(0, 1, y, y, "grid") for y in (TOP, bottom)),
        line(0, 1, middle, middle, "base"),
        stretched(TOP, HEIGHT, [path(points, kind="curve") for points in course.lines(axis, low, high)]),
        text(0, TOP - 3, "+1 positive", anchor="start", kind="soft"),
        text(0, middle - 3, "0", anchor="start", kind="soft"),
        text(0, bottom - 3, "\N{MINUS SIGN}1 negative", anchor="start", kind="soft"),
        *axis.drawn(bottom),
    ]
    return graphic(name, title, told, bottom + AXIS_HEIGHT, parts)
