from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from typing import Any

import numpy as np
import pytest

from fer_web.analysis.present import face_json
from fer_web.core import Blink, Emotion, Face, Frame, FrameResult, Marker, Rect
from fer_web.live import ActiveRecording, Facts, LiveResult, RecordingProgress, RecordingRequest, Scene
from fer_web.sources import SourceState
from fer_web.web.api.models.recordings import ActiveRecordingJson
from fer_web.web.api.recording_schemas import active_json
from fer_web.web.http.asking import Asker
from fer_web.web.streaming.events import HEARTBEAT, HEARTBEAT_S, messages, person_news
from tests.web.described import errors_in, schema_of
from tests.web.live_server import Server, serving

LIVE = SourceState("live", "camera", "")
LOST = SourceState("reconnecting", "camera", "unplugged")


def outcome(index: int, *faces: Face) -> LiveResult[FrameResult]:
    frame = Frame(index, index / 10, np.zeros((48, 64, 3), np.uint8))
    return LiveResult(frame, FrameResult(frame, faces, {"detect": 2.0, "classify": 1.0}), 15.04, 21.07)


def happy_face() -> Face:
    scores = np.array([0, 0, 0, 0.9, 0, 0, 0.1], np.float32)
    blink = Blink(0.3, 0.31, True, count=4, last_time_s=1.5, last_duration_s=0.2)
    return Face(Rect(10, 5, 30, 25), 0.9, track_id=7, scores=scores, blink=blink)


def parsed(events: bytes) -> list[dict[str, str]]:
    """The fields of each event in a message."""
    blocks = events.decode().removesuffix("\n\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in block.splitlines() if line) for block in blocks]


def test_a_frame_is_the_faces_that_predict_answers_with_tracks_and_blinks() -> None:
    face = happy_face()
    _, message = messages([Scene(LIVE, outcome(3, face))])
    state, event, recording = parsed(message)
    assert state["event"] == "status"
    assert recording == {"event": "recording", "data": '{"recording":null}'}
    assert event["id"] == "3"
    assert "event" not in event
    told = json.loads(event["data"])
    blink = {"count": 4, "last_time_s": 1.5, "last_duration_s": 0.2}
    assert told["results"] == [{**face_json(0, face), "track_id": 7, "blink": blink, "head": None}]
    assert told["results"][0]["dominant_emotion"] == Emotion.HAPPY
    del told["results"]
    assert told == {
        "index": 3,
        "time_s": 0.3,
        "fps": 15.0,
        "latency_ms": 21.1,
        "status": "live",
        "image": {"width": 64, "height": 48},
        "timing_ms": {"detect": 2.0, "classify": 1.0, "total": 3.0},
    }


def test_browsers_are_told_when_to_come_back() -> None:
    assert list(messages([])) == [b"retry: 2000\n\n"]


def test_a_recording_is_told_when_it_begins_changes_and_ends_but_not_every_second() -> None:
    class Recorder:
        progress = RecordingProgress("recording", Facts(1.0, 9.0, (64, 48)), 10, 1, (), None)

    plan = RecordingRequest("camera", "talk", "agreed", datetime(2026, 3, 4, tzinfo=timezone.utc))
    running = ActiveRecording("id", plan, Recorder())  # type: ignore[arg-type]
    longer = replace(Recorder.progress, facts=Facts(2.0, 9.0, (64, 48)), readings=20)
    marked = replace(longer, markers=(Marker(1.5, "hm"),))
    course = iter([None, Recorder.progress, longer, marked, None])

    def recording() -> ActiveRecordingJson | None:
        now = next(course)
        Recorder.progress = now or Recorder.progress
        return active_json(running, Asker(None)) if now else None

    told = [event for message in messages([None] * 5, recording=recording) for event in parsed(message)]
    news = [json.loads(event["data"])["recording"] for event in told if event.get("event") == "recording"]
    assert [one and (one["name"], one["duration_s"], one["markers"]) for one in news] == [
        None,
        ("talk", 1.0, 0),
        ("talk", 2.0, 1),
        None,
    ]
    assert all(errors_in({"recording": one}, schema_of("CurrentRecording")) == [] for one in news)


def test_a_state_is_told_when_it_changes_and_a_frame_once() -> None:
    first, second = outcome(0), outcome(1)
    scenes = [Scene(LIVE), Scene(LIVE, first), Scene(LIVE, first), Scene(LOST, first), Scene(LIVE, second)]
    told = [event for message in list(messages(scenes))[1:] for event in parsed(message)]
    assert [event.get("id", event.get("event")) for event in told] == [
        "status",
        "recording",
        "0",
        "status",
        "status",
        "1",
    ]
    assert json.loads(told[3]["data"]) == {"status": "reconnecting", "label": "camera", "reason": "unplugged"}


def test_a_state_says_why_nothing_is_analyzed() -> None:
    _, message = messages([Scene(LIVE, None, "the models are still being loaded")])
    assert json.loads(parsed(message)[0]["data"])["reason"] == "the models are still being loaded"


def test_a_silence_is_broken_by_a_comment_every_ten_seconds() -> None:
    seconds = iter([float(second) for second in range(100)])
    heard = list(messages([Scene(LIVE), *[None] * 45], lambda: next(seconds)))
    assert heard.count(HEARTBEAT) == 45 // (HEARTBEAT_S + 1)
    assert HEARTBEAT.startswith(b":")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(FER_MAX_VIEWERS="4", FER_THREADS="20") as running:
        yield running


def events_of(answer: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in iter(answer.readline, b""):
        if line == b"\n":
            yield fields
            fields = {}
        else:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_a_dashboard_hears_of_frames_and_of_a_lost_camera_without_a_picture_being_painted(server: Server) -> None:
    with server.open("/events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        events = events_of(answer)
        assert next(events) == {"retry": "2000"}
        frames: list[Any] = [json.loads(event["data"]) for event in islice((e for e in events if "id" in e), 5)]
        assert [frame["index"] for frame in frames] == sorted({frame["index"] for frame in frames})
        assert frames[0]["results"][0]["region"] == {"x": 200, "y": 100, "w": 200, "h": 200}
        server.json("/camera/is_plugged/no", "POST")
        states = (json.loads(event["data"])["status"] for event in events if event.get("event") == "status")
        assert next(states) == "reconnecting"
        server.json("/camera/is_plugged/yes", "POST")
        assert next(states) == "live"
    assert server.json("/painted") == {}


def test_events_of_people_come_in_place_of_frames() -> None:
    face = happy_face()
    scenes = [Scene(LIVE, replace(outcome(index, face), captured_s=index / 10)) for index in range(8)]

    told = [event for message in list(messages(scenes, news_of=person_news("door")))[1:] for event in parsed(message)]

    assert [event["event"] for event in told] == ["status", "recording", "person"]
    assert json.loads(told[-1]["data"])["event"] == "appeared"
    assert errors_in(json.loads(told[-1]["data"]), schema_of("PersonEvent")) == []
