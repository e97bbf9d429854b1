"""Two recordings side by side."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.reports import words
from fer_web.reports.crowd import STEADY
from fer_web.reports.findings import LEAST_DIFFERENCE
from fer_web.reports.movements import SMILING
from fer_web.reports.summary import Summary
from fer_web.reports.svg import DOTS, MIXED_FILL, bar, swatch
from fer_web.reports.totals import Totals
from fer_web.reports.views import ReportView


@dataclass(frozen=True, slots=True)
class ExpressionRow:
    """One part of the time seen in both recordings: an expression, two mixed, or nothing to read."""

    name: str
    swatch: Markup
    bars: tuple[Markup, Markup]
    shares: tuple[str, str]
    difference: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`facts` are name, first, second, and second minus first; of all people of a recording together."""

    a: ReportView
    b: ReportView
    expressions: tuple[ExpressionRow, ...]
    facts: tuple[tuple[str, str, str, str], ...]
    findings: tuple[str, ...]

    @classmethod
    def of(cls, a: Summary, b: Summary) -> Comparison:
        views = ReportView(a, "a"), ReportView(b, "b")
        return cls(*views, tuple(_expressions(a, b)), tuple(_facts(a, b)), tuple(_findings(a, b)))


def _expressions(a: Summary, b: Summary) -> list[ExpressionRow]:
    rows = []
    for (name, fill, one), (_, _, other) in zip(_parts(a.everybody), _parts(b.everybody), strict=True):
        bars = bar(one or 0, fill), bar(other or 0, fill)
        shares = words.percent(one), words.percent(other)
        rows.append(ExpressionRow(name, swatch(fill), bars, shares, _points(one, other)))
    return rows


def _parts(totals: Totals) -> list[tuple[str, Emotion | str, float | None]]:
    """Name, fill and share of each part of the time seen."""
    shares = totals.shares or (None,) * len(Emotion)
    shown = [(emotion.value, emotion, share) for emotion, share in zip(Emotion, shares, strict=True)]
    return [*shown, ("mixed", MIXED_FILL, totals.mixed_share), ("unreadable", DOTS, totals.unreadable_share)]


def _facts(a: Summary, b: Summary) -> list[tuple[str, str, str, str]]:
    one, other = a.everybody, b.everybody
    return [
        ("People", str(len(a.people)), str(len(b.people)), words.signed(len(b.people) - len(a.people), 0)),
        ("Duration", words.length(a.duration_s), words.length(b.duration_s), ""),
        _share_fact("Looked at the camera", one.looked_share, other.looked_share),
        _share_fact("Faced the camera", one.faced_share, other.faced_share),
        _count_fact("Smiles", _smiles(a), _smiles(b)),
        _count_fact("Nods", one.nods, other.nods),
        _share_fact("Positive expressions", one.positive, other.positive),
        _share_fact("Negative expressions", one.negative, other.negative),
        (
            "Balance, positive minus negative",
            words.signed(one.balance),
            words.signed(other.balance),
            words.signed(_apart(one.balance, other.balance, 2)),
        ),
        _rate_fact("Expression changes per minute", a.changes_per_min, b.changes_per_min),
        _rate_fact("Blinks per minute", one.blinks_per_min, other.blinks_per_min),
        _share_fact("Time with eyes shut (PERCLOS)", one.perclos, other.perclos),
        _share_fact("Uncertain answers", one.uncertain_share, other.uncertain_share),
    ]


def _share_fact(name: str, one: float | None, other: float | None) -> tuple[str, str, str, str]:
    return name, words.percent(one), words.percent(other), _points(one, other)


def _points(one: float | None, other: float | None) -> str:
    return words.points(_apart(one, other, 2))


def _apart(one: float | None, other: float | None, digits: int) -> float | None:
    """How far two numbers are apart as they are shown, with so many digits."""
    if one is None or other is None:
        return None
    return float(words.rounded(other, digits) - words.rounded(one, digits))


def _count_fact(name: str, one: int, other: int) -> tuple[str, str, str, str]:
    return name, f"{one:,}", f"{other:,}", words.signed(other - one, 0)


def _smiles(summary: Summary) -> int:
    """Of everybody who has a section."""
    return sum(person.behavior[SMILING].count for person in summary.people)


def _rate_fact(name: str, one: float | None, other: float | None) -> tuple[str, str, str, str]:
    return name, words.number(one), words.number(other), words.signed(_apart(one, other, 1), 1)


def _findings(a: Summary, b: Summary) -> list[str]:
    """How the second differs from the first, in sentences."""
    found = []
    change = _apart(a.everybody.balance, b.everybody.balance, 2)
    if change is not None:
        found.append(
            f"Apparent expressions in the second recording were {_way(change)} in the first "
            f"(balance {words.signed(a.everybody.balance)}, then {words.signed(b.everybody.balance)})."
        )
    shares = zip(Emotion, a.everybody.shares or (), b.everybody.shares or (), strict=False)
    emotion, before, after = max(shares, key=lambda one: abs(one[2] - one[1]), default=(None, 0.0, 0.0))
    if emotion is not None and abs(after - before) >= LEAST_DIFFERENCE:
        found.append(f"The largest difference is {emotion}: {_points(before, after)} points of the time seen.")
    blinks = _apart(a.everybody.blinks_per_min, b.everybody.blinks_per_min, 1)
    if blinks is not None:
        found.append(f"Blinks per minute: {words.signed(blinks, 1)}.")
    return found


def _way(change: float) -> str:
    if abs(change) < STEADY:
        return "about as positive as"
    return "more positive than" if change > 0 else "less positive than"
