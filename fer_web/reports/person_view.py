"""What the templates show of one person, and of the sections: words and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.core.questions import CALM
from fer_web.reports import words
from fer_web.reports.advice import advise
from fer_web.reports.axis import Axis
from fer_web.reports.cards import cards
from fer_web.reports.figures import Drawing, drawn_of_person
from fer_web.reports.moments import Moments
from fer_web.reports.movements import SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.person_charts import TimelineChart
from fer_web.reports.sections import Section
from fer_web.reports.summary import Summary
from fer_web.reports.svg import DOTS, MIXED_FILL, bar, swatch
from fer_web.reports.totals import Totals
from fer_web.reports.usual import Usual

MOST_SUSTAINED = 12
# A person seen for less of the recording than this gets a time axis of their own.
LEAST_SPAN = 0.5
# Rows of the table beside a chart.
TABLE_ROWS = 12

Fact = tuple[str, str]
Numbered = Sequence[tuple[str, Section]]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One part of the time seen: an expression, two mixed, or nothing to read. Its share, an expression's mean score,
    and that against the baseline."""

    name: str
    swatch: Markup
    bar: Markup
    share: str
    score: str
    relative: str


def share_rows(totals: Totals, relative: Sequence[float] | None = None) -> list[ShareRow]:
    """In the usual order; empty when nobody was seen."""
    if totals.shares is None:
        return []
    scores = totals.scores or (None,) * len(Emotion)
    rows = [
        ShareRow(
            emotion.value,
            swatch(emotion),
            bar(totals.shares[emotion.position], emotion),
            words.percent(totals.shares[emotion.position]),
            words.percent(scores[emotion.position]),
            words.points(relative[emotion.position]) if relative else words.NOTHING,
        )
        for emotion in Emotion
    ]
    rest = (("mixed", MIXED_FILL, totals.mixed_share), ("unreadable", DOTS, totals.unreadable_share))
    return rows + [
        ShareRow(name, swatch(fill), bar(share or 0, fill), words.percent(share), words.NOTHING, words.NOTHING)
        for name, fill, share in rest
    ]


class PersonView:
    """One person's part of the report about `summary`; `axis` and the numbered `sections` are the whole report's."""

    def __init__(
        self, person: PersonSummary, summary: Summary, axis: Axis, sections: Numbered, prefix: str, usual: Usual | None
    ) -> None:
        self.person = person
        self.id = f"{prefix}-person-{person.track_id}-{round(1000 * person.first_s)}"
        is_long = person.last_s - person.first_s >= LEAST_SPAN * summary.duration_s
        self.axis = axis if is_long else Axis(person.first_s, max(person.last_s, person.first_s + 1))
        self.moments = Moments(self.id)
        own = [replace(one, totals=totals) for one, totals in zip(summary.sections, person.sections, strict=True)]
        recording, is_alone = summary.recording, len(summary.people) == 1
        self.cards = cards(person, recording.width, self.moments, usual, is_alone=is_alone)
        self.advice = advise(person, own, recording, self.moments, usual, is_alone=is_alone)
        numbers = [number for number, _ in sections]
        self.sections = [
            SectionView(number, one, person) for number, one in zip(numbers, own, strict=True) if one.totals.seen_s
        ]
        self._shown = [(number, one) for number, one in sections if one.end_s > self.axis.start_s]
        self.shares = share_rows(person.totals, person.relative)
        longest = sorted(person.sustained, key=lambda one: -one.duration_s)[:MOST_SUSTAINED]
        self.sustained = sorted(longest, key=lambda one: one.start_s)

    @property
    def seen(self) -> str:
        one = self.person
        return (
            f"Seen from {words.clock(one.first_s)} to {words.end_clock(one.last_s)}, "
            f"for {words.length(one.totals.seen_s)} in all"
        )

    @cached_property
    def timeline(self) -> TimelineChart:
        """Made after cards and advice, whose moments it shows."""
        return TimelineChart(self.person, self.axis, self._shown, self.moments, f"{self.id}-timeline")

    @property
    def named_sections(self) -> Numbered:
        """Those that a marker begins."""
        return [(number, one) for number, one in self._shown if number]

    def figures(self) -> tuple[list[Drawing], list[str]]:
        """What is drawn of this person besides, and why something is not."""
        return drawn_of_person(self.person, self.axis, self.id)

    @property
    def facts(self) -> list[Fact]:
        one, totals = self.person, self.person.totals
        changes = words.number(one.changes_per_min)
        rate = f"{one.changes:,}" if one.changes_per_min is None else f"{one.changes:,}, {changes} a minute"
        return [
            ("Time seen", words.length(totals.seen_s)),
            ("Changes between sustained expressions", rate),
            ("Balance, positive minus negative", words.signed(totals.balance)),
            ("Time with eyes shut (PERCLOS)", words.percent(totals.perclos)),
        ]

    @property
    def quality(self) -> list[Fact]:
        totals = self.person.totals
        return [
            ("Uncertain answers", words.percent(totals.uncertain_share)),
            ("Too small, dark or blurred", words.percent(totals.poor_share)),
            ("Turned away", words.percent(totals.turned_share)),
            ("Gaze known", words.percent(totals.gazed_s / totals.seen_s if totals.seen_s else None)),
            ("Eyes could be judged", words.percent(totals.judged_s / totals.seen_s if totals.seen_s else None)),
        ]

    def table(self) -> list[tuple[str, list[str]]]:
        """The curves in numbers: the mean of each expression over parts of the time."""
        timeline = self.person.timeline
        size = max(1, -(-len(timeline.scores) // TABLE_ROWS))
        rows = []
        for first in range(0, len(timeline.scores), size):
            known = [row for row in timeline.scores[first : first + size] if row is not None]
            means = [words.percent(sum(column) / len(known)) for column in zip(*known, strict=True)]
            end_s = min(timeline.time_of(first + size), timeline.end_s)
            span = f"{words.clock(timeline.time_of(first))} to {words.clock(end_s)}"
            rows.append((span, means or [words.NOTHING] * len(Emotion)))
        return rows


class SectionView:
    """A section's row in a table, of one `person` or of everybody; `number` is empty before the first marker."""

    def __init__(self, number: str, section: Section, person: PersonSummary | None = None) -> None:
        totals = section.totals
        self.number = number
        self.time = words.clock(section.start_s)
        self.text = section.text or ("(no text)" if number else "Beginning")
        self.length = words.length(section.end_s - section.start_s)
        self.top = totals.ranking[0][0] if totals.ranking else None
        self.share = words.percent(totals.ranking[0][1]) if totals.ranking else words.NOTHING
        self.looked = words.percent(totals.looked_share)
        self.smiles = words.NOTHING
        if person is not None:
            begun = [one.start_s for one in person.behavior[SMILING].stretches]
            self.smiles = f"{sum(section.start_s <= start_s < section.end_s for start_s in begun):,}"
        self.balance = words.signed(totals.balance)
        self.blinks = f"{totals.blinks:,}"


def numbered(summary: Summary) -> Numbered:
    """Sections with the numbers of the markers that begin them. What comes before the first marker has none, nor have
    calm seconds, so that questions of a practice keep their numbers."""
    before = len(summary.sections) - len(summary.recording.markers)
    numbers: list[str] = []
    for place, one in enumerate(summary.sections):
        has_number = place >= before and one.text != CALM
        numbers.append(str(1 + sum(map(bool, numbers))) if has_number else "")
    return list(zip(numbers, summary.sections, strict=True))
