"""Recordings that are kept: listed, read, renamed, deleted, compared, taken away as files; and their pages."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, render_template, request

from fer_web.errors import RequestError, StillRecording
from fer_web.reports import COMMA, SEPARATORS, comparison_fragment, comparison_html, report_fragment, report_html
from fer_web.store import RecordingState, Store, StoredRecording
from fer_web.web.api.recording_files import (
    archive,
    attachment,
    card_text,
    csv_pieces,
    file_name,
    json_text,
    summary_of,
)
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.api.running import visit_of_request
from fer_web.web.http.bodies import NAME_LENGTH, line_of, number_of, read_object
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("recordings", __name__)

LIMIT = 50
MOST = 200
STOP_S = 5.0
# A report brings its own style, and runs no scripts whatever may stand in it.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups"
)
KINDS = {"camera": "Camera", "visit": "A visitor's camera", "video": "Video"}


# the pages


@bp.get("/recordings")
def page() -> str:
    """The list of what was recorded."""
    return render_template("recordings.html", retention_days=services().retention_days, limit=LIMIT)


@bp.get("/recordings/<recording>")
def recording_page(recording: str) -> str:
    """One recording's report, with what can be done with it."""
    mine = services()
    stored = mine.store.recordings.get(recording)
    body = report_fragment(summary_of(mine.store, stored), card_text(mine, stored.recording.model))
    has_copy = mine.videos.annotated_copy(recording) is not None
    return render_template("recording.html", recording=stored_json(stored), kinds=KINDS, report=body, has_copy=has_copy)


@bp.get("/compare")
def compare_page() -> str:
    """Two recordings side by side."""
    mine = services()
    pair = _pair(mine.store)
    first, second = (summary_of(mine.store, stored) for stored in pair)
    body = comparison_fragment(first, second, card_text(mine, first.recording.model))
    return render_template("compare.html", pair=[stored_json(stored) for stored in pair], report=body)


# the API


@bp.get("/api/recordings")
def index() -> Response:
    """The newest first; of a state, if one is asked for; of the asking visit alone, if there is one."""
    mine, visit, state = services(), visit_of_request(), _state()
    limit, offset = number_of("limit", LIMIT, most=MOST), number_of("offset", 0, most=10**9)
    if visit is not None:
        active = mine.recordings.of_visit(visit)
        kept = [] if active is None else [mine.store.recordings.get(active.id)]
        return jsonify(recordings=[stored_json(one, active) for one in kept], total=len(kept), limit=limit, offset=0)
    kept = mine.store.recordings.list(limit=limit, offset=offset, state=state)
    live = mine.recordings.live
    recordings = [stored_json(one, live if live is not None and live.id == one.id else None) for one in kept]
    return jsonify(recordings=recordings, total=mine.store.recordings.count(state), limit=limit, offset=offset)


@bp.delete("/api/recordings")
def delete_all() -> Response:
    """End what is being recorded, and delete everything."""
    if request.args.get("confirm") != "true":
        raise RequestError("confirm_required", "this deletes every recording for good: add ?confirm=true to do it")
    mine = services()
    mine.store.recordings.ensure_deletable()
    mine.recordings.stop_all(STOP_S)
    return jsonify(deleted=mine.store.recordings.delete_all())


@bp.get("/api/recordings/<recording>")
def one(recording: str) -> Response:
    """What is known of a recording besides its readings."""
    return jsonify(stored_json(services().store.recordings.get(recording)))


@bp.patch("/api/recordings/<recording>")
def rename(recording: str) -> Response:
    """Give it another name."""
    name = line_of(read_object(("name",)).get("name"), "name", NAME_LENGTH)
    store = services().store
    store.recordings.rename(recording, name)
    return jsonify(stored_json(store.recordings.get(recording)))


@bp.delete("/api/recordings/<recording>")
def delete(recording: str) -> Response:
    """Delete it for good."""
    mine = services()
    if mine.recordings.is_running(recording):
        raise StillRecording()
    mine.store.recordings.delete(recording)
    return Response(status=204)


