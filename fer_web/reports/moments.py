"""Moments that a report speaks of: links to their places on a person's timeline, which work without scripts."""

from __future__ import annotations

from markupsafe import Markup

from fer_web.reports.words import clock


class Moments:
    """The moments of one person's part of a report; their ids begin with `prefix`, which is unique in the page."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.times_s: set[float] = set()

    def link(self, time_s: float) -> Markup:
        """The time, linked to where it is on the timeline."""
        time_s = round(time_s, 1)
        self.times_s.add(time_s)
        return Markup('<a class="at" href="#{}" data-time="{:g}">{}</a>').format(self.id(time_s), time_s, clock(time_s))

    def id(self, time_s: float) -> str:
        """Of its line on the timeline."""
        return f"{self._prefix}-at-{round(10 * time_s)}"
