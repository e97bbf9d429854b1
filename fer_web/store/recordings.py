"""Recordings in the database: written once a second, read in pieces, deleted for good."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from fer_web.core import Marker, Reading
from fer_web.errors import RecordingOver, TooManyMarkers
from fer_web.store.recording import BROKE_OFF, RecordingKind, RecordingState
from fer_web.store.recording_sharing import RecordingSharing
from fer_web.store.recording_trash import RecordingTrash
from fer_web.store.rows import clean, reading_values
from fer_web.store.tables import JobRow, MarkerRow, ReadingRow, RecordingRow, TrackRow


class KeptRecordings(RecordingTrash, RecordingSharing):
    """All about recordings; NoRecording for one that does not exist (any more)."""

    def create(
        self,
        name: str,
        source: str,
        started_at: datetime,
        *,
        kind: RecordingKind,
        fps: float = 0.0,
        width: int = 0,
        height: int = 0,
        model: str = "",
        consent: str = "",
        job_id: str | None = None,
        owner: str | None = None,
    ) -> str:
        """Begin a recording, which the job learns of that makes it; its id, which can stand in addresses.

        `owner` is whose browser makes it; None for the operator.
        """
        recording_id, now = secrets.token_hex(16), self._clock()
        values = {
            "id": recording_id,
            "kind": kind,
            "state": str(RecordingState.RECORDING),
            "name": clean(name),
            "source": clean(source),
            "started_at": started_at,
            "duration_s": 0.0,
            "fps": float(fps),
            "width": int(width),
            "height": int(height),
            "model": clean(model),
            "consent": clean(consent),
            "job_id": job_id,
            "readings": 0,
            "created_at": now,
            "process": self._presence.process,
            "heartbeat_at": now,
            "owner": owner,
        }
        with self._database.writing() as connection:
            self._presence.announce()
            connection.execute(insert(RecordingRow).values(values))
            if job_id is not None:
                connection.execute(update(JobRow).where(JobRow.id == job_id).values(recording_id=recording_id))
        return recording_id

    def append(
        self,
        recording_id: str,
        readings: Sequence[Reading],
        *,
        duration_s: float,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
        checkpoint: str | None = None,
    ) -> None:
        """Write down what was read since the last call, all or nothing, and how long the recording is by now.

        What was not known at its beginning can be added, so that it is there should the process die, and the
        `checkpoint` from which another process goes on. RecordingOver for one that was finished.
        """
        with self._database.writing() as connection:
            self._presence.announce()
            recording = self._found(connection, recording_id, lock=True)
            if recording.state == RecordingState.FINISHED:
                raise RecordingOver(f"the recording {recording.name!r} is finished: start another one")
            if readings:
                _insert_readings(connection, recording, readings)
            changes = {
                "state": str(RecordingState.RECORDING),
                "trouble": None,
                "readings": recording.readings + len(readings),
                "duration_s": max(recording.duration_s, float(duration_s)),
                "process": self._presence.process,
                "heartbeat_at": self._clock(),
                **_known(fps=fps, width=width, height=height, checkpoint=checkpoint),
            }
            connection.execute(update(RecordingRow).where(RecordingRow.number == recording.number).values(changes))

    def mark(self, recording_id: str, marker: Marker) -> None:
        """Add a note."""
        with self._database.writing() as connection:
            recording = self._found(connection, recording_id)
            values = {"recording": recording.number, "time_s": float(marker.time_s), "text": clean(marker.text)}
            connection.execute(insert(MarkerRow).values(values))

    def mark_all(self, recording_id: str, markers: Sequence[Marker], *, most: int) -> None:
        """Add several notes, or none: TooManyMarkers when the recording would have more than `most` then."""
        with self._database.writing() as connection:
            number = self._found(connection, recording_id, lock=True).number
            there = connection.scalar(select(func.count()).select_from(MarkerRow).where(MarkerRow.recording == number))
            if (there or 0) + len(markers) > most:
                raise TooManyMarkers(f"a recording can have at most {most} markers, and this one has {there} already")
            rows = [{"recording": number, "time_s": float(one.time_s), "text": clean(one.text)} for one in markers]
            connection.execute(insert(MarkerRow), rows)

    def finish(
        self,
        recording_id: str,
        *,
        duration_s: float,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
        trouble: str | None = None,
    ) -> None:
        """End a recording; what was not known at its beginning can be added. `trouble` says why it broke off early."""
        self._change(
            recording_id,
            state=str(RecordingState.FINISHED),
            duration_s=float(duration_s),
            **_known(fps=fps, width=width, height=height, trouble=trouble and clean(trouble)),
        )

    def rename(self, recording_id: str, name: str) -> None:
        """Give it another name."""
        self._change(recording_id, name=clean(name))

    def purge(self, older_than: datetime) -> int:
        """Remove recordings that began to be kept before `older_than` and do not go on; how many there were."""
        self.recover()
        return self._delete_where(
            RecordingRow.created_at < older_than, RecordingRow.state != str(RecordingState.RECORDING)
        )

    def recover(self) -> int:
        """Mark as interrupted what processes that have died were recording, how many there were.

        What they were deleting goes, too.
        """
        if not self._database.is_there:
            return 0
        lost = self._database.with_room(lambda: self._interrupt(self._is_lost))
        self._database.with_room(self._sweep)
        self._presence.sweep()
        return lost

    def leave(self) -> None:
        """Mark as interrupted what this process was recording and has not finished, before it ends."""
        if self._presence.is_known:
            self._database.with_room(lambda: self._interrupt(lambda row: bool(row.process == self._presence.process)))

    def _interrupt(self, is_over: Callable[[Row[Any]], bool]) -> int:
        asked = select(RecordingRow).where(RecordingRow.state == str(RecordingState.RECORDING)).with_for_update()
        changes = {"state": str(RecordingState.INTERRUPTED), "trouble": BROKE_OFF}
        with self._database.writing() as connection:
            lost = [row.number for row in connection.execute(asked) if is_over(row)]
            connection.execute(update(RecordingRow).where(RecordingRow.number.in_(lost)).values(changes))
        return len(lost)


def _known(**values: object) -> dict[str, object]:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def _insert_readings(connection: Connection, recording: Row[Any], readings: Sequence[Reading]) -> None:
    rows = [
        {"recording": recording.number, "position": position, **reading_values(reading)}
        for position, reading in enumerate(readings, recording.readings)
    ]
    connection.execute(insert(ReadingRow), rows)
    from sqlalchemy.dialects import postgresql, sqlite  # the other one's takes long to import

    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    people = [{"recording": recording.number, "track_id": track} for track in sorted({row["track_id"] for row in rows})]
    connection.execute(dialect.insert(TrackRow).on_conflict_do_nothing(), people)
