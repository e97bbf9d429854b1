"""The time that a chart shows, and where things stand on it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from fer_web.reports.svg import line, tag, text
from fer_web.reports.words import clock

# Seconds between ticks, of which at most MOST_TICKS fit on a telephone.
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MOST_TICKS = 5
HEIGHT = 22


@dataclass(frozen=True, slots=True)
class Axis:
    """From `start_s` to `end_s`, which is later."""

    start_s: float
    end_s: float

    def place(self, time_s: float) -> float:
        """0 at the start, 1 at the end, never outside of them."""
        return min(1.0, max(0.0, (time_s - self.start_s) / (self.end_s - self.start_s)))

    def shows(self, time_s: float) -> bool:
        return self.start_s <= time_s <= self.end_s

    @property
    def ticks(self) -> list[float]:
        """Round times."""
        fitting = [step for step in STEPS_S if (self.end_s - self.start_s) / step <= MOST_TICKS]
        step = fitting[0] if fitting else STEPS_S[-1]
        first = -(-self.start_s // step)
        return [step * number for number in range(int(first), int(self.end_s // step) + 1)]

    def drawn(self, top: float) -> list[Markup]:
        """Ticks under a chart that ends at `top`, and their times."""
        return [mark for tick in self.ticks for mark in self._tick(tick, top)]

    def alone(self) -> Markup:
        """Under several charts."""
        return tag("svg", self.drawn(0), class_="chart", width="100%", height=HEIGHT, aria_hidden="true")

    def grid(self, top: float, bottom: float) -> list[Markup]:
        return [line(self.place(tick), self.place(tick), top, bottom, "grid") for tick in self.ticks]

    def _tick(self, tick: float, top: float) -> tuple[Markup, Markup]:
        place = self.place(tick)
        anchor = "start" if place < 0.04 else "end" if place > 0.96 else "middle"
        return line(place, place, top, top + 5, "tick"), text(place, top + 17, clock(tick), anchor=anchor, kind="soft")