@bp.get("/api/recordings/<recording>/readings.csv")
def readings(recording: str) -> Response:
    """Every reading, as CSV."""
    store = services().store
    name = f"{file_name(store.recordings.get(recording).recording.name)}-readings.csv"
    return _download(csv_pieces(store, recording, _separator()), "text/csv; charset=utf-8", name)


@bp.get("/api/recordings/<recording>/summary.json")
def summary(recording: str) -> Response:
    """What the readings add up to."""
    store = services().store
    stored = store.recordings.get(recording)
    answer = Response(json_text(summary_of(store, stored)), mimetype="application/json")
    return _saved(answer, f"{file_name(stored.recording.name)}-summary.json")


@bp.get("/api/recordings/<recording>/report.html")
def report(recording: str) -> Response:
    """The report as a page of its own, which needs nothing else."""
    mine = services()
    stored = mine.store.recordings.get(recording)
    html = report_html(summary_of(mine.store, stored), card_text(mine, stored.recording.model))
    return _saved(_report(html), f"{file_name(stored.recording.name)}-report.html")


@bp.get("/api/recordings/compare")
def compare() -> Response:
    """Two summaries in one answer."""
    store = services().store
    first, second = (summary_of(store, stored) for stored in _pair(store))
    return Response(f'{{"a": {json_text(first)}, "b": {json_text(second)}}}\n', mimetype="application/json")


@bp.get("/api/recordings/compare.html")
def comparison() -> Response:
    """Two recordings side by side, as a page of its own."""
    mine = services()
    first, second = (summary_of(mine.store, stored) for stored in _pair(mine.store))
    html = comparison_html(first, second, card_text(mine, first.recording.model))
    return _saved(_report(html), "comparison.html")


@bp.get("/api/recordings/export.zip")
def export() -> Response:
    """Everything, as one archive."""
    mine = services()
    return _download(archive(mine, mine.store, _separator()), "application/zip", "fer-web-recordings.zip")


def _pair(store: Store) -> tuple[StoredRecording, StoredRecording]:
    """The two recordings of `?a=` and `?b=`."""
    ids = [request.args.get(name, "") for name in ("a", "b")]
    if not all(ids):
        raise RequestError("bad_parameter", "a and b must be the ids of two recordings")
    first, second = (store.recordings.get(recording) for recording in ids)
    return first, second


def _state() -> RecordingState | None:
    """The state that `?state=` asks for."""
    text = request.args.get("state")
    if text is None:
        return None
    if text not in list(RecordingState):
        raise RequestError("bad_parameter", f"state must be {', '.join(RecordingState)}, not {text[:40]!r}")
    return RecordingState(text)


def _separator() -> str:
    """What stands between the cells of CSV: `?separator=;` is for spreadsheets that write a decimal comma."""
    text = request.args.get("separator", COMMA)
    if text not in SEPARATORS:
        raise RequestError("bad_parameter", f"separator must be {' or '.join(SEPARATORS)}, not {text[:40]!r}")
    return text


def _saved(answer: Response, name: str) -> Response:
    """The answer, to be saved under that name with `?download=true`."""
    text = request.args.get("download", "false")
    if text not in ("true", "false"):
        raise RequestError("bad_parameter", f"download must be true or false, not {text[:40]!r}")
    if text == "true":
        answer.headers["Content-Disposition"] = attachment(name)
    return answer


def _download(pieces: Iterator[bytes], content_type: str, name: str) -> Response:
    """A file of any size, sent as fast as its reader reads."""
    hub = services().hub
    leave = getattr(pieces, "close", lambda: None)
    answer = endless_answer(pieces, content_type, is_over=lambda: hub.is_closed, leave=leave)
    answer.headers["Content-Disposition"] = attachment(name)
    return answer


def _report(html: str) -> Response:
    answer = Response(html)
    answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer
