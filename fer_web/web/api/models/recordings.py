"""Recordings, while they run and when they are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fer_web.store import RecordingState
from fer_web.web.api.models.faces import SizeJson
from fer_web.web.api.models.studies import PartName
from fer_web.web.http.bodies import Count, Flag, JsonBody, JsonObject, Name, Note, Otherwise, Query, digits, flag, truth

LIMIT = 50
MOST = 200

OneOfTwo = Annotated[str, Field(min_length=1), Otherwise("bad_parameter", "a and b must be the ids of two recordings")]


class PageQuery(Query):
    limit: Annotated[int, Field(ge=0, le=MOST, strict=True), BeforeValidator(digits)] = LIMIT
    """How many."""
    offset: Annotated[int, Field(ge=0, le=10**9, strict=True), BeforeValidator(digits)] = 0
    """How many to skip."""


class ListQuery(PageQuery):
    state: RecordingState | None = None
    """Only those in this state."""


class DeleteAllQuery(Query):
    confirm: Annotated[
        Literal[True],
        BeforeValidator(flag),
        Otherwise("confirm_required", "this moves every recording to the trash: add ?confirm=true to confirm"),
    ]
    """Must be true."""


class EmptyTrashQuery(Query):
    confirm: Annotated[
        Literal[True],
        BeforeValidator(flag),
        Otherwise("confirm_required", "this deletes what is in the trash for good: add ?confirm=true to confirm"),
    ]
    """Must be true."""


class DeleteQuery(Query):
    permanently: Flag = False
    """Whether to delete it for good at once, in the trash or not."""


class CsvQuery(Query):
    separator: Literal[",", ";"] = ","
    """The separator of CSV cells. With semicolons, as spreadsheets in German and many other languages expect
    them, numbers have a decimal comma."""


class DownloadQuery(Query):
    download: Flag = False
    """Whether to save it instead of showing it."""


class PairQuery(Query):
    a: OneOfTwo
    """The id of the first recording."""
    b: OneOfTwo
    """The id of the second one."""


class PairDownloadQuery(PairQuery, DownloadQuery):
    pass


class NewName(JsonBody):
    """The new name."""

    name: Name


class NewRecording(JsonBody):
    """What to record."""

    consent: Annotated[
        Literal[True],
        BeforeValidator(truth),
        Otherwise(
            "consent_required", "everybody on camera must agree to the recording: send consent: true once they have"
        ),
    ]
    """Confirms that everybody on camera knows of it and agreed."""
    name: Name = ""
    """A name for people; by default the time."""
    note: Note = ""
    """How people agreed, in case you have to prove it."""
    kind: Literal["camera", "visit", "practice"] | None = None
    """Else visit with the header Fer-Visit, camera without. A practice is a visit whose markers are questions; its
    first one, Calm seconds, is there already."""
    camera: str | None = None
    """The name of the camera that is meant; else the first."""
    study: str | None = None
    """The id of the study that it belongs to."""
    participant: PartName = ""
    """Whom it shows; needed with a study. A participant of a new name is added to that."""
    condition: PartName | None = None
    """A condition of the study."""


class NewMarker(JsonBody):
    """What to note."""

    text: Note


class MarkerJson(JsonObject):
    """A note, seconds after the recording's beginning."""

    time_s: float
    text: str


class ActiveRecordingJson(JsonObject):
    """A recording that runs, or has just ended."""

    id: str
    kind: Literal["camera", "visit", "practice"]
    camera: str | None
    """The camera's name."""
    state: Literal["recording", "ending", "finished", "failed"]
    name: str
    started_at: str
    duration_s: float
    fps: float
    tracks: Count
    """A person who comes back after a while has another one; the summary counts people."""
    readings: Count
    markers: Count
    newest_markers: list[MarkerJson]
    trouble: str | None
    """Why nothing can be written right now, or why it ended early."""
    own: bool
    """Whether it is for who asks to mark and to stop it; of another's, nothing is told but that it runs."""


class CurrentRecordingJson(JsonObject):
    """The recording that runs, if there is one."""

    recording: ActiveRecordingJson | None


class RecordingJson(JsonObject):
    """A recording that is kept. Moments are ISO 8601 with a time zone."""

    id: str
    kind: Literal["camera", "visit", "practice", "video"]
    camera: str | None
    """The camera's name, while it is being recorded."""
    state: Literal["recording", "ending", "finished", "failed", "interrupted"]
    name: str
    source: str
    started_at: str
    """When it was filmed."""
    created_at: str
    """When it was added; the list is in this order."""
    duration_s: float
    fps: float
    image: SizeJson
    model: str
    consent: str
    """How people agreed."""
    tracks: Count
    """A person who comes back after a while has another one; the summary counts people."""
    readings: Count
    markers: Count
    newest_markers: list[MarkerJson]
    trouble: str | None
    """Why it ended early, or why nothing can be written right now."""
    expires_at: str | None
    """When it will be deleted for good."""
    deleted_at: str | None
    """When it was moved to the trash."""
    shared: bool
    """Whether there is a link by which others can read the report."""


class RecordingsJson(JsonObject):
    """A piece of the list."""

    recordings: list[RecordingJson]
    total: Count
    limit: Count
    offset: Count


class SharedJson(JsonObject):
    """Where a shared report is read."""

    path: str
    """On this service."""


class SummariesJson(JsonObject):
    a: dict[str, Any]
    b: dict[str, Any]


class DeletedJson(JsonObject):
    """How many were deleted."""

    deleted: Count
