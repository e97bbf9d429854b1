"""Recordings that are kept: listed, read, renamed, deleted, compared, taken away as files."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response

from fer_web.errors import NoRecording, StillRecording, StoreError
from fer_web.reports import comparison_html, report_html
from fer_web.store import Store, StoredRecording
from fer_web.web.api.models.exports import ArchiveQuery
from fer_web.web.api.models.recordings import (
    CsvQuery,
    DeleteAllQuery,
    DeletedJson,
    DeleteQuery,
    DownloadQuery,
    ListQuery,
    NewName,
    PairDownloadQuery,
    PairQuery,
    RecordingJson,
    RecordingsJson,
    SummariesJson,
)
from fer_web.web.api.models.visits import VISIT_HEADER
from fer_web.web.api.recording_files import (
    REPORT_POLICY,
    archive,
    attachment,
    card_text,
    csv_pieces,
    event_pieces,
    file_name,
    json_text,
    summary_of,
    usual_of,
)
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.api.running import visit_of_request
from fer_web.web.http.asking import asker, own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import JSON, OBJECT, PAGE, Header, Reply, route
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("recordings", __name__)

MISSING = (NoRecording, StoreError)
STOP_S = 5.0


@route(
    bp,
    "/api/recordings",
    query=ListQuery,
    headers=(Header(VISIT_HEADER, "A visit's id: its own recording alone, while it runs."),),
    answers={200: Reply("Recordings, and how many there are.", RecordingsJson)},
    refuses=(StoreError,),
)
def recordings(query: ListQuery) -> RecordingsJson:
    """Your recordings, the newest first; the operator's answer holds everybody's."""
    mine, visit = services(), visit_of_request()
    limit, offset, store = query.limit, query.offset, own_store().recordings
    if visit is not None:
        active = mine.recordings.of_visit(visit)
        kept = [] if active is None else [mine.store.recordings.get(active.id)]
        own = [stored_json(one, active) for one in kept]
        return RecordingsJson(recordings=own, total=len(own), limit=limit, offset=0)
    running = mine.recordings.of_cameras()
    listed = [
        stored_json(one, running.get(one.id)) for one in store.list(limit=limit, offset=offset, state=query.state)
    ]
    return RecordingsJson(recordings=listed, total=store.count(query.state), limit=limit, offset=offset)


@route(
    bp,
    "/api/recordings",
    "DELETE",
    query=DeleteAllQuery,
    answers={200: Reply("How many there were.", DeletedJson)},
    refuses=(*STORE_REFUSALS, "confirm_required", StillRecording),
)
def delete_recordings(query: DeleteAllQuery) -> DeletedJson:
    """Stop your running recordings and move all that are yours to the trash; the operator's request moves everybody's.

    There they stay for seven days.
    """
    del query  # it was checked
    store = own_store().recordings
    store.ensure_deletable()
    services().recordings.stop_all(STOP_S, asker().sees)
    return DeletedJson(deleted=store.discard_all())


@route(bp, "/api/recordings/<recording>", answers={200: Reply("It.", RecordingJson)}, refuses=MISSING)
def recording(recording: str) -> RecordingJson:
    """Everything about a recording except its readings."""
    return stored_json(own_store().recordings.get(recording))


@route(
    bp,
    "/api/recordings/<recording>",
    "PATCH",
    body=NewName,
    answers={200: Reply("The renamed recording.", RecordingJson)},
    refuses=(*STORE_REFUSALS, NoRecording),
)
def rename_recording(recording: str, body: NewName) -> RecordingJson:
    """Rename a recording."""
    store = own_store()
    store.recordings.rename(recording, body.name)
    return stored_json(store.recordings.get(recording))


@route(
    bp,
    "/api/recordings/<recording>",
    "DELETE",
    query=DeleteQuery,
    answers={204: Reply("It is deleted.")},
    refuses=(*STORE_REFUSALS, NoRecording, StillRecording),
)
def delete_recording(recording: str, query: DeleteQuery) -> Response:
    """Move a recording to the trash, where it can be restored for seven days; or delete it for good.

    From then on it is in no list, comparison or file, and a shared link leads nowhere. A video that is still being
    analyzed is deleted for good, and its job canceled.
    """
    store = own_store().recordings
    if not store.is_kept(recording):
        raise NoRecording()
    if services().recordings.is_running(recording):
        raise StillRecording()
    if query.permanently:
        store.delete(recording)
    else:
        store.discard(recording)
    return Response(status=204)


@route(
    bp,
    "/api/recordings/<recording>/readings.csv",
    query=CsvQuery,
    answers={200: Reply("CSV.", kind="text/csv")},
    refuses=MISSING,
)
def readings(recording: str, query: CsvQuery) -> Response:
    """Every reading of a recording.

    One line for each person and analyzed frame, in the order of time; docs/reports.md explains the columns.
    """
    store = own_store()
    name = f"{file_name(store.recordings.get(recording).recording.name)}-readings.csv"
    return download(csv_pieces(store, recording, query.separator), "text/csv; charset=utf-8", name)


@route(
    bp,
    "/api/recordings/<recording>/people_events.csv",
    query=CsvQuery,
    answers={200: Reply("CSV.", kind="text/csv")},
    refuses=MISSING,
)
def people_events(recording: str, query: CsvQuery) -> Response:
    """Who appeared, changed their expression, blinked and left in a recording.

    One line for each event; docs/outlets.md explains the columns.
    """
    store = own_store()
    stored = store.recordings.get(recording)
    name = f"{file_name(stored.recording.name)}-people_events.csv"
    return download(event_pieces(store, stored, query.separator), "text/csv; charset=utf-8", name)


@route(
    bp,
    "/api/recordings/<recording>/summary.json",
    query=DownloadQuery,
    answers={200: Reply("A summary.", kind=JSON, schema=OBJECT)},
    refuses=MISSING,
)
def summary(recording: str, query: DownloadQuery) -> Response:
    """The summary of a recording.

    Shares of expressions, blinks, and sections between markers, for everybody and for each person;
    docs/reports.md explains the names.
    """
    store = own_store()
    stored = store.recordings.get(recording)
    answer = Response(json_text(summary_of(store, stored)), mimetype=JSON)
    return _saved(answer, f"{file_name(stored.recording.name)}-summary.json", query)


@route(
    bp,
    "/api/recordings/<recording>/report.html",
    query=DownloadQuery,
    answers=PAGE,
    refuses=MISSING,
)
def report(recording: str, query: DownloadQuery) -> Response:
    """A recording's report, as a self-contained page."""
    mine, store = services(), own_store()
    stored = store.recordings.get(recording)
    card, usual = card_text(mine, stored.recording.model), usual_of(store, stored)
    html = report_html(summary_of(store, stored), card, usual)
    return _saved(_report(html), f"{file_name(stored.recording.name)}-report.html", query)


