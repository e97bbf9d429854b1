"""The readings as a table: its columns, and what a row holds. Everything that CSV files of readings agree on."""

from __future__ import annotations

import math

from fer_web.core import Emotion, Reading
from fer_web.core.measures import Measure, Value
from fer_web.core.readings import DOMINANT, MEASURES, with_dominant
from fer_web.errors import DataError

COLUMNS = with_dominant(MEASURES)
_PLACE = COLUMNS.index(DOMINANT)
HEADER = ",".join(COLUMNS)
# Seven float32 scores that sum to 1, rounded one by one; two that were closer than this may have changed places.
SUM_SLACK = 0.001
DOMINANT_SLACK = 0.00001
_TRUTH = {"true": True, "false": False}


def line_of(reading: Reading) -> str:
    """A reading as a line of the table, without its end. Unknown values are empty cells."""
    cells = [measure.cell(getattr(reading, measure.name)) for measure in MEASURES]
    return ",".join((*cells[:_PLACE], reading.dominant_emotion.value, *cells[_PLACE:]))


def read_line(line: str) -> Reading:
    """The reading in a line of the table; DataError says which column is wrong, and how."""
    cells = line.split(",")
    if len(cells) != len(COLUMNS):
        raise DataError(f"has {len(cells)} cells instead of {len(COLUMNS)}")
    named = dict(zip(COLUMNS, cells, strict=True))
    dominant = named.pop(DOMINANT)
    values = {measure.name: _value(measure, named[measure.name]) for measure in MEASURES}
    reading = Reading(**values)  # type: ignore[arg-type]
    _check_scores(reading, dominant)
    return reading


def _check_scores(reading: Reading, dominant: str) -> None:
    scores = reading.scores
    if abs(sum(scores) - 1) > SUM_SLACK:
        raise DataError(f"the seven scores sum to {sum(scores):.4f} instead of 1")
    if dominant not in tuple(Emotion):
        raise _wrong(DOMINANT, dominant, f"is none of {', '.join(Emotion)}")
    if scores[Emotion(dominant).position] < max(scores) - DOMINANT_SLACK:
        raise _wrong(DOMINANT, dominant, "does not have the highest score of its line")


def _value(measure: Measure, cell: str) -> Value:
    if measure.is_optional and not cell:
        return None
    if measure.kind is bool:
        if cell not in _TRUTH:
            raise _wrong(measure.name, cell, "is neither true nor false")
        return _TRUTH[cell]
    return _count(measure, cell) if measure.kind is int else _number(measure, cell)


def _count(measure: Measure, cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()):
        raise _wrong(measure.name, cell, "is not a whole number from 0")
    return int(cell)


def _number(measure: Measure, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _wrong(measure.name, cell, "is not a number")
    low, high = measure.low, measure.high
    if not low <= value <= high:
        raise _wrong(measure.name, cell, f"is under {low:g}" if high == math.inf else f"is outside {low:g} to {high:g}")
    return value


def _wrong(column: str, cell: str, what: str) -> DataError:
    return DataError(f"column {column}: {cell[:40]!r} {what}")
