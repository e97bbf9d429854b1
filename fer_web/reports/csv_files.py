"""Readings in CSV files: written as they come, read back strictly, mended after a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from os import SEEK_END, PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TextIO

from fer_web.core import Reading
from fer_web.core.text import shown_path
from fer_web.errors import DataError
from fer_web.reports.spreadsheet import COMMA, separated
from fer_web.reports.table import COLUMNS, HEADER, line_of, read_line

# A row has about 150 characters; the last line's beginning is looked for in the last so many bytes.
_TAIL_BYTES = 65_536
_LONGEST_LINE = 4_096


def csv_lines(readings: Iterable[Reading], separator: str = COMMA) -> Iterator[str]:
    """The file line by line, for whoever sends it somewhere: the header, then a line for each reading."""
    lines = chain((HEADER,), map(line_of, readings))
    return (f"{line}\n" for line in separated(lines, separator))


def write_readings_csv(
    target: str | PathLike[str] | TextIO, readings: Iterable[Reading], separator: str = COMMA
) -> int:
    """Write all readings to a path or an open text file, and say how many there were.

    With semicolons, which spreadsheets expect where a comma is the decimal sign, numbers have one; only files with
    commas can be read again.
    """
    if isinstance(target, (str, PathLike)):
        with Path(target).open("w", encoding="utf-8", newline="\n") as file:
            return write_readings_csv(file, readings, separator)
    count = -1  # the header is no reading
    for line in csv_lines(readings, separator):
        target.write(line)
        count += 1
    return count


class ReadingsWriter:
    """A file that readings are appended to. After every `write` all of them are handed to the system, so that a crash
    leaves at most one line unfinished.

    With `resume`, an existing file is continued: an unfinished last line is cut, `last` is the last whole reading of
    it. DataError when it is not a file of readings. Belongs to one thread.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self.count = 0
        self.last: Reading | None = None
        if resume and path.exists():
            self.last = _mend(path)
        else:
            path.write_text(HEADER + "\n", encoding="utf-8", newline="\n")
        self._file = path.open("a", encoding="utf-8", newline="\n")

    def write(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            self._file.write(line_of(reading) + "\n")
            self.count += 1
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> ReadingsWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_readings_csv(path: str | PathLike[str], *, mend: bool = False) -> Iterator[Reading]:
    """The readings of a file, one after the other; memory does not grow with the file.

    DataError names the line and the column of the first thing that is wrong: a file that says nothing else, numbers
    that cannot be, times that go back, a person twice in one picture. A last line that breaks off, as a crash leaves
    it, is wrong too, unless `mend` leaves it out.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from _readings(file, shown_path(path.name), mend)
    except UnicodeDecodeError as error:
        raise DataError(f"{shown_path(path.name)} is not UTF-8 text, so it cannot contain readings") from error
    except OSError as error:
        raise DataError(f"{shown_path(path.name)} cannot be read: {error.strerror}") from error


def _readings(file: TextIO, name: str, mend: bool) -> Iterator[Reading]:
    _check_header(file.readline(_LONGEST_LINE), name)
    order = _TimeOrder()
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), ""), start=2):
        try:
            reading = read_line(line.rstrip("\r\n"))
            order.check(reading)
        except DataError as error:
            if line.endswith("\n") or len(line) == _LONGEST_LINE:
                raise DataError(f"{name}, line {number}: {error}") from error
            if mend:
                return
            raise DataError(f"{name}, line {number}: the file ends in the middle of a line ({error})") from error
        yield reading


class _TimeOrder:
    """Readings come in the order of time, each person once in a picture."""

    def __init__(self) -> None:
        self._time_s = 0.0
        self._tracks: set[int] = set()

    def check(self, reading: Reading) -> None:
        if reading.time_s < self._time_s:
            raise DataError(f"column time_s: {reading.time_s} comes after {self._time_s}")
        if reading.time_s > self._time_s:
            self._tracks.clear()
        if reading.track_id in self._tracks:
            raise DataError(f"column track_id: {reading.track_id} appears twice at {reading.time_s} s")
        self._time_s = reading.time_s
        self._tracks.add(reading.track_id)


def _check_header(line: str, name: str) -> None:
    names = tuple(line.lstrip("\ufeff").rstrip("\r\n").split(","))
    if names == COLUMNS:
        return
    if len(names) == 1:
        raise DataError(f"{name}, line 1: expected the columns {HEADER}, separated by commas")
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise DataError(f"{name}, line 1: the column {missing[0]} is missing; expected {HEADER}")
    raise DataError(f"{name}, line 1: expected exactly the columns {HEADER}, in this order")


def _mend(path: Path) -> Reading | None:
    """Cut an unfinished last line, and read the last whole one; None when there is none."""
    with path.open("r+b") as file:
        tail, start = _tail(file)
        end = tail.rfind(b"\n") + 1
        if end < len(tail):
            file.truncate(start + end)
        if start + end == 0:
            file.write(HEADER.encode() + b"\n")
            return None
    with path.open(encoding="utf-8", newline="") as text:
        _check_header(text.readline(_LONGEST_LINE), shown_path(path.name))
    whole = tail[:end].splitlines()
    if start == 0 and len(whole) == 1:
        return None
    try:
        return read_line(whole[-1].decode("utf-8", "replace"))
    except DataError as error:
        raise DataError(f"{shown_path(path.name)}, last line: {error}") from error


def _tail(file: BinaryIO) -> tuple[bytes, int]:
    """The last bytes of a file, and where they begin; the place is left at the file's beginning."""
    size = file.seek(0, SEEK_END)
    start = max(0, size - _TAIL_BYTES)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    return tail, start
