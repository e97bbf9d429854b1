"""Studies in the database: made, changed, and deleted without their recordings."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from fer_web.core.studies import MOST_PARTS, MOST_STUDIES, MOST_STUDY_RECORDINGS, PartKind, Study, StudyPart, TaskTimes
from fer_web.errors import InAnotherStudy, NameTaken, NoPart, StudyFull
from fer_web.store.rows import clean
from fer_web.store.study_reads import StudyReads, parts_of
from fer_web.store.study_tables import StudyPartRow, StudyRecordingRow, StudyRow, TaskTimesRow


class KeptStudies(StudyReads):
    """All about studies. NoStudy, NoPart and NoRecording for what does not exist (any more), StudyFull for too much."""

    def create(
        self, name: str, *, tasks: Sequence[str] = (), conditions: Sequence[str] = (), owner: str | None = None
    ) -> Study:
        """A new one of `owner`, with its tasks and conditions in this order."""
        study_id = secrets.token_hex(16)
        values = {"id": study_id, "name": clean(name), "created_at": self._clock(), "owner": owner}
        with self._database.writing() as connection:
            if int(connection.scalar(select(func.count()).select_from(StudyRow)) or 0) >= MOST_STUDIES:
                raise StudyFull(f"there are {MOST_STUDIES} studies already: delete one that is no longer needed")
            connection.execute(insert(StudyRow).values(values))
            number = connection.scalar(select(StudyRow.number).where(StudyRow.id == study_id)) or 0
            for task in tasks:
                _add_part(connection, number, "task", task)
            for condition in conditions:
                _add_part(connection, number, "condition", condition)
            row = connection.execute(select(StudyRow).where(StudyRow.id == study_id)).one()
            return self._study(connection, row)

    def rename(self, study_id: str, name: str) -> None:
        """Give it another name."""
        with self._database.writing() as connection:
            number = self._found_study(connection, study_id, lock=True).number
            connection.execute(update(StudyRow).where(StudyRow.number == number).values(name=clean(name)))

    def delete(self, study_id: str) -> None:
        """Remove it with its participants, conditions, tasks and their times; its recordings stay."""

        def work() -> None:
            with self._database.writing() as connection:
                number = self._found_study(connection, study_id, lock=True).number
                connection.execute(delete(StudyRow).where(StudyRow.number == number))

        self._database.with_room(work)

    def add_part(self, study_id: str, kind: PartKind, name: str) -> StudyPart:
        """A new participant, condition or task, behind the others; NameTaken when there is one of that name."""
        with self._database.writing() as connection:
            return _add_part(connection, self._found_study(connection, study_id, lock=True).number, kind, name)

    def change_part(self, study_id: str, part_id: int, *, name: str | None = None, place: int | None = None) -> None:
        """Rename it, or move it: `place` counts from 1."""
        with self._database.writing() as connection:
            parts = parts_of(connection, self._found_study(connection, study_id, lock=True).number)
            part = _part(parts, part_id)
            others = [one for one in parts if one.kind == part.kind and one.id != part_id]
            if name is not None:
                _check_name(others, part.kind, name)
                connection.execute(_change(part_id, name=clean(name)))
            if place is not None:
                others.insert(place - 1, part)
                for position, one in enumerate(others):
                    connection.execute(_change(one.id, position=position))

    def delete_part(self, study_id: str, part_id: int) -> None:
        """Remove it: a task with its times, a participant with the places of their recordings, which stay kept."""
        with self._database.writing() as connection:
            number = self._found_study(connection, study_id, lock=True).number
            _part(parts_of(connection, number), part_id)
            connection.execute(delete(StudyPartRow).where(StudyPartRow.number == part_id))

    def assign(self, study_id: str, recording_id: str, participant: str, condition: str | None = None) -> None:
        """Let a recording belong to the study, or change whom it shows; a participant of a new name is added."""
        with self._database.writing() as connection:
            study = self._found_study(connection, study_id, lock=True).number
            recording = self._found(connection, recording_id).number
            place = connection.execute(_place(recording)).first()
            if place is not None and place.study != study:
                raise InAnotherStudy()
            parts = parts_of(connection, study)
            who = _named(parts, "participant", participant) or _add_part(connection, study, "participant", participant)
            under = None if condition is None else _named(parts, "condition", condition)
            if condition is not None and under is None:
                raise NoPart(f"this study has no condition {condition!r}")
            values = {"participant": who.id, "condition": None if under is None else under.id}
            if place is not None:
                mine = StudyRecordingRow.recording == recording
                connection.execute(update(StudyRecordingRow).where(mine).values(values))
            else:
                _check_recordings(connection, study)
                values |= {"recording": recording, "study": study}
                connection.execute(insert(StudyRecordingRow).values(values))

    def release(self, study_id: str, recording_id: str) -> None:
        """Take a recording out of the study, with the times of its tasks; the recording stays."""
        with self._database.writing() as connection:
            study = self._found_study(connection, study_id, lock=True).number
            mine = StudyRecordingRow.recording == self._found(connection, recording_id).number
            connection.execute(delete(StudyRecordingRow).where(mine, StudyRecordingRow.study == study))

    def set_times(self, recording_id: str, task_id: int, times: TaskTimes) -> None:
        """When a task was worked on; NoPart when the recording's study has no such task."""
        with self._database.writing() as connection:
            recording = self._found(connection, recording_id, lock=True).number
            place = connection.execute(_place(recording)).first()
            parts = () if place is None else parts_of(connection, place.study)
            task = _part([part for part in parts if part.kind == "task"], task_id)
            mine = (TaskTimesRow.recording == recording, TaskTimesRow.task == task.id)
            connection.execute(delete(TaskTimesRow).where(*mine))
            if times != TaskTimes():
                start_s, stop_s = (None if one is None else float(one) for one in (times.start_s, times.stop_s))
                values = {"start_s": start_s, "stop_s": stop_s, "success": times.success}
                connection.execute(insert(TaskTimesRow).values(recording=recording, task=task.id, **values))


