"""What the page of an audit shows, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.core.proportion import Estimate
from fer_web.reports import words
from fer_web.reports.audit.audit import Audit, ByModel, Grouping
from fer_web.reports.audit.charts import interval_bar, reliability_figure
from fer_web.reports.audit.findings import (
    calibration,
    findings,
    gap_interval,
    group_findings,
    interval,
    refusals,
)
from fer_web.reports.audit.measures import AuditMeasures
from fer_web.reports.cards import Card

MOST_TROUBLES = 100


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A line of a table: what was measured, the interval drawn and in words, and of how many."""

    name: str
    bar: Markup
    value: str
    count: str


@dataclass(frozen=True, slots=True)
class GroupTable:
    """One measure of all groups, by one model; `of` is what is counted, `is_share` whether it lies in 0 to 100 %."""

    title: str
    rows: tuple[IntervalRow, ...]
    of: str = "Faces"
    is_share: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class GroupingView:
    """A column of groups: where they differ, who was too small, a table a measure and one of recalls for each model."""

    column: str
    findings: list[str]
    refusals: list[str]
    tables: list[GroupTable]
    recalls: list[tuple[str, list[tuple[str, list[tuple[str, str]]]]]]


class AuditView:
    """The values for templates/audit.html."""

    def __init__(self, audit: Audit) -> None:
        self.audit, self.subject = audit, audit.subject
        self.findings = findings(audit)
        self.troubles = audit.troubles[:MOST_TROUBLES]
        self.more_troubles = len(audit.troubles) - len(self.troubles)
        self.groupings = [_grouping(one) for one in audit.groupings]

    @property
    def meta(self) -> list[tuple[str, str]]:
        """What was audited, with what and when."""
        models = [f"{card.name} {card.version}" for card in self.subject.cards]
        return [
            ("Pictures", f"{len(self.audit.images):,}"),
            ("Model" if len(models) == 1 else "Models", words.listed(models)),
            ("Engine", self.subject.engine),
            ("Audited", f"{self.subject.at:%Y-%m-%d %H:%M} UTC"),
        ]

    def cards(self, model: str) -> list[Card]:
        """A model's four numbers."""
        one = self.audit.overall[model]
        error = None if one.calibration is None else one.calibration.error
        sure = one.certain_accuracy
        others = f"; of the others, {words.percent(sure.value)} are right" if sure.count else ""
        return [
            _card("Faces found", one.found, "of all pictures"),
            _card("Accuracy", one.accuracy, "of the faces"),
            _card("Uncertain", one.uncertain, f"of the answers{others}"),
            Card(
                "Calibration error",
                words.NOTHING if error is None else f"{words.number(100 * error.value)}",
                Markup("points") if error is None else Markup("points; 95 % interval {}").format(_points(error)),
            ),
        ]

    @property
    def recalls(self) -> list[GroupTable]:
        """Of each model, a line an expression."""
        return [
            GroupTable(
                model, tuple(_row(str(emotion), one) for emotion, one in zip(Emotion, found.recalls, strict=True))
            )
            for model, found in self.audit.overall.items()
        ]

    def reliabilities(self) -> Iterator[tuple[str, Markup, str]]:
        """Each model's figure, and what it says."""
        for place, (model, one) in enumerate(self.audit.overall.items()):
            if one.calibration is not None:
                figure = reliability_figure(f"audit-reliability-{place}", model, one.calibration)
                yield model, figure, words.capital(calibration(one.calibration))

    def confusions(self) -> Iterator[tuple[str, list[tuple[Emotion, list[str], int]]]]:
        """Each model's counts: a line an expression, its answers in percent, and how many faces it has."""
        for model, one in self.audit.overall.items():
            yield (
                model,
                [
                    (emotion, [words.percent(cell / total) if total else words.NOTHING for cell in row], total)
                    for emotion, row in zip(Emotion, one.confusion.tolist(), strict=True)
                    for total in [sum(row)]
                ],
            )


def _card(title: str, share: Estimate, of: str) -> Card:
    if not share.count:
        return Card(title, words.NOTHING, Markup("there are none"))
    low, high = (words.whole(100 * value) for value in (max(0.0, share.low), share.high))
    return Card(title, words.percent(share.value), Markup("{}; 95 % interval {} to {} %").format(of, low, high))


def _points(error: Estimate) -> str:
    return f"{words.number(100 * error.low)} to {words.number(100 * error.high)}"


def _row(name: str, share: Estimate) -> IntervalRow:
    if not share.count:
        return IntervalRow(name, Markup(""), words.NOTHING, "0")
    return IntervalRow(name, interval_bar(share), interval(share), f"{share.count:,}")


def _grouping(grouping: Grouping) -> GroupingView:
    return GroupingView(
        grouping.column,
        group_findings(grouping),
        refusals(grouping),
        list(_tables(grouping.told)),
        list(_recalls(grouping.told)),
    )


def _tables(told: Mapping[str, ByModel]) -> Iterator[GroupTable]:
    models = list(next(iter(told.values()), {}))
    if not models:
        return
    found = tuple(_row(name, measures[models[0]].found) for name, measures in told.items())
    yield GroupTable("Faces found", found, "Pictures")
    for model in models:
        measured = {name: measures[model] for name, measures in told.items()}
        yield from _tables_of(measured, f", {model}" if len(models) > 1 else "")


def _tables_of(measured: Mapping[str, AuditMeasures], named: str) -> Iterator[GroupTable]:
    """Of one model's measures by group."""
    yield GroupTable(f"Accuracy{named}", tuple(_row(name, one.accuracy) for name, one in measured.items()))
    yield GroupTable(f"Uncertain answers{named}", tuple(_row(name, one.uncertain) for name, one in measured.items()))
    known = {name: one.calibration for name, one in measured.items() if one.calibration is not None}
    gaps = tuple(_plain(name, gap_interval(one.overconfidence), one.error) for name, one in known.items())
    errors = tuple(_plain(name, _error(one.error), one.error) for name, one in known.items())
    yield GroupTable(f"Overconfidence{named}", gaps, is_share=False)
    yield GroupTable(f"Calibration error{named}", errors, is_share=False)


def _plain(name: str, told: str, estimate: Estimate) -> IntervalRow:
    """Without a picture."""
    return IntervalRow(name, Markup(""), told, f"{estimate.count:,}")


def _error(error: Estimate) -> str:
    return f"{words.number(100 * error.value)} ({_points(error)})"


def _recalls(told: Mapping[str, ByModel]) -> Iterator[tuple[str, list[tuple[str, list[tuple[str, str]]]]]]:
    for model in next(iter(told.values()), {}):
        yield model, [(name, [_cell(recall) for recall in found[model].recalls]) for name, found in told.items()]


def _cell(recall: Estimate) -> tuple[str, str]:
    """A share, and its interval with how many it is of."""
    share, _, rest = interval(recall).partition(" (")
    return (share, f"{rest.rstrip(')')} (n = {recall.count:,})") if recall.count else (words.NOTHING, "")
