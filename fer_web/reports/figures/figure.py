"""A figure of the report: drawn of one person, of everybody together, or of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.person import PersonSummary


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graphic and the caption above it."""

    caption: str
    graphic: Markup


@dataclass(frozen=True, slots=True)
class Figure:
    """How it is drawn over an axis, with an id that is unique in the page; None where there is nothing to show.

    `meaning` is for the docs. Where it cannot be drawn of a person, the report says `without` in its place.
    """

    name: str
    meaning: str
    of_person: Callable[[PersonSummary, Axis, str], Drawing | None] | None = None
    of_group: Callable[[GroupSummary, Axis, str], Drawing | None] | None = None
    without: str = ""