@route(
    bp,
    "/api/recordings/compare",
    query=PairQuery,
    answers={200: Reply("Both summaries, as a and b.", SummariesJson)},
    refuses=MISSING,
)
def compare(query: PairQuery) -> Response:
    """The summaries of two recordings."""
    store = own_store()
    first, second = (summary_of(store, stored) for stored in pair_of(store, query))
    return Response(f'{{"a": {json_text(first)}, "b": {json_text(second)}}}\n', mimetype=JSON)


@route(bp, "/api/recordings/compare.html", query=PairDownloadQuery, answers=PAGE, refuses=MISSING)
def comparison(query: PairDownloadQuery) -> Response:
    """Two recordings side by side, as a self-contained page."""
    mine, store = services(), own_store()
    first, second = (summary_of(store, stored) for stored in pair_of(store, query))
    html = comparison_html(first, second, card_text(mine, first.recording.model))
    return _saved(_report(html), "comparison.html", query)


@route(
    bp,
    "/api/recordings/export.zip",
    query=ArchiveQuery,
    answers={200: Reply("A ZIP, written as it is read.", kind="application/zip")},
    refuses=(StoreError,),
)
def export(query: ArchiveQuery) -> Response:
    """All of your recordings: a folder for each; the operator's answer holds everybody's.

    It holds readings.csv, people_events.csv, summary.json, report.html and the exports in `include`.
    """
    mine = services()
    return download(
        archive(mine, own_store(), query.separator, query.exports), "application/zip", "fer-web-recordings.zip"
    )


def pair_of(store: Store, query: PairQuery) -> tuple[StoredRecording, StoredRecording]:
    """The two recordings that are to be compared."""
    first, second = (store.recordings.get(recording) for recording in (query.a, query.b))
    return first, second


def _saved(answer: Response, name: str, query: DownloadQuery) -> Response:
    """The answer, to be saved under that name if that was asked for."""
    if query.download:
        answer.headers["Content-Disposition"] = attachment(name)
    return answer


def download(pieces: Iterator[bytes], content_type: str, name: str) -> Response:
    """A file of any size, sent as fast as its reader reads."""
    cameras = services().cameras
    leave = getattr(pieces, "close", lambda: None)
    answer = endless_answer(pieces, content_type, is_over=lambda: cameras.is_closed, leave=leave)
    answer.headers["Content-Disposition"] = attachment(name)
    return answer


def _report(html: str) -> Response:
    answer = Response(html)
    answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer
