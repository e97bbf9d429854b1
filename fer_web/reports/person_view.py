"""What the templates show of one person, and of the parts between markers: words and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.reports import person_charts, words
from fer_web.reports.axis import Axis
from fer_web.reports.figures import Drawing, drawn_of_person
from fer_web.reports.measures import Totals
from fer_web.reports.person import PersonSummary
from fer_web.reports.person_charts import Numbered
from fer_web.reports.sections import Section
from fer_web.reports.summary import Summary
from fer_web.reports.svg import bar

MOST_SPELLS = 12
# A person seen for less of the recording than this gets a time axis of their own.
LEAST_SPAN = 0.5
# Rows of the table beside a chart.
TABLE_ROWS = 12

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One expression of one person or several: its share of the time, its mean score, and that against the baseline."""

    emotion: Emotion
    bar: Markup
    share: str
    score: str
    relative: str


def share_rows(totals: Totals, relative: Sequence[float] | None = None) -> list[ShareRow]:
    """In the usual order; empty when nothing was certain."""
    if totals.shares is None or totals.scores is None:
        return []
    return [
        ShareRow(
            emotion,
            bar(totals.shares[emotion.position], emotion),
            words.percent(totals.shares[emotion.position]),
            words.percent(totals.scores[emotion.position]),
            words.points(relative[emotion.position]) if relative else words.NOTHING,
        )
        for emotion in Emotion
    ]


class PersonView:
    """One person's section of the report about `summary`; `axis` and `markers` are the whole report's."""

    def __init__(self, person: PersonSummary, summary: Summary, axis: Axis, markers: Numbered, prefix: str) -> None:
        self.person = person
        self.id = f"{prefix}-person-{person.track_id}-{round(1000 * person.first_s)}"
        span_s = person.last_s - person.first_s
        is_long = span_s >= LEAST_SPAN * summary.duration_s
        self.axis = axis if is_long else Axis(person.first_s, max(person.last_s, person.first_s + 1))
        self.markers = [(number, marker) for number, marker in markers if self.axis.shows(marker.time_s)]
        self.shares = share_rows(person.totals, person.relative)
        own = zip(summary.sections, person.sections, strict=True)
        self.sections = [
            SectionView(replace(section, totals=totals), markers) for section, totals in own if totals.seen_s
        ]
        self.spells = sorted(
            sorted(person.spells, key=lambda spell: -spell.duration_s)[:MOST_SPELLS], key=lambda spell: spell.start_s
        )

    @property
    def seen(self) -> str:
        one = self.person
        return (
            f"Seen from {words.clock(one.first_s)} to {words.clock(one.last_s)}, "
            f"for {words.length(one.totals.seen_s)} in all"
        )

    def expressions(self) -> Markup:
        return person_charts.expressions(self.person, self.axis, self.markers, f"{self.id}-expressions")

    def figures(self) -> tuple[list[Drawing], list[str]]:
        """What is drawn of this person besides, and why something is not."""
        return drawn_of_person(self.person, self.axis, self.id)

    @property
    def facts(self) -> list[Fact]:
        one, totals = self.person, self.person.totals
        return [
            ("Certain time", f"{words.length(totals.certain_s)} of {words.length(totals.seen_s)}"),
            ("Expression changes per minute", words.number(one.changes_per_min)),
            ("Balance, positive minus negative", words.signed(totals.balance)),
            ("Blinks", f"{totals.blinks:,}"),
            ("Blinks per minute", words.number(totals.blinks_per_min)),
            ("Time with eyes shut (PERCLOS)", words.percent(totals.perclos)),
        ]

    @property
    def quality(self) -> list[Fact]:
        totals = self.person.totals
        return [
            ("Uncertain answers", words.percent(totals.uncertain_share)),
            ("Too small, dark or blurred", words.percent(totals.poor_share)),
            ("Turned away", words.percent(totals.turned_share)),
            ("Eyes could be judged", words.percent(totals.judged_s / totals.seen_s if totals.seen_s else None)),
        ]

    def table(self) -> list[tuple[str, list[str]]]:
        """The chart in numbers: the mean of each expression over parts of the time."""
        timeline = self.person.timeline
        size = max(1, -(-len(timeline.scores) // TABLE_ROWS))
        rows = []
        for first in range(0, len(timeline.scores), size):
            known = [row for row in timeline.scores[first : first + size] if row is not None]
            start_s, end_s = (timeline.start_s + bin_ * timeline.bin_s for bin_ in (first, first + size))
            means = [words.percent(sum(column) / len(known)) for column in zip(*known, strict=True)]
            span = f"{words.clock(start_s)} to {words.clock(min(end_s, timeline.end_s))}"
            rows.append((span, means or [words.NOTHING] * len(Emotion)))
        return rows


class SectionView:
    """A part between two markers."""

    def __init__(self, section: Section, markers: Numbered) -> None:
        totals = section.totals
        numbers = [
            number for number, marker in markers if marker.time_s == section.start_s and marker.text == section.text
        ]
        self.number = str(numbers[0]) if numbers else ""
        self.time = words.clock(section.start_s)
        self.text = section.text or ("Beginning" if not numbers else "(no text)")
        self.length = words.length(section.end_s - section.start_s)
        self.top = totals.ranking[0][0] if totals.ranking else None
        self.share = words.percent(totals.ranking[0][1]) if totals.ranking else words.NOTHING
        self.balance = words.signed(totals.balance)
        self.blinks_per_min = words.number(totals.blinks_per_min)
