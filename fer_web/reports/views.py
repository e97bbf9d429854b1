"""What the report's templates show: a summary in words and charts."""

from __future__ import annotations

from markupsafe import Markup

from fer_web.core import Recording
from fer_web.reports import person_charts, words
from fer_web.reports.axis import Axis
from fer_web.reports.figures import Drawing, drawn_of_group
from fer_web.reports.findings import cautions, findings
from fer_web.reports.person import PersonSummary
from fer_web.reports.person_view import Fact, PersonView, SectionView, numbered, share_rows
from fer_web.reports.summary import Summary
from fer_web.reports.usual import Usual

# Of more people than this, those seen longest have a section, of more than that a row in the overview.
MOST_SECTIONS = 8
MOST_ROWS = 60
ROW_HEIGHT = 22


class ReportView:
    """A whole report. Ids are unique in the page as long as `prefix` is. `usual` is that of its only person."""

    def __init__(self, summary: Summary, prefix: str = "r", usual: Usual | None = None) -> None:
        self.summary = summary
        self.recording = summary.recording
        self.trouble = words.capital(summary.recording.trouble or "")
        self.findings = findings(summary)
        self.cautions = cautions(summary)
        self.prefix = prefix
        self.axis = Axis(0.0, max(summary.duration_s, 1.0))
        numbers = numbered(summary)
        self.usual = usual if len(summary.people) == 1 else None
        longest = sorted(summary.people, key=lambda person: -person.totals.seen_s)
        shown = {person.track_id for person in longest[:MOST_SECTIONS]}
        self.people = [
            PersonView(person, summary, self.axis, numbers, prefix, self.usual)
            for person in summary.people
            if person.track_id in shown
        ]
        rows = {person.track_id for person in longest[:MOST_ROWS]}
        self.rows = [person for person in summary.people if person.track_id in rows]
        self.meta = meta(summary)
        self.sections = [SectionView(number, section) for number, section in numbers]
        self.everybody = share_rows(summary.everybody)

    @property
    def without_section(self) -> int:
        return len(self.summary.people) - len(self.people)

    def overview(self) -> list[tuple[PersonSummary, Markup]]:
        """A ribbon for everybody who has a row."""
        return [
            (person, person_charts.presence(person, self.axis, ROW_HEIGHT, f"{self.prefix}-row-{number}"))
            for number, person in enumerate(self.rows)
        ]

    def overview_axis(self) -> Markup:
        return self.axis.alone()

    def group_figures(self) -> list[Drawing]:
        """What is drawn of everybody together besides."""
        crowd = self.summary.crowd
        return [] if crowd is None else list(drawn_of_group(crowd, self.axis, self.prefix))

    def crowd_facts(self) -> list[Fact]:
        crowd = self.summary.crowd
        if crowd is None:
            return []
        return [
            ("Time seen", f"{words.number(self.summary.everybody.seen_s)} person-seconds"),
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
