"""Reading studies, without the recordings that were deleted meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from fer_web.core.studies import Study, StudyPart, StudyRecording, TaskTimes
from fer_web.errors import NoStudy
from fer_web.store.recording_view import RecordingView
from fer_web.store.study_tables import StudyPartRow, StudyRecordingRow, StudyRow, TaskTimesRow
from fer_web.store.tables import RecordingRow


@dataclass(frozen=True, slots=True)
class ListedStudy:
    """A study in the list, and how many participants, tasks and recordings it has."""

    id: str
    name: str
    created_at: datetime
    participants: int
    tasks: int
    recordings: int


class StudyReads(RecordingView):
    """What can be asked about studies; NoStudy for one that does not exist (any more)."""

    def get(self, study_id: str) -> Study:
        """The study of that id, with everything in it."""
        if not self._database.is_there:
            raise NoStudy()
        with self._database.reading() as connection:
            return self._study(connection, self._found_study(connection, study_id))

    def of_recording(self, recording_id: str) -> Study | None:
        """The study that a recording belongs to; None for none."""
        if not self._database.is_there:
            return None
        place = select(StudyRecordingRow.study).join(RecordingRow, RecordingRow.number == StudyRecordingRow.recording)
        place = place.where(RecordingRow.id == recording_id, *self._shown())
        asked = select(StudyRow).where(StudyRow.number.in_(place), self._is_own(StudyRow.owner))
        with self._database.reading() as connection:
            row = connection.execute(asked).first()
            return None if row is None else self._study(connection, row)

    def taken(self) -> frozenset[str]:
        """The ids of the recordings that belong to a study."""
        if not self._database.is_there:
            return frozenset()
        asked = select(RecordingRow.id).join(StudyRecordingRow, StudyRecordingRow.recording == RecordingRow.number)
        with self._database.reading() as connection:
            return frozenset(connection.scalars(asked.where(*self._shown())))

    def list(self) -> Sequence[ListedStudy]:
        """All of them, the newest first."""
        if not self._database.is_there:
            return []
        counts = (_parts("participant"), _parts("task"), self._recordings())
        asked = select(StudyRow.id, StudyRow.name, StudyRow.created_at, *counts).where(self._is_own(StudyRow.owner))
        with self._database.reading() as connection:
            return [ListedStudy(*row) for row in connection.execute(asked.order_by(StudyRow.number.desc()))]

    def _found_study(self, connection: Connection, study_id: str, *, lock: bool = False) -> Row[Any]:
        """The row of a study, which nobody else may change meanwhile if it is to be locked."""
        asked = select(StudyRow).where(StudyRow.id == study_id, self._is_own(StudyRow.owner))
        row = connection.execute(asked.with_for_update() if lock else asked).first()
        if row is None:
            raise NoStudy()
        return row

    def _study(self, connection: Connection, row: Row[Any]) -> Study:
        parts = parts_of(connection, row.number)
        known = {part.id: part for part in parts}
        times = _times(connection, row.number)
        asked = select(RecordingRow.id, StudyRecordingRow).join(
            RecordingRow, RecordingRow.number == StudyRecordingRow.recording
        )
        asked = asked.where(StudyRecordingRow.study == row.number, *self._shown())
        recordings = [
            StudyRecording(one.id, known[one.participant], known.get(one.condition), times.get(one.recording, {}))
            for one in connection.execute(asked.order_by(StudyRecordingRow.recording))
        ]
        order = {part: place for place, part in enumerate(parts)}
        recordings.sort(key=lambda one: order[one.participant])
        return Study(row.id, row.name, row.created_at, tuple(parts), tuple(recordings))

    def _recordings(self) -> Any:
        asked = select(func.count()).select_from(StudyRecordingRow)
        asked = asked.join(RecordingRow, RecordingRow.number == StudyRecordingRow.recording)
        return (
            asked.where(StudyRecordingRow.study == StudyRow.number, *self._shown())
            .correlate(StudyRow)
            .scalar_subquery()
        )


def parts_of(connection: Connection, study: int) -> Sequence[StudyPart]:
    """Those of a study, each kind in its order."""
    asked = select(StudyPartRow).where(StudyPartRow.study == study)
    rows = connection.execute(asked.order_by(StudyPartRow.position, StudyPartRow.number))
    return [StudyPart(row.number, row.kind, row.name) for row in rows]


def _times(connection: Connection, study: int) -> dict[int, dict[int, TaskTimes]]:
    """By the recordings' numbers, and by the tasks'."""
    asked = select(TaskTimesRow).join(StudyPartRow, StudyPartRow.number == TaskTimesRow.task)
    found: dict[int, dict[int, TaskTimes]] = {}
    for row in connection.execute(asked.where(StudyPartRow.study == study)):
        found.setdefault(row.recording, {})[row.task] = TaskTimes(row.start_s, row.stop_s, row.success)
    return found


def _parts(kind: str) -> Any:
    asked = select(func.count()).where(StudyPartRow.study == StudyRow.number, StudyPartRow.kind == kind)
    return asked.correlate(StudyRow).scalar_subquery()
