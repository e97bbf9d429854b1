"""Reading recordings: in pieces, so that a slow reader holds nothing up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from fer_web.core import Marker, Reading, Recording
from fer_web.errors import NoRecording
from fer_web.store.recording import (
    BROKE_OFF,
    PRACTICE,
    TRASH,
    RecordingState,
    StoredRecording,
    StoredRecordings,
)
from fer_web.store.recording_view import RecordingView
from fer_web.store.rows import stored_reading
from fer_web.store.tables import MarkerRow, ReadingRow, RecordingRow, TrackRow

# Rows that are read, or deleted, in one transaction: nobody else waits for longer than that takes.
PAGE = 5_000


class RecordingReads(RecordingView):
    """What can be asked about recordings; NoRecording for one that does not exist (any more)."""

    def get(self, recording_id: str) -> StoredRecording:
        """The recording of that id."""
        for stored in self._selected(RecordingRow.id == recording_id, limit=1):
            return stored
        raise NoRecording()

    def checkpoint(self, recording_id: str) -> str | None:
        """What was given with the last readings, so that another process can go on; None without one."""
        if not self._database.is_there:
            raise NoRecording()
        with self._database.reading() as connection:
            checkpoint: str | None = self._found(connection, recording_id).checkpoint
            return checkpoint

    def list(self, *, limit: int, offset: int = 0, state: RecordingState | None = None) -> StoredRecordings:
        """The newest first, of one `state` if it is given, `limit` at most, without the first `offset`."""
        return self._selected(*_in_state(state), limit=limit, offset=offset)

    def some(self, recording_ids: Sequence[str]) -> StoredRecordings:
        """Those of these ids that there are, the newest first."""
        return self._selected(RecordingRow.id.in_(recording_ids), limit=len(recording_ids)) if recording_ids else []

    def count(self, state: RecordingState | None = None) -> int:
        """How many recordings there are, in that state."""
        if not self._database.is_there:
            return 0
        with self._database.reading() as connection:
            asked = select(func.count()).select_from(RecordingRow).where(*self._shown(), *_in_state(state))
            return int(connection.scalar(asked) or 0)

    def practices(self, questions: Sequence[str], *, limit: int) -> StoredRecordings:
        """Practices that have ended and asked one of `questions`, the newest first, `limit` at most."""
        asked = select(MarkerRow.recording).where(MarkerRow.text.in_(questions))
        is_practice = (RecordingRow.kind == PRACTICE, RecordingRow.state != str(RecordingState.RECORDING))
        return self._selected(*is_practice, RecordingRow.number.in_(asked), limit=limit)

    def readings(self, recording_id: str) -> Iterator[Reading]:
        """All readings in time order. They are fetched in pieces, so that a slow reader holds nothing up."""
        if not self._database.is_there:
            raise NoRecording()
        with self._database.reading() as connection:
            number = self._found(connection, recording_id).number
        return self._pages(number)

    def is_kept(self, recording_id: str) -> bool:
        """Whether it is still there, if only in the trash."""
        if not self._database.is_there:
            return False
        asked = select(RecordingRow.number).where(RecordingRow.id == recording_id, *self._kept())
        with self._database.reading() as connection:
            return connection.scalar(asked) is not None

    def _is_lost(self, row: Row[Any]) -> bool:
        return self._presence.is_gone(row.process, row.heartbeat_at, self._clock())

    def _selected(self, *conditions: Any, limit: int, offset: int = 0) -> StoredRecordings:
        return self._read(*self._shown(), *conditions, limit=limit, offset=offset)

    def _read(self, *conditions: Any, limit: int, offset: int = 0) -> StoredRecordings:
        if not self._database.is_there:
            return []
        people = select(func.count()).select_from(TrackRow).where(TrackRow.recording == RecordingRow.number)
        asked = select(RecordingRow, people.scalar_subquery().label("people"))
        asked = asked.where(*conditions).order_by(RecordingRow.number.desc()).limit(limit).offset(offset)
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
            markers = _markers(connection, [row.number for row in rows])
        return [self._stored(row, tuple(markers.get(row.number, ()))) for row in rows]

    def _stored(self, row: Row[Any], markers: tuple[Marker, ...]) -> StoredRecording:
        state, trouble = RecordingState(row.state), row.trouble
        if state is RecordingState.RECORDING and self._is_lost(row):
            state, trouble = RecordingState.INTERRUPTED, BROKE_OFF
        recording = Recording(
            row.name,
            row.source,
            row.started_at,
            row.duration_s,
            row.fps,
            row.width,
            row.height,
            row.model,
            markers,
            trouble,
        )
        return StoredRecording(
            row.id,
            row.kind,
            state,
            recording,
            row.consent,
            row.created_at,
            self._expires_at(row),
            row.readings,
            row.people,
            row.job_id,
            row.owner,
            row.deleted_at,
            row.share,
        )

    def _expires_at(self, row: Row[Any]) -> datetime | None:
        ends = [] if self._keep is None else [row.created_at + self._keep]
        ends += [] if row.deleted_at is None else [row.deleted_at + TRASH]
        return min(ends, default=None)

    def _pages(self, number: int) -> Iterator[Reading]:
        asked = select(ReadingRow).where(ReadingRow.recording == number)
        asked = asked.order_by(ReadingRow.time_s, ReadingRow.position).limit(PAGE)
        page = asked
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
            yield from map(stored_reading, rows)
            if len(rows) < PAGE:
                return
            page = asked.where(tuple_(ReadingRow.time_s, ReadingRow.position) > (rows[-1].time_s, rows[-1].position))


def _in_state(state: RecordingState | None) -> Sequence[ColumnElement[bool]]:
    return () if state is None else (RecordingRow.state == str(state),)


def _markers(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Marker]]:
    asked = select(MarkerRow).where(MarkerRow.recording.in_(numbers)).order_by(MarkerRow.time_s, MarkerRow.number)
    found: dict[int, list[Marker]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.recording, []).append(Marker(row.time_s, row.text))
    return found
