"""What the report's templates show: a summary in words and charts."""

from __future__ import annotations

from markupsafe import Markup

from fer_web.core import Recording
from fer_web.reports import person_charts, words
from fer_web.reports.axis import Axis
from fer_web.reports.figures import Drawing, drawn_of_group
from fer_web.reports.findings import cautions, findings
from fer_web.reports.person import PersonSummary
from fer_web.reports.person_charts import Numbered
from fer_web.reports.person_view import Fact, PersonView, SectionView, share_rows
from fer_web.reports.summary import Summary

# Of more people than this, those seen longest have a section, of more than that a row in the overview.
MOST_SECTIONS = 8
MOST_ROWS = 60
ROW_HEIGHT = 22


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
        shown = {person.track_id for person in longest[:MOST_SECTIONS]}
        self.people = [
            PersonView(person, summary, self.axis, self.markers, prefix)
            for person in summary.people
            if person.track_id in shown
        ]
        rows = {person.track_id for person in longest[:MOST_ROWS]}
        self.rows = [person for person in summary.people if person.track_id in rows]
        self.tiles = _tiles(summary)
        self.meta = meta(summary)
        self.sections = [SectionView(section, self.markers) for section in summary.sections]
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
        ("Blinks per minute", words.number(totals.blinks_per_min), words.count(totals.blinks, "blink")),
        ("Certain", words.percent(certain), f"of {words.length(totals.seen_s)} seen"),
    ]
