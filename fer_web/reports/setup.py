"""What a recording's setup made hard: too far away, off the middle, dark, blurred."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fer_web.reports.behavior import Found
from fer_web.reports.person import PersonSummary
from fer_web.reports.totals import Totals

# What makes up less of the time seen is no fault of the setup.
LEAST_SHARE = 0.2
# A reason for less of the unreadable time is not given.
LEAST_REASON = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """`title` is for a card, `advice` what helps, and `was` what was the case; `found` says when."""

    title: str
    advice: str
    was: str
    found: Found


# By the names of `behavior.SHOWS`, the worst first.
FAULTS = {
    "dark": ("Too dark", "Put more light on the face", "it was dark"),
    "bright": ("Too bright", "Take light off the face", "it was overexposed"),
    "far": ("Too far away", "Come closer to the camera", "the face took less than a tenth of the picture's width"),
    "near": ("Too near", "Move back from the camera", "the face filled most of the picture"),
    "blurred": ("Blurred", "Clean the lens, or wait until the camera is in focus", "the face was blurred"),
    "off_center": ("Off center", "Move to the middle of the picture", "the face was near its edge"),
}


def why_unreadable(totals: Totals) -> str:
    """What the face was while nothing could be read in it, as far as that made up more than moments."""
    poor = totals.poor_s / totals.unreadable_s if totals.unreadable_s else 0.0
    if poor < LEAST_REASON:
        return "turned too far away"
    return "too small, dark or blurred" if poor > 1 - LEAST_REASON else "turned too far away, small, dark or blurred"


def faults(person: PersonSummary, is_alone: bool = True) -> Iterator[Fault]:
    """Those of one person's time; several people cannot all be in the middle."""
    for name, (title, advice, was) in FAULTS.items():
        found = person.behavior[name]
        if (
            (is_alone or name != "off_center")
            and found.total_s >= LEAST_SHARE * person.totals.seen_s
            and found.longest is not None
        ):
            yield Fault(title, advice, was, found)
