"""Tasks of a study beside each other: a row for each task, a column for each recording, in the study's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.core.studies import Study, StudyPart, StudyRecording, TaskTimes
from fer_web.reports import words
from fer_web.reports.axis import Axis
from fer_web.reports.task_cell import TaskCell, TaskMean
from fer_web.reports.task_charts import task_chart
from fer_web.reports.task_series import TASK_MEASURES, FaceSeries

LEAST_COMPARED, MOST_COMPARED = 2, 8
EXPRESSIONS = "expressions"
# What can be chosen, by the name in addresses.
MATRIX_MEASURES = {
    EXPRESSIONS: "All expressions",
    **{name: measure.title for name, measure in TASK_MEASURES.items()},
}
# Of all expressions, those are told that were shown for this share of the time somewhere.
LEAST_TOLD = 0.05
# More than so many are not listed when they are all.
MANY = 2
SUCCEEDED = {True: "yes", False: "no", None: words.NOTHING}


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A recording; `label` tells it from the others in sentences."""

    recording: str
    name: str
    participant: str
    condition: str
    label: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A task in a recording, as a chart and in words; `missing` says why there is neither."""

    missing: str = ""
    chart: Markup | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A task; `told` says which recordings differ, and by what."""

    task: str
    cells: tuple[MatrixCell, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskMatrix:
    """What the page shows."""

    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]

    @classmethod
    def of(
        cls, study: Study, places: Sequence[tuple[StudyRecording, str]], series: Mapping[str, FaceSeries], measure: str
    ) -> TaskMatrix:
        """Of recordings of a study with their names; `series` are by the recordings' ids, `measure` is one of
        MATRIX_MEASURES."""
        columns = tuple(_columns(places))
        who = [place for place, _ in places]
        rows = (_row(number, task, who, columns, series, measure) for number, task in enumerate(study.tasks))
        return cls(columns, tuple(rows))


def _columns(places: Sequence[tuple[StudyRecording, str]]) -> list[MatrixColumn]:
    labels = _labels([place for place, _ in places])
    return [
        MatrixColumn(
            place.recording,
            name,
            place.participant.name,
            place.condition.name if place.condition else "",
            label,
        )
        for (place, name), label in zip(places, labels, strict=True)
    ]


def _labels(places: Sequence[StudyRecording]) -> list[str]:
    """The participants, with their condition and column where there are several recordings of one."""
    people = [place.participant.name for place in places]
    with_condition = [
        who + (f" ({one.condition.name})" if one.condition else "") for who, one in zip(people, places, strict=True)
    ]
    with_column = [f"{one}, column {number}" for number, one in enumerate(with_condition, 1)]
    often, still = Counter(people), Counter(with_condition)
    return [
        who if often[who] == 1 else one if still[one] == 1 else numbered
        for who, one, numbered in zip(people, with_condition, with_column, strict=True)
    ]


def _row(
    number: int,
    task: StudyPart,
    places: Sequence[StudyRecording],
    columns: Sequence[MatrixColumn],
    series: Mapping[str, FaceSeries],
    measure: str,
) -> MatrixRow:
    times = [place.of(task) for place in places]
    cells = [TaskCell.of(series[place.recording], one) for place, one in zip(places, times, strict=True)]
    shown = _measures(cells) if measure == EXPRESSIONS else [measure]
    axis = Axis(0.0, max((cell.duration_s for cell in cells if cell is not None), default=1.0))
    told = [
        _cell(cell, one, axis, f"task-{number}-{place}", f"{task.name}, {column.label}", measure, shown)
        for place, (cell, one, column) in enumerate(zip(cells, times, columns, strict=True))
    ]
    return MatrixRow(task.name, tuple(told), tuple(_differences(cells, columns, shown)))


def _measures(cells: Sequence[TaskCell | None]) -> list[str]:
    """The expressions that are worth telling of a row."""
    names = [emotion.value for emotion in Emotion]
    known = [cell.means for cell in cells if cell is not None]
    return [name for name in names if any(name in one and one[name].value >= LEAST_TOLD for one in known)]


def _cell(
    cell: TaskCell | None, times: TaskTimes, axis: Axis, name: str, title: str, measure: str, shown: Sequence[str]
) -> MatrixCell:
    if cell is None:
        return MatrixCell("Not done" if times.start_s is None else "Not ended")
    facts = [
        ("Duration", words.length(cell.duration_s)),
        ("Success", SUCCEEDED[cell.success]),
        ("Readable", words.percent(cell.readable)),
        *((TASK_MEASURES[one].title, mean_words(one, cell.means.get(one))) for one in shown),
    ]
    chart = task_chart(cell, axis, None if measure == EXPRESSIONS else measure, name, title)
    return MatrixCell(chart=chart, facts=tuple(facts))


def mean_words(name: str, mean: TaskMean | None) -> str:
    """A mean with its interval: `42 % (30 to 55)`."""
    if mean is None:
        return "not known"
    estimate, is_share = mean.estimate, TASK_MEASURES[name].is_share
    value = words.percent(mean.value) if is_share else words.number(mean.value, 2)
    if estimate is None:
        return f"{value} (too short)"
    digits, times = (0, 100) if is_share else (2, 1)
    low, high = (words.rounded(max(0.0, end), digits, times) for end in (estimate.low, estimate.high))
    return f"{value} ({abs(low)} to {abs(high)})"


def _differences(cells: Sequence[TaskCell | None], columns: Sequence[MatrixColumn], shown: Sequence[str]) -> list[str]:
    """Sentences on a row: which intervals part, or that none do."""
    compared, found = False, []
    for name in shown:
        known = [
            (mean.estimate, column.label)
            for cell, column in zip(cells, columns, strict=True)
            if cell is not None and (mean := cell.means.get(name)) is not None and mean.estimate is not None
        ]
        compared = compared or len(known) > 1
        pairs = [(one, other) for (a, one), (b, other) in combinations(known, 2) if a.is_above(b) or b.is_above(a)]
        found += [_difference(name, one, pairs, len(known)) for one in dict.fromkeys(one for one, _ in pairs)]
    if found:
        return found
    return ["The intervals overlap: no difference can be told."] if compared else ["Too little to compare."]


def _difference(name: str, one: str, pairs: Sequence[tuple[str, str]], count: int) -> str:
    others = [other for first, other in pairs if first == one]
    is_all = len(others) == count - 1 > MANY
    return f"{TASK_MEASURES[name].title}: {one} differs from {'all others' if is_all else words.listed(others)}."
