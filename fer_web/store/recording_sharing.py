"""Sharing a recording's report: whoever knows its secret may read it, until that is withdrawn."""

from __future__ import annotations

import secrets

from sqlalchemy import update

from fer_web.errors import NoRecording
from fer_web.store.recording import StoredRecording
from fer_web.store.recording_deletion import RecordingDeletion
from fer_web.store.tables import RecordingRow

SECRET_BYTES = 32


class RecordingSharing(RecordingDeletion):
    """Recordings that can be shared by a secret, which nobody can guess."""

    def share(self, recording_id: str) -> str:
        """Its secret; the one that there is, or a new one."""
        unshared = (RecordingRow.id == recording_id, *self._shown(), RecordingRow.share.is_(None))
        secret = secrets.token_urlsafe(SECRET_BYTES)
        if self._database.is_there:
            self._execute(update(RecordingRow).where(*unshared).values(share=secret))
        return self.get(recording_id).share or secret  # which somebody has withdrawn already

    def withdraw(self, recording_id: str) -> None:
        """Make its secret worthless, for good; one that is not shared stays so."""
        self._change(recording_id, share=None)

    def shared(self, secret: str) -> StoredRecording:
        """The recording of that secret, whoever has made it; NoRecording when there is none, or it is in the trash."""
        for stored in self._selected(RecordingRow.share == secret, limit=1):
            return stored
        raise NoRecording("this report is no longer shared")
