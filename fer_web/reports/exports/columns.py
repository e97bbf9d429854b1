"""Tables for other programs: every column is declared once, with what it means and its unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fer_web.core import Reading

# By the end of a measure's name, as everywhere in this program.
UNITS = {"_s": "s", "_deg": "deg", "_px": "px"}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column called `name`: `of` a row it has a value, None where that is not known.

    `unit` is empty for counts, texts and shares; `decimals` are kept of a fraction.
    """

    name: str
    meaning: str
    of: Callable[[Any], float | int | str | None]
    unit: str = ""
    decimals: int = 4

    def cell(self, row: Any, unknown: str = "") -> str:
        """Its cell in a row; `unknown` where there is no value."""
        value = self.of(row)
        if value is None:
            return unknown
        return f"{round(value, self.decimals) + 0.0:.{self.decimals}f}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class NumberedReading:
    """A reading, `frame` of those frames that have any, from 1, in a picture of `width` (0: not known)."""

    reading: Reading
    frame: int
    width: int


def numbered(readings: Iterable[Reading], width: int) -> Iterator[NumberedReading]:
    """Readings with the numbers of their frames."""
    frame, time_s = 0, None
    for reading in readings:
        frame += reading.time_s != time_s
        time_s = reading.time_s
        yield NumberedReading(reading, frame, width)


def lines_of(
    columns: Sequence[ExportColumn], rows: Iterable[Any], separator: str, unknown: str = ""
) -> Iterator[bytes]:
    """A header and a line for each row. No cell may hold the separator."""
    yield (separator.join(column.name for column in columns) + "\n").encode()
    for row in rows:
        yield (separator.join(column.cell(row, unknown) for column in columns) + "\n").encode()


def unit_of(name: str) -> str:
    """The unit of a measure, by the end of its name."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
