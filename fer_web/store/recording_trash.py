"""The trash: what is deleted there can be restored for seven days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, select, update

from fer_web.errors import NoRecording
from fer_web.store.recording import VIDEO, RecordingState, StoredRecordings
from fer_web.store.recording_deletion import RecordingDeletion
from fer_web.store.tables import RecordingRow

# What is still being read is not worth keeping: a video's job ends when its recording goes.
_UNFINISHED = and_(RecordingRow.kind == VIDEO, RecordingRow.state == str(RecordingState.RECORDING))
_DISCARDED = RecordingRow.deleted_at.is_not(None)


class RecordingTrash(RecordingDeletion):
    """Recordings that can be moved to the trash and back; there they are nowhere else to be found."""

    def discard(self, recording_id: str) -> None:
        """Move it to the trash; a video that is still being analyzed goes for good. StillRecording as with `delete`."""
        if not self._discard(RecordingRow.id == recording_id):
            raise NoRecording()

    def discard_all(self) -> int:
        """Move all to the trash; how many there were. None, and an error, while another server records."""
        return self._discard()

    def discarded(self, *, limit: int, offset: int = 0) -> StoredRecordings:
        """What is in the trash, the newest first, `limit` at most, without the first `offset`."""
        return self._read(*self._kept(), _DISCARDED, limit=limit, offset=offset)

    def count_discarded(self) -> int:
        """How many are in the trash."""
        if not self._database.is_there:
            return 0
        with self._database.reading() as connection:
            asked = select(func.count()).select_from(RecordingRow).where(*self._kept(), _DISCARDED)
            return int(connection.scalar(asked) or 0)

    def restore(self, recording_id: str) -> None:
        """Take it out of the trash; NoRecording when it is not there (any more)."""
        if not self._database.is_there:
            raise NoRecording()
        found = (RecordingRow.id == recording_id, *self._kept(), _DISCARDED)
        wanted = update(RecordingRow).where(*found).values(deleted_at=None)
        if not self._database.with_room(lambda: self._execute(wanted)):
            raise NoRecording()

    def empty_trash(self, older_than: datetime | None = None) -> int:
        """Remove for good what is in the trash, or since before `older_than`; how many there were."""
        age = () if older_than is None else (RecordingRow.deleted_at < older_than,)
        return self._delete_where(_DISCARDED, *age)

    def _discard(self, *conditions: ColumnElement[bool]) -> int:
        if not self._database.is_there:
            return 0
        gone = self._delete_where(_UNFINISHED, *conditions)
        chosen: tuple[Any, ...] = (*self._shown(), not_(_UNFINISHED), *conditions)
        return gone + self._database.with_room(lambda: self._hide(*chosen, deleted_at=self._clock()))
