"""Deleting recordings for good: with their files, and in pieces that keep nobody waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, delete, select, update

from fer_web.errors import NoRecording, StillRecording
from fer_web.store.recording import DELETED, VIDEO, RecordingState
from fer_web.store.recording_reads import PAGE, RecordingReads
from fer_web.store.tables import ReadingRow, RecordingRow

log = logging.getLogger(__name__)


class RecordingDeletion(RecordingReads):
    """Recordings that can be changed or be deleted; what is deleted disappears at once and goes piece by piece."""

    def delete(self, recording_id: str) -> None:
        """Remove it and everything that belongs to it, for good, also from the trash and while this process records it.

        StillRecording while another server does.
        """
        if not self._delete_where(RecordingRow.id == recording_id):
            raise NoRecording()

    def delete_all(self) -> int:
        """Remove all for good, also those in the trash; how many there were.

        None, and an error, while another server records.
        """
        return self._delete_where()

    def ensure_deletable(self) -> None:
        """StillRecording while another server records: what it has would be lost to it."""
        if self._database.is_there:
            with self._database.reading() as connection:
                self._refuse_others(connection, *self._shown())

    def on_delete(self, forget: Callable[[str], None]) -> None:
        """Have `forget(recording_id)` called before a recording's rows go, so that its files go with it.

        If it raises OSError, the recording stays hidden and another attempt is made with the next deletion.
        """
        self._forgetters.append(forget)

    def on_hide(self, drop: Callable[[str], None]) -> None:
        """Have `drop(recording_id)` called as soon as a recording is deleted or in the trash: memory is freed then."""
        self._hiders.append(drop)

    def _change(self, recording_id: str, **changes: object) -> None:
        if not self._database.is_there:
            raise NoRecording()
        wanted = update(RecordingRow).where(RecordingRow.id == recording_id, *self._shown()).values(changes)
        if not self._database.with_room(lambda: self._execute(wanted)):
            raise NoRecording()

    def _execute(self, statement: Update) -> int:
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount

    def _delete_where(self, *conditions: Any) -> int:
        if not self._database.is_there:
            return 0
        count = self._database.with_room(lambda: self._doom(*conditions))
        self._database.with_room(self._sweep)
        return count

    def _doom(self, *conditions: Any) -> int:
        return self._hide(*self._kept(), *conditions, state=DELETED)

    def _hide(self, *conditions: ColumnElement[bool], **changes: object) -> int:
        """From now on nobody sees them; how many they are."""
        with self._database.writing() as connection:
            self._refuse_others(connection, *conditions)
            hidden = connection.execute(select(RecordingRow.number, RecordingRow.id).where(*conditions)).all()
            numbers = [number for number, _ in hidden]
            connection.execute(update(RecordingRow).where(RecordingRow.number.in_(numbers)).values(changes))
        for _, recording_id in hidden:
            for drop in self._hiders:
                drop(recording_id)
        return len(hidden)

    def _refuse_others(self, connection: Connection, *conditions: Any) -> None:
        """A video's readings may go: its job is listed by all servers, and ends. What people record they would miss."""
        going_on = [RecordingRow.state == str(RecordingState.RECORDING), RecordingRow.kind != VIDEO, *conditions]
        for row in connection.execute(select(RecordingRow).where(*going_on)):
            if row.process != self._presence.process and not self._is_lost(row):
                raise StillRecording(
                    f"another server that uses this data folder is recording {row.name!r}: stop it first",
                )

    def _sweep(self) -> None:
        """Make what was deleted go, in small transactions: whoever records meanwhile never waits for long."""
        with self._database.reading() as connection:
            doomed = connection.execute(
                select(RecordingRow.number, RecordingRow.id).where(RecordingRow.state == DELETED)
            ).all()
        for number, recording_id in doomed:
            if self._forget_files(recording_id):
                while self._delete_some(number):
                    pass
        if doomed:
            self._database.shrink()

    def _forget_files(self, recording_id: str) -> bool:
        try:
            for forget in self._forgetters:
                forget(recording_id)
        except OSError as error:
            log.error("The files of a deleted recording cannot be removed yet: %s", error)
            return False
        return True

    def _delete_some(self, number: int) -> bool:
        """Delete some of its readings, or with the last ones the recording itself; whether there are more."""
        mine = ReadingRow.recording == number
        last = select(ReadingRow.time_s).where(mine).order_by(ReadingRow.time_s).limit(1).offset(PAGE)
        with self._database.writing() as connection:
            until_s = connection.scalar(last)
            if until_s is None:
                connection.execute(delete(RecordingRow).where(RecordingRow.number == number))
                return False
            connection.execute(delete(ReadingRow).where(mine, ReadingRow.time_s <= until_s))
            return True
