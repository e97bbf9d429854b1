"""The live results as server-sent events: one JSON an analyzed frame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Any, TypeAlias

from flask import Blueprint, Response

from fer_web.analysis.present import Json, live_face_json, timing_json
from fer_web.core import FrameResult
from fer_web.errors import BusyError, NoCamera
from fer_web.live import LiveResult, Scene, ScenePeople
from fer_web.web.api.models.faces import LiveFrameJson, LiveStateJson
from fer_web.web.api.models.person_events import EventsQuery, PersonEventJson
from fer_web.web.api.models.recordings import ActiveRecordingJson, CurrentRecordingJson
from fer_web.web.api.recording_schemas import recording_now
from fer_web.web.http.asking import asker
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("events", __name__)

EVENTS = (LiveFrameJson, LiveStateJson, CurrentRecordingJson, PersonEventJson)
# What a scene, or a silent second, brings after the last scene.
NewsOf: TypeAlias = "Callable[[Scene[FrameResult] | None, Scene[FrameResult] | None], bytes]"
ANSWERS = {200: Reply("Server-sent events.", kind="text/event-stream", inside=EVENTS)}
HEARTBEAT_S = 10.0
HEARTBEAT = b": still here\n\n"
RETRY = b"retry: 2000\n\n"  # milliseconds after which a browser comes back


@route(
    bp,
    "/cameras/<name>/events",
    query=EventsQuery,
    answers=ANSWERS,
    refuses=(BusyError, NoCamera),
    operation="camera_events",
)
@route(bp, "/events", query=EventsQuery, answers=ANSWERS, refuses=(BusyError,))
def events(query: EventsQuery, name: str | None = None) -> Response:
    """A camera's results as server-sent events. Without a name, the first camera is meant.

    Events without a name hold a LiveFrame, those named status a LiveState whenever it changes, those named recording
    what is being recorded, so that nobody is recorded without knowing. With ?kind=people, events named person hold a
    PersonEvent in place of the frames; people who are there already appear at the beginning. A comment line comes after
    ten seconds without news.
    """
    mine = services()
    camera = mine.cameras.get(name)
    viewing = camera.results()
    news = person_news(camera.name) if query.kind == "people" else _frame_news
    told = messages(viewing, recording=partial(recording_now, mine, camera.name, asker()), news_of=news)
    content_type = "text/event-stream; charset=utf-8"
    return endless_answer(told, content_type, is_over=lambda: camera.is_closed, leave=viewing.close)


def messages(
    scenes: Iterable[Scene[FrameResult] | None],
    clock: Callable[[], float] = time.monotonic,
    recording: Callable[[], ActiveRecordingJson | None] = lambda: None,
    news_of: NewsOf | None = None,
) -> Iterator[bytes]:
    """What is new in each scene and of the recording, as events; a comment after ten seconds without anything new."""
    yield RETRY
    said: Scene[FrameResult] | None = None
    told: object = ()  # of the recording, nothing yet
    said_s = clock()
    for scene in scenes:
        news = _state_news(scene, said) + (news_of or _frame_news)(scene, said)
        said = scene or said
        running = recording()
        if told != (told := _gist(running)):
            current = CurrentRecordingJson(recording=running)
            news += _event(current.model_dump(), name="recording")
        if not news and clock() - said_s >= HEARTBEAT_S:
            news = HEARTBEAT
        if news:
            said_s = clock()
            yield news


def outcome_json(outcome: LiveResult[FrameResult], status: str, *, landmarks: bool = False) -> Json:
    """A frame's result: the faces that /predict answers, with their tracks and blinks, and how fast results come."""
    result = outcome.result
    width, height = outcome.frame.size
    return {
        "index": outcome.frame.index,
        "time_s": round(outcome.frame.time_s, 3),
        "fps": round(outcome.fps, 1),
        "latency_ms": round(outcome.latency_ms, 1),
        "status": status,
        "image": {"width": width, "height": height},
        "results": [live_face_json(place, face, landmarks=landmarks) for place, face in enumerate(result.faces)],
        "timing_ms": timing_json(result),
    }


def state_json(scene: Scene[Any]) -> Json:
    """The source's state; `reason` also says why frames are not analyzed."""
    source = scene.source
    return {"status": source.status, "label": source.label, "reason": scene.trouble or source.reason}


def _state_news(scene: Scene[FrameResult] | None, said: Scene[FrameResult] | None) -> bytes:
    if scene is None or (said is not None and state_json(said) == state_json(scene)):
        return b""
    return _event(state_json(scene), name="status")


def _frame_news(scene: Scene[FrameResult] | None, said: Scene[FrameResult] | None) -> bytes:
    if scene is None or scene.outcome is None or (said is not None and said.outcome is scene.outcome):
        return b""
    return _outcome_event(scene.outcome, scene.source.status)


def person_news(camera: str) -> NewsOf:
    """Events of people, and nothing of frames."""
    people = ScenePeople(camera)

    def news(scene: Scene[FrameResult] | None, _: Scene[FrameResult] | None) -> bytes:
        return b"".join(_event(event.json(), name="person") for event in people.of(scene))

    return news


def _gist(running: ActiveRecordingJson | None) -> object:
    """What of a recording is worth an event: not every second that it lasts."""
    if running is None:
        return None
    return running.id, running.state, running.markers, running.trouble


@lru_cache(maxsize=1)
def _outcome_event(outcome: LiveResult[FrameResult], status: str) -> bytes:
    """Kept for the other viewers of the same frame."""
    return _event(outcome_json(outcome, status), number=outcome.frame.index)


def _event(data: Json, *, name: str | None = None, number: int | None = None) -> bytes:
    head = ("" if name is None else f"event: {name}\n") + ("" if number is None else f"id: {number}\n")
    return f"{head}data: {json.dumps(data, separators=(',', ':'), allow_nan=False)}\n\n".encode()
