"""Which recordings there are for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from fer_web.errors import NoRecording
from fer_web.store.recording import DELETED
from fer_web.store.repository import Repository
from fer_web.store.tables import RecordingRow


class RecordingView(Repository):
    """The conditions of recordings that can be seen here."""

    def _kept(self) -> Sequence[ColumnElement[bool]]:
        """The conditions of what is there for whoever asks, the trash included."""
        return RecordingRow.state != DELETED, self._is_own(RecordingRow.owner)

    def _shown(self) -> Sequence[ColumnElement[bool]]:
        """The same without the trash."""
        return *self._kept(), RecordingRow.deleted_at.is_(None)

    def _found(self, connection: Connection, recording_id: str, *, lock: bool = False) -> Row[Any]:
        """The row of a recording, which nobody else may change meanwhile if it is to be locked."""
        asked = select(RecordingRow).where(RecordingRow.id == recording_id, *self._shown())
        row = connection.execute(asked.with_for_update() if lock else asked).first()
        if row is None:
            raise NoRecording()
        return row
