"""A recording as it is kept, and the states that it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal, TypeAlias

from fer_web.core import Recording

RecordingKind = Literal["camera", "visit", "practice", "video"]
PRACTICE: RecordingKind = "practice"
VIDEO: RecordingKind = "video"
# The state of what was deleted and is not gone yet; nobody sees it.
DELETED = "deleted"
# How long a recording can be restored from the trash.
TRASH = timedelta(days=7)
BROKE_OFF = "the program that recorded this ended without finishing it"


class RecordingState(str, Enum):
    """Where a recording stands: it goes on, it was finished, or what recorded it died."""

    RECORDING = "recording"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A recording as it is kept: `readings` and `people` count, `expires_at` is when it will be deleted (None: never).

    `consent` is the note that was made about the consent of those who were recorded. `owner` is whose browser has made
    it, None for the operator; `deleted_at` is when it was moved to the trash; with `share` anybody may read its report.
    """

    id: str
    kind: RecordingKind
    state: RecordingState
    recording: Recording
    consent: str
    created_at: datetime
    expires_at: datetime | None
    readings: int
    people: int
    job_id: str | None = None
    owner: str | None = None
    deleted_at: datetime | None = None
    share: str | None = None


StoredRecordings: TypeAlias = list[StoredRecording]  # where a method named `list` is in the way
