"""What the report's templates show: a summary in words and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from fer_web.core import Emotion, Recording
from fer_web.reports import crowd_charts, person_charts, words
from fer_web.reports.axis import Axis
from fer_web.reports.findings import cautions, findings
from fer_web.reports.measures import Totals
from fer_web.reports.person import Person
from fer_web.reports.person_charts import Numbered
from fer_web.reports.sections import Section
from fer_web.reports.summary import Summary
from fer_web.reports.svg import bar

# Of more people than this, those seen longest have a section, of more than that a row in the overview.
MOST_SECTIONS = 8
MOST_ROWS = 60
MOST_SPELLS = 12
# A person seen for less of the recording than this gets a time axis of their own.
LEAST_SPAN = 0.5
ROW_HEIGHT = 22
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


class ReportView:
    """A whole report. Ids are unique in the page as long as `prefix` is."""

    def __init__(self, summary: Summary, prefix: str = "r") -> None:
        self.summary = summary
        self.recording = summary.recording
        self.trouble = words.capital(summary.recording.trouble or "")
        self.findings = findings(summary)
        self.cautions = cautions(summary)
        self.prefix = prefix
        self.axis = Axis(0.0, max(summary.duration_s, 1.0))
        self.markers: Numbered = list(
            enumerate(sorted(summary.recording.markers, key=lambda marker: marker.time_s), start=1)
        )
        longest = sorted(summary.people, key=lambda person: -person.totals.seen_s)
        shown = {person.track for person in longest[:MOST_SECTIONS]}
        self.people = [PersonView(person, self) for person in summary.people if person.track in shown]
        rows = {person.track for person in longest[:MOST_ROWS]}
        self.rows = [person for person in summary.people if person.track in rows]
        self.tiles = _tiles(summary)
        self.meta = meta(summary)
        self.sections = [SectionView(section, self.markers) for section in summary.sections]
        self.everybody = share_rows(summary.everybody)

    @property
    def without_section(self) -> int:
        return len(self.summary.people) - len(self.people)

    def overview(self) -> list[tuple[Person, Markup]]:
        """A ribbon for everybody who has a row."""
        return [
            (person, person_charts.presence(person, self.axis, ROW_HEIGHT, f"{self.prefix}-row-{number}"))
            for number, person in enumerate(self.rows)
        ]

    def overview_axis(self) -> Markup:
        return self.axis.alone()

    def at_once(self) -> Markup | None:
        crowd = self.summary.crowd
        return None if crowd is None else crowd_charts.at_once(crowd, self.axis, f"{self.prefix}-at-once")

    def balance(self) -> Markup | None:
        crowd = self.summary.crowd
        return None if crowd is None else crowd_charts.balance(crowd, self.axis, f"{self.prefix}-balance")

    def crowd_facts(self) -> list[Fact]:
        crowd = self.summary.crowd
        if crowd is None:
            return []
        return [
            ("In the picture at once", f"{words.number(crowd.mean_at_once)} on average, {crowd.most_at_once} at most"),
            ("Positive", words.percent(self.summary.everybody.positive)),
            ("Negative", words.percent(self.summary.everybody.negative)),
            ("Balance", words.signed(self.summary.everybody.balance)),
            ("Compared from entry to exit", words.count(crowd.compared, "person", "people")),
            ("More positive at the exit", str(crowd.happier)),
            ("About the same", str(crowd.steady)),
            ("Less positive at the exit", str(crowd.unhappier)),
            ("Mean change of the balance", words.signed(crowd.mean_change)),
        ]


class PersonView:
    """One person's section."""

    def __init__(self, person: Person, report: ReportView) -> None:
        self.person = person
        self.id = f"{report.prefix}-person-{person.track}-{round(1000 * person.first_s)}"
        span_s = person.last_s - person.first_s
        is_long = span_s >= LEAST_SPAN * report.summary.duration_s
        self.axis = report.axis if is_long else Axis(person.first_s, max(person.last_s, person.first_s + 1))
        self.markers = [(number, marker) for number, marker in report.markers if self.axis.shows(marker.time_s)]
        self.shares = share_rows(person.totals, person.relative)
        own = zip(report.summary.sections, person.sections, strict=True)
        self.sections = [
            SectionView(replace(section, totals=totals), report.markers) for section, totals in own if totals.seen_s
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

    def blinking(self) -> Markup | None:
        known = any(value is not None for value in self.person.timeline.blinks_per_min)
        return person_charts.blinking(self.person, self.axis, f"{self.id}-blinking") if known else None

    def closing(self) -> Markup | None:
        known = any(value is not None for value in self.person.timeline.perclos)
        return person_charts.closing(self.person, self.axis, f"{self.id}-closing") if known else None

    @property
    def facts(self) -> list[Fact]:
        one, totals = self.person, self.person.totals
        return [
            ("Certain time", f"{words.length(totals.certain_s)} of {words.length(totals.seen_s)}"),
            ("Changes of expression a minute", words.number(one.changes_per_min)),
            ("Balance, positive minus negative", words.signed(totals.balance)),
            ("Blinks", f"{totals.blinks:,}"),
            ("Blinks a minute", words.number(totals.blinks_per_min)),
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


def meta(summary: Summary) -> list[Fact]:
    """Where and when the readings come from."""
    recording = summary.recording
    facts = [
        ("Recorded", date(recording)),
        ("Source", recording.source),
        ("Duration", words.length(summary.duration_s)),
        ("Model", recording.model),
    ]
    if recording.fps:
        facts.insert(3, ("Analyzed", f"{words.number(recording.fps)} pictures/s"))
    if recording.width and recording.height:
        facts.insert(4, ("Picture", f"{recording.width} \N{MULTIPLICATION SIGN} {recording.height} pixels"))
    return [(title, text) for title, text in facts if text]


def date(recording: Recording) -> str:
    """In the time zone that the recording has."""
    started = recording.started_at
    return f"{started.day} {started:%B %Y, %H:%M} {started.tzname()}"


def _tiles(summary: Summary) -> list[tuple[str, str, str]]:
    """Name, value, and what it is out of."""
    totals = summary.headline
    ranking = totals.ranking
    people = len(summary.people)
    certain = None if totals.uncertain_share is None else 1 - totals.uncertain_share
    return [
        ("People", str(people), f"{summary.brief} more briefly" if summary.brief else "seen"),
        (
            "Most frequent",
            str(ranking[0][0]) if ranking else words.NOTHING,
            f"{words.percent(ranking[0][1])} of the certain time" if ranking else "nothing certain",
        ),
        ("Balance", words.signed(totals.balance), "positive minus negative"),
        ("Blinks a minute", words.number(totals.blinks_per_min), words.count(totals.blinks, "blink")),
        ("Certain", words.percent(certain), f"of {words.length(totals.seen_s)} seen"),
    ]