def _add_part(connection: Connection, study: int, kind: PartKind, name: str) -> StudyPart:
    parts = parts_of(connection, study)
    alike = [part for part in parts if part.kind == kind]
    _check_name(alike, kind, name)
    if len(alike) >= MOST_PARTS[kind]:
        raise StudyFull(f"a study can have at most {MOST_PARTS[kind]} {kind}s")
    last = connection.scalar(select(func.max(StudyPartRow.position)).where(StudyPartRow.study == study))
    values = {"study": study, "kind": kind, "name": clean(name), "position": 0 if last is None else last + 1}
    added = connection.execute(insert(StudyPartRow).values(values)).inserted_primary_key
    return StudyPart(added[0] if added else 0, kind, clean(name))


def _check_name(parts: Sequence[StudyPart], kind: PartKind, name: str) -> None:
    if _named(parts, kind, name):
        raise NameTaken(f"this study already has a {kind} {name!r}")


def _check_recordings(connection: Connection, study: int) -> None:
    asked = select(func.count()).select_from(StudyRecordingRow).where(StudyRecordingRow.study == study)
    if int(connection.scalar(asked) or 0) >= MOST_STUDY_RECORDINGS:
        raise StudyFull(f"a study can have at most {MOST_STUDY_RECORDINGS} recordings")


def _named(parts: Sequence[StudyPart], kind: PartKind, name: str) -> StudyPart | None:
    return next((part for part in parts if (part.kind, part.name) == (kind, clean(name))), None)


def _part(parts: Sequence[StudyPart], part_id: int) -> StudyPart:
    part = next((part for part in parts if part.id == part_id), None)
    if part is None:
        raise NoPart()
    return part


def _change(part_id: int, **changes: object) -> Any:
    return update(StudyPartRow).where(StudyPartRow.number == part_id).values(changes)


def _place(recording: int) -> Any:
    return select(StudyRecordingRow).where(StudyRecordingRow.recording == recording)
