"""Markers from a CSV file: when something happened, by the recording's clock or the world's, and what it is called."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from fer_web.core.readings import Marker
from fer_web.errors import BadMarkers

TIME, UTC, LABEL = "time_s", "utc", "label"
LONGEST_LABEL = 500
# Wrong lines that a sentence names.
MOST_TOLD = 5
# A marker this far from a recording's beginning or end, as rounded times are, is put there.
SLACK_S = 0.5
_FRACTION = re.compile(r"\.(\d{1,9})\d*")


@dataclass(frozen=True, slots=True)
class MarkerFile:
    """The markers of a file in the order of time, and whether they were told in the world's time (`utc`)."""

    markers: tuple[Marker, ...]
    is_utc: bool


class _LineError(ValueError):
    """What is wrong with one line."""


def read_markers(text: str, started_at: datetime, duration_s: float, *, offset_s: float = 0.0, most: int) -> MarkerFile:
    """The markers of a CSV file for a recording that began at `started_at` and lasted `duration_s`.

    The first line names the columns: `time_s` (seconds since the recording began) or `utc` (ISO 8601; without a zone,
    UTC), and `label`. Cells are separated by commas, semicolons or tabs. `offset_s` is added to every time. BadMarkers
    names the lines that are wrong, such as those outside of the recording.
    """
    rows = _rows(text)
    columns = next(rows, (0, []))[1]
    when, label = _columns(columns)
    found: list[Marker] = []
    wrong: list[str] = []
    for number, cells in rows:
        try:
            time_s = _time_s(_cell(cells, when, columns), columns[when], started_at) + offset_s
            found.append(Marker(_inside(time_s, duration_s), _label(_cell(cells, label, columns))))
        except _LineError as error:
            wrong.append(f"line {number}: {error}")
        if len(found) > most:
            raise BadMarkers(f"the file has more than {most} markers: send fewer")
        if len(wrong) > MOST_TOLD:
            break
    if wrong:
        raise BadMarkers("; ".join(wrong[:MOST_TOLD]) + ("; …" if len(wrong) > MOST_TOLD else ""))
    if not found:
        raise BadMarkers("the file has no markers: below the line with the columns' names, write one line for each")
    return MarkerFile(tuple(sorted(found, key=lambda marker: marker.time_s)), columns[when] == UTC)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty with their numbers; cells without blanks around them."""
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    reader = csv.reader(lines, delimiter=separator)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise BadMarkers(f"line {reader.line_num}: not CSV ({error})") from error


def _columns(columns: Sequence[str]) -> tuple[int, int]:
    """Where the time and the label stand."""
    times = [name for name in (TIME, UTC) if name in columns]
    if len(times) != 1 or LABEL not in columns:
        raise BadMarkers(f"line 1: name the columns {TIME} or {UTC}, and {LABEL}, as in '{TIME},{LABEL}'")
    return columns.index(times[0]), columns.index(LABEL)


def _cell(cells: Sequence[str], place: int, columns: Sequence[str]) -> str:
    if place >= len(cells) or not cells[place]:
        raise _LineError(f"{columns[place]} is empty")
    return cells[place]


def _time_s(cell: str, column: str, started_at: datetime) -> float:
    return _seconds(cell) if column == TIME else (_moment(cell) - started_at).total_seconds()


def _seconds(cell: str) -> float:
    try:
        time_s = float(cell.replace(",", "."))
    except ValueError:
        time_s = math.nan
    if not math.isfinite(time_s):
        raise _LineError(f"{TIME} {cell[:40]!r} is not a number of seconds")
    return time_s


def _moment(cell: str) -> datetime:
    """Of ISO 8601, in any number of decimals, with Z too: Python 3.10 knows three or six of them, and no Z."""
    plain = _FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", cell)
    try:
        moment = datetime.fromisoformat(plain.removesuffix("Z") + ("+00:00" if plain.endswith("Z") else ""))
    except ValueError:
        raise _LineError(f"{UTC} {cell[:40]!r} is no time such as 2026-11-27T09:30:00Z") from None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _inside(time_s: float, duration_s: float) -> float:
    """A time of the recording; what lies a rounding outside of it is put at its beginning or end."""
    if time_s < -SLACK_S:
        raise _LineError(f"{-time_s:.1f} s before the recording began")
    if time_s > duration_s + SLACK_S:
        raise _LineError(f"{time_s - duration_s:.1f} s after the recording ended")
    return round(min(max(time_s, 0.0), duration_s), 3)


def _label(text: str) -> str:
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if not clean:
        raise _LineError(f"{LABEL} is empty")
    if len(clean) > LONGEST_LABEL:
        raise _LineError(f"{LABEL} has {len(clean)} characters; {LONGEST_LABEL} are allowed")
    return clean


def clocks(file: MarkerFile, started_at: datetime, offset_s: float) -> str:
    """In a sentence, how the file's times became times of the recording."""
    moved = f", moved by {offset_s:+g} s" if offset_s else ""
    if not file.is_utc:
        return f"{TIME} counts from the beginning of the recording{moved}."
    first = started_at.astimezone(timezone.utc) + timedelta(seconds=file.markers[0].time_s)
    return (
        f"By this server's clock the recording began at {_told(started_at.astimezone(timezone.utc))} UTC, "
        f"and the first marker is at {_told(first)} UTC, {file.markers[0].time_s:.3f} s after it{moved}. "
        "If the clocks of the two machines differ, set an offset."
    )


def _told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
