"""Recordings while they run: started with consent, marked, stopped. Of the camera, or of one's own visit."""

from __future__ import annotations

from datetime import datetime, timezone

from flask import Blueprint, Response, jsonify, request

from fer_web.errors import NoRecording, RequestError
from fer_web.web.api.recording_schemas import active_json
from fer_web.web.api.visits import VISIT_HEADER
from fer_web.web.http.bodies import NAME_LENGTH, TEXT_LENGTH, line_of, read_object
from fer_web.web.http.services import services

bp = Blueprint("running", __name__, url_prefix="/api/recordings")

# How long stopping waits until the last readings are written, before it answers that they are not yet.
STOP_S = 5.0


@bp.post("")
def start() -> tuple[Response, int]:
    """Record from now on what faces show; nobody is recorded without consent."""
    wish = read_object(("name", "consent", "note", "kind"))
    visit = visit_of_request()
    kind = wish.get("kind", "camera" if visit is None else "visit")
    if kind not in ("camera", "visit"):
        raise RequestError("bad_parameter", f"kind must be 'camera' or 'visit', not {kind!r}")
    if wish.get("consent") is not True:
        raise RequestError(
            "consent_required", "everybody in the picture has to agree: send consent: true once they have"
        )
    consent = line_of(wish.get("note"), "note", TEXT_LENGTH, default="agreed")
    now = datetime.now(timezone.utc)
    name = line_of(wish.get("name"), "name", NAME_LENGTH, default=f"Recording of {now:%Y-%m-%d %H:%M} UTC")
    mine = services()
    mine.startup.vision()  # NotReadyError while there is nothing to record
    if kind == "camera":
        running = mine.recordings.start_live(name, consent)
    else:
        running = mine.recordings.start_visit(mine.visitors.find(visit or ""), name, consent)
    return jsonify(active_json(running)), 201


@bp.post("/<recording>/markers")
def mark(recording: str) -> tuple[Response, int]:
    """A note at this moment."""
    text = line_of(read_object(("text",)).get("text"), "text", TEXT_LENGTH)
    marker = services().recordings.find(recording, visit_of_request()).recorder.mark(text)
    return jsonify(time_s=marker.time_s, text=marker.text), 201


@bp.post("/<recording>/stop")
def stop(recording: str) -> Response:
    """End it; what has come until now is written."""
    running = services().recordings.find(recording, visit_of_request())
    if running.recorder.is_over:
        raise NoRecording("this recording has ended already")
    running.recorder.stop()
    running.recorder.wait(STOP_S)
    return jsonify(active_json(running))


def visit_of_request() -> str | None:
    """The id of the visit that asks, which only its visitor knows."""
    return request.headers.get(VISIT_HEADER)
