"""The trash: recordings that were deleted less than seven days ago, restored or deleted for good."""

from __future__ import annotations

from flask import Blueprint

from fer_web.errors import NoRecording, StoreError
from fer_web.web.api.models.recordings import DeletedJson, EmptyTrashQuery, PageQuery, RecordingJson, RecordingsJson
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.http.asking import own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import Reply, route

bp = Blueprint("trash", __name__)


@route(
    bp,
    "/api/recordings/trash",
    query=PageQuery,
    answers={200: Reply("Deleted recordings, and how many there are.", RecordingsJson)},
    refuses=(StoreError,),
)
def trash(query: PageQuery) -> RecordingsJson:
    """Recordings in the trash, the newest first.

    They can be restored until expires_at, and are deleted for good then.
    """
    store = own_store().recordings
    listed = [stored_json(one) for one in store.discarded(limit=query.limit, offset=query.offset)]
    return RecordingsJson(recordings=listed, total=store.count_discarded(), limit=query.limit, offset=query.offset)


@route(
    bp,
    "/api/recordings/trash",
    "DELETE",
    query=EmptyTrashQuery,
    answers={200: Reply("How many there were.", DeletedJson)},
    refuses=(*STORE_REFUSALS, "confirm_required"),
)
def empty_trash(query: EmptyTrashQuery) -> DeletedJson:
    """Delete for good what is in the trash."""
    del query  # it was checked
    return DeletedJson(deleted=own_store().recordings.empty_trash())


@route(
    bp,
    "/api/recordings/<recording>/restore",
    "POST",
    answers={200: Reply("The restored recording.", RecordingJson)},
    refuses=(*STORE_REFUSALS, NoRecording),
)
def restore_recording(recording: str) -> RecordingJson:
    """Take a recording out of the trash."""
    store = own_store()
    store.recordings.restore(recording)
    return stored_json(store.recordings.get(recording))
