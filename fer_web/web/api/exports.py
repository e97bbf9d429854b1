"""Recordings for other programs: their files, and markers from a file."""

from __future__ import annotations

from flask import Blueprint, Response, request

from fer_web.core import Marker
from fer_web.errors import BadMarkers, MissingExtra, NoExport, NoRecording, StillRecording, TooManyMarkers
from fer_web.live.recorder import MOST_MARKERS
from fer_web.reports.exports import file_of
from fer_web.reports.marker_files import clocks, read_markers
from fer_web.store import RecordingState, StoredRecording
from fer_web.web.api.models.exports import ImportedMarkersJson, ImportQuery
from fer_web.web.api.models.recordings import MarkerJson
from fer_web.web.api.recording_files import exported_of, file_name
from fer_web.web.api.recordings import MISSING, download
from fer_web.web.http.asking import own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import TEXT, Body, Reply, route

bp = Blueprint("exports", __name__)

# A thousand markers with long labels.
MOST_BYTES = 1_000_000


@route(
    bp,
    "/api/recordings/<recording>/exports/<file>",
    answers={200: Reply("The file.", kind="application/octet-stream", schema={"type": "string", "format": "binary"})},
    refuses=(*MISSING, NoExport, MissingExtra),
)
def export_file(recording: str, file: str) -> Response:
    """A recording as a file for another program.

    annotations.eaf for ELAN, events.tsv and events.json as in BIDS, readings.parquet, openface.csv and py-feat.csv;
    docs/exports.md explains what they hold.
    """
    store = own_store()
    stored = store.recordings.get(recording)
    export, wanted = file_of(file)
    export.require()
    name = f"{file_name(stored.recording.name)}-{wanted.name}"
    return download(wanted.pieces(exported_of(store, stored)), wanted.kind, name)


@route(
    bp,
    "/api/recordings/<recording>/markers/import",
    "POST",
    query=ImportQuery,
    body=Body({"text/csv": TEXT}),
    answers={200: Reply("The markers that were added, or would be.", ImportedMarkersJson)},
    refuses=(*STORE_REFUSALS, NoRecording, StillRecording, BadMarkers, TooManyMarkers, "image_too_large"),
)
def import_markers(recording: str, query: ImportQuery) -> ImportedMarkersJson:
    """Add the markers of a CSV file to a recording that has ended.

    Its first line names the columns: time_s (seconds since the recording began) or utc (ISO 8601), and label. Either
    all of them are added, or none; those that the recording has already are left out.
    """
    store = own_store()
    stored = store.recordings.get(recording)
    text = _sent_text()
    _refuse_other(stored)
    told, offset_s = stored.recording, query.offset_s
    file = read_markers(text, told.started_at, told.duration_s, offset_s=offset_s, most=MOST_MARKERS)
    known = {(round(marker.time_s, 3), marker.text) for marker in told.markers}
    new = [marker for marker in dict.fromkeys(file.markers) if (marker.time_s, marker.text) not in known]
    if not query.preview and new:
        store.recordings.mark_all(recording, new, most=MOST_MARKERS)
    return ImportedMarkersJson(
        markers=list(map(_shown, new)),
        added=0 if query.preview else len(new),
        already_there=len(file.markers) - len(new),
        clocks=clocks(file, told.started_at, offset_s),
    )


def _sent_text() -> str:
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data(cache=False).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadMarkers("the file is not UTF-8 text: save it as CSV UTF-8") from error


def _refuse_other(stored: StoredRecording) -> None:
    if stored.state is RecordingState.RECORDING:
        raise StillRecording()
    if stored.kind == "practice":
        raise BadMarkers("the markers of a practice are its questions: import markers into other recordings")


def _shown(marker: Marker) -> MarkerJson:
    return MarkerJson(time_s=marker.time_s, text=marker.text)
