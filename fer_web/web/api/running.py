"""Recordings while they run: started with consent, marked, stopped. Of a camera, or of one's own visit."""

from __future__ import annotations

from datetime import datetime, timezone

from flask import Blueprint, request

from fer_web.errors import (
    AlreadyRecording,
    BusyError,
    FerError,
    NoCamera,
    NoPart,
    NoRecording,
    NoStudy,
    NotReadyError,
    NoVisit,
    RequestError,
    StudyFull,
    TooManyMarkers,
)
from fer_web.live import ActiveRecording
from fer_web.web.api.elsewhere import (
    marked_elsewhere,
    running_elsewhere,
    start_elsewhere,
    stopped,
    stopped_elsewhere,
)
from fer_web.web.api.models.recordings import ActiveRecordingJson, MarkerJson, NewMarker, NewRecording
from fer_web.web.api.models.visits import VISIT_HEADER
from fer_web.web.api.recording_schemas import active_json
from fer_web.web.http.asking import Asker, asker, new_owner, own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import Header, Reply, route
from fer_web.web.http.services import Services, services

bp = Blueprint("running", __name__)

OWN_VISIT = Header(VISIT_HEADER, "The visit's id; without it, a camera is meant.")


@route(
    bp,
    "/api/recordings",
    "POST",
    body=NewRecording,
    headers=(OWN_VISIT,),
    answers={201: Reply("The recording has started.", ActiveRecordingJson)},
    refuses=(
        *(*STORE_REFUSALS, "consent_required", AlreadyRecording, NoVisit, NoCamera, BusyError, NotReadyError),
        *(NoStudy, NoPart, StudyFull),
    ),
)
def start_recording(body: NewRecording) -> ActiveRecordingJson:
    """Start recording a camera, or one's own visit.

    Needs consent: true, which confirms that everybody on camera agreed. One recording of each camera at a time, and
    one of each visit, which ends with the visit. Readings are written once a second. While one of a camera runs, that
    stays open and everybody who watches it is told. It belongs to who starts it: a client without the
    cookie fer_owner gets one with the answer, and sees the recording by it. With the token it is the operator's.
    """
    mine = services()
    mine.startup.vision()  # NotReadyError while there is nothing to record
    owner = new_owner()
    if body.study is None:
        return _start(mine, body, owner)
    if not body.participant:
        raise RequestError("bad_parameter", "participant must not be empty: say whom the recording of the study shows")
    own_store().studies.get(body.study)  # NoStudy before anybody is recorded
    started = _start(mine, body, owner)
    try:
        own_store().studies.assign(body.study, started.id, body.participant, body.condition)
    except FerError:
        _undo(mine, started.id, owner)
        raise
    return started


def _undo(mine: Services, recording: str, owner: str | None) -> None:
    """End and delete what this request has started; its browser may have no cookie yet that would say whose it is."""
    try:
        running = mine.recordings.find(recording, visit_of_request())
    except NoRecording:
        stopped_elsewhere(recording, owner)
    else:
        stopped(running)
    mine.store.recordings.delete(recording)


def _start(mine: Services, body: NewRecording, owner: str | None) -> ActiveRecordingJson:
    visit, now = visit_of_request(), datetime.now(timezone.utc)
    name = body.name or ", ".join(filter(None, (body.participant, body.condition)))
    name, consent = name or f"Recording of {now:%Y-%m-%d %H:%M} UTC", body.note or "agreed"
    kind = body.kind or ("camera" if visit is None else "visit")
    if kind == "camera":
        camera = mine.cameras.get(body.camera).name
        if camera in mine.shared:
            return start_elsewhere(camera, name, consent, owner)
        return active_json(mine.recordings.start_camera(name, consent, camera, owner=owner), Asker(owner))
    visited = mine.visitors.find(visit or "")
    return active_json(mine.recordings.start_visit(visited, name, consent, kind, owner=owner), Asker(owner))


@route(
    bp,
    "/api/recordings/<recording>/markers",
    "POST",
    body=NewMarker,
    headers=(OWN_VISIT,),
    answers={201: Reply("The marker.", MarkerJson)},
    refuses=(NoRecording, TooManyMarkers, BusyError),
)
def mark_recording(recording: str, body: NewMarker) -> MarkerJson:
    """Add a marker with a text at this moment."""
    try:
        running = running_of_request(recording)
    except NoRecording:
        return marked_elsewhere(recording, asker().owner, body.text)
    marker = running.recorder.mark(body.text)
    return MarkerJson(time_s=marker.time_s, text=marker.text)


@route(
    bp,
    "/api/recordings/<recording>/stop",
    "POST",
    headers=(OWN_VISIT,),
    answers={200: Reply("It has ended.", ActiveRecordingJson)},
    refuses=(NoRecording, BusyError),
)
def stop_recording(recording: str) -> ActiveRecordingJson:
    """Stop a recording.

    Its state is finished once its last readings are written; until then it is ending.
    """
    return _stop(recording)


def _stop(recording: str) -> ActiveRecordingJson:
    try:
        running = running_of_request(recording)
    except NoRecording:
        return stopped_elsewhere(recording, asker().owner)
    return stopped(running)


def progress_of_request(recording: str) -> ActiveRecordingJson:
    """How a recording is doing that runs, if it is for who asks; NoRecording for others."""
    try:
        return active_json(running_of_request(recording), Asker(None))
    except NoRecording:
        return running_elsewhere(recording, asker().owner)


def running_of_request(recording: str) -> ActiveRecording:
    """The recording of that id, if it runs and is for who asks: as its owner, or by the secret of its visit."""
    visit = visit_of_request()
    running = services().recordings.find(recording, visit)
    if not asker().sees(running.plan.owner) and (visit is None or running.visit != visit):
        raise NoRecording("no such recording is running")
    return running


def visit_of_request() -> str | None:
    """The id of the visit that asks, which only its visitor knows."""
    return request.headers.get(VISIT_HEADER)
