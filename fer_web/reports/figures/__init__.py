"""The report's figures. A new one is a file here and a line in `FIGURES`; the page and the HTML file show it then.

The overview of everybody and each person's expressions are no figures of this table: the report is built around them.
"""

from __future__ import annotations

from collections.abc import Iterator

from fer_web.reports.axis import Axis
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.figures.at_once import AT_ONCE
from fer_web.reports.figures.balance import BALANCE
from fer_web.reports.figures.blinking import BLINKING
from fer_web.reports.figures.closing import CLOSING
from fer_web.reports.figures.figure import Drawing, Figure
from fer_web.reports.person import PersonSummary

__all__ = ["FIGURES", "Drawing", "Figure", "drawn_of_group", "drawn_of_person"]

# By name, in the order of the page.
FIGURES: dict[str, Figure] = {figure.name: figure for figure in (AT_ONCE, BALANCE, BLINKING, CLOSING)}


def drawn_of_group(group: GroupSummary, axis: Axis, prefix: str) -> Iterator[Drawing]:
    """All that there is to show of everybody together."""
    for name, figure in FIGURES.items():
        drawing = figure.of_group(group, axis, f"{prefix}-{name}") if figure.of_group else None
        if drawing is not None:
            yield drawing


def drawn_of_person(person: PersonSummary, axis: Axis, prefix: str) -> tuple[list[Drawing], list[str]]:
    """All that there is to show of one person, and why something is missing."""
    drawings, missing = [], []
    for name, figure in FIGURES.items():
        if figure.of_person is None:
            continue
        drawing = figure.of_person(person, axis, f"{prefix}-{name}")
        if drawing is not None:
            drawings.append(drawing)
        elif figure.without:
            missing.append(figure.without)
    return drawings, missing
