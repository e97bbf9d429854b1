"""A study as files: all readings in one table, all markers in another, and a line for each task of each recording."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta, timezone
from io import StringIO
from itertools import islice
from typing import IO, Any

from fer_web.core.studies import Study, StudyRecording
from fer_web.core.text import harmless_cell
from fer_web.errors import RequestError
from fer_web.reports import COMMA
from fer_web.reports.spreadsheet import separated
from fer_web.reports.table import HEADER, line_of
from fer_web.store import Store, StoredRecording
from fer_web.web.api.recording_files import PIECE_LINES, Outbox
from fer_web.web.api.study_schemas import stored_of, study_json

MARKER_COLUMNS = ("recording", "participant", "task", "marker", "utc")
TASK_COLUMNS = (
    *("recording", "name", "participant", "condition", "task"),
    *("start_s", "stop_s", "success", "start_utc", "stop_utc"),
)
STARTED, STOPPED = "task start", "task stop"
SUCCESS = {True: "yes", False: "no", None: ""}


def study_archive(store: Store, study: Study, separator: str = COMMA) -> Iterator[bytes]:
    """A ZIP, piece by piece: readings.csv, markers.csv, tasks.csv and study.json."""
    outbox, places = Outbox(), stored_of(store, study)
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as file:  # type: ignore[call-overload]
        with file.open("readings.csv", "w", force_zip64=True) as target:
            target.write(_line(["recording", "participant", "task"], separator, ended=False).encode())
            target.write(f"{separator}{next(separated([HEADER], separator))}\n".encode())
            for place, _ in places:
                yield from _add_readings(target, outbox, store, study, place, separator)
        file.writestr("markers.csv", _table(MARKER_COLUMNS, markers_of(study, places), separator))
        file.writestr("tasks.csv", _table(TASK_COLUMNS, tasks_of(study, places), separator))
        told = study_json(store, study).model_dump(mode="json")
        file.writestr("study.json", json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    yield outbox.take()


def markers_of(study: Study, places: Sequence[tuple[StudyRecording, StoredRecording]]) -> Iterator[list[str]]:
    """Every marker of every recording, and when its tasks started and stopped, in the order of time."""
    for place, stored in places:
        found = [(one.time_s, study.task_at(place, one.time_s), one.text) for one in stored.recording.markers]
        for task in study.tasks:
            times = place.of(task)
            ends = ((times.start_s, STARTED), (times.stop_s, STOPPED))
            found += [(time_s, task.name, what) for time_s, what in ends if time_s is not None]
        for time_s, name, what in sorted(found, key=lambda one: one[0]):
            yield [place.recording, place.participant.name, name, what, _utc(stored, time_s)]


def tasks_of(study: Study, places: Sequence[tuple[StudyRecording, StoredRecording]]) -> Iterator[list[str]]:
    """Every task of every recording, also those that nobody has begun."""
    for place, stored in places:
        for task in study.tasks:
            times, condition = place.of(task), place.condition
            who = [place.recording, stored.recording.name, place.participant.name]
            when = [times.start_s, times.stop_s]
            yield [
                *(*who, "" if condition is None else condition.name, task.name),
                *("" if time_s is None else f"{time_s:.3f}" for time_s in when),
                SUCCESS[times.success],
                *("" if time_s is None else _utc(stored, time_s) for time_s in when),
            ]


def _add_readings(
    target: IO[bytes], outbox: Outbox, store: Store, study: Study, place: StudyRecording, separator: str
) -> Iterator[bytes]:
    who = _line([place.recording, place.participant.name], separator, ended=False)
    try:
        readings = store.recordings.readings(place.recording)
    except RequestError:
        return  # it was deleted meanwhile
    while piece := list(islice(readings, PIECE_LINES)):
        lines = separated(map(line_of, piece), separator)
        names = (_line([study.task_at(place, one.time_s)], separator, ended=False) for one in piece)
        rows = (separator.join((who, name, line)) for name, line in zip(names, lines, strict=True))
        target.write("".join(f"{row}\n" for row in rows).encode())
        yield outbox.take()


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], separator: str) -> str:
    return "".join(_line(row, separator) for row in (columns, *rows))


def _line(cells: Sequence[Any], separator: str, *, ended: bool = True) -> str:
    """Cells with whatever they hold; what a spreadsheet would calculate is a text."""
    written = StringIO()
    end = "\n" if ended else ""
    csv.writer(written, delimiter=separator, lineterminator=end).writerow(map(harmless_cell, cells))
    return written.getvalue()


def _utc(stored: StoredRecording, time_s: float) -> str:
    when = stored.recording.started_at + timedelta(seconds=time_s)
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds")
