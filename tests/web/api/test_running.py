"""Recordings over HTTP: with consent alone, of the live picture or of one's own visit."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from fer_web.errors import StoreError
from fer_web.store import RecordingState, Store
from fer_web.web.streaming.visitor import Visitor
from tests.web.api.test_visits import JPEG, app_of, enter, send
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of
from tests.web.live_server import eventually, serving

needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
AGREED = {"consent": True}
# A second until the next readings are written, and what a busy machine takes for it.
KILL_AFTER_S = 2.0


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def start(client: FlaskClient, visit: dict[str, str] | None = None, **wish: Any) -> Any:
    answer = client.post("/api/recordings", json={**AGREED, **wish}, headers=visit or {})
    assert answer.status_code == 201, answer.text
    assert errors_in(answer.get_json(), schema_of("ActiveRecording")) == []
    return answer.get_json()


def current(client: FlaskClient, visit: dict[str, str] | None = None) -> Any:
    answer = client.get("/api/recordings?state=recording", headers=visit or {}).get_json()
    assert errors_in(answer, schema_of("Recordings")) == []
    return next((one for one in answer["recordings"] if visit or one["kind"] == "camera"), None)


def stop(client: FlaskClient, recording: Any, visit: dict[str, str] | None = None) -> Any:
    answer = client.post(f"/api/recordings/{recording['id']}/stop", headers=visit or {})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


# the live picture


def test_the_live_picture_is_recorded_without_a_viewer_until_it_is_stopped(client: FlaskClient) -> None:
    recording = start(client, name="Interview 1", note="signed forms")
    assert (recording["name"], recording["kind"], recording["state"]) == ("Interview 1", "camera", "recording")
    assert eventually(lambda: current(client)["readings"] >= 5)

    ended = stop(client, recording)

    assert ended["state"] == "finished"
    assert current(client) is None
    stored = store_of(client).recordings.get(recording["id"])
    assert (stored.state, stored.kind, stored.consent) == (RecordingState.FINISHED, "camera", "signed forms")
    assert (stored.recording.source, stored.recording.model) == ("demo", "fake 1")
    assert stored.readings == ended["readings"] >= 5
    assert stored.recording.fps > 0
    assert stored.recording.width > 0
    assert len(list(store_of(client).recordings.readings(recording["id"]))) == stored.readings


@pytest.mark.parametrize("consent", [None, False, "yes", 1])
def test_nobody_is_recorded_without_consent(client: FlaskClient, consent: object) -> None:
    answer = client.post("/api/recordings", json={"name": "talk", "consent": consent})

    assert code_of(answer) == (403, "consent_required")
    assert current(client) is None
    assert not store_of(client).is_there
    assert client.application.extensions["fer_web"].cameras.first.is_open is False


def test_the_live_picture_is_recorded_once_at_a_time(client: FlaskClient) -> None:
    first = start(client)
    assert code_of(client.post("/api/recordings", json=AGREED)) == (409, "already_recording")

    stop(client, first)

    assert start(client)["id"] != first["id"]
    assert code_of(client.post(f"/api/recordings/{first['id']}/stop")) == (404, "no_recording")


def test_a_recording_without_a_name_is_called_after_its_time(client: FlaskClient) -> None:
    assert start(client, name=" \n ")["name"].startswith("Recording of 20")


def test_markers_are_kept_with_their_times(client: FlaskClient) -> None:
    recording = start(client)
    for number in range(7):
        answer = client.post(f"/api/recordings/{recording['id']}/markers", json={"text": f" Question\n{number} "})
        assert answer.status_code == 201
        assert errors_in(answer.get_json(), schema_of("Marker")) == []

    told = current(client)
    assert told["markers"] == 7
    assert [marker["text"] for marker in told["newest_markers"]] == [f"Question {number}" for number in range(2, 7)]
    stop(client, recording)
    markers = store_of(client).recordings.get(recording["id"]).recording.markers
    assert [marker.text for marker in markers] == [f"Question {number}" for number in range(7)]
    assert [marker.time_s for marker in markers] == sorted(marker.time_s for marker in markers)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[1]", "bad_json"),
        (b"{", "bad_json"),
        (b'{"consent": true, "until": 3}', "unknown_parameter"),
        (b'{"consent": true, "name": 7}', "bad_parameter"),
        (b'{"consent": true, "kind": "file"}', "bad_parameter"),
        (b'{"consent": true, "name": "%s"}' % (b"x" * 201), "bad_parameter"),
        (b'{"consent": true, "note": "%s"}' % (b"x" * 501), "bad_parameter"),
        (b'{"consent": true, "name": "%s"}' % (b"x" * 20_000), "image_too_large"),
    ],
)
def test_bad_wishes_are_refused_and_start_nothing(client: FlaskClient, body: bytes, code: str) -> None:
    answer = client.post("/api/recordings", data=body, content_type="application/json")

    assert code_of(answer)[1] == code
    assert current(client) is None


def test_a_form_of_another_website_cannot_start_one(client: FlaskClient) -> None:
    answer = client.post("/api/recordings", data=b'{"consent": true}', content_type="text/plain")
    assert code_of(answer) == (415, "unsupported_media_type")

    answer = client.post("/api/recordings", json=AGREED, headers={"Sec-Fetch-Site": "cross-site"})
    assert code_of(answer) == (403, "cross_site")


@pytest.mark.parametrize("text", ["", "  ", None, 5, "x" * 501])
def test_a_marker_needs_a_text(client: FlaskClient, text: object) -> None:
    recording = start(client)

    answer = client.post(f"/api/recordings/{recording['id']}/markers", json={"text": text})

    assert code_of(answer) == (400, "bad_parameter")


def test_without_models_there_is_nothing_to_record(tmp_path: Path) -> None:
    from tests.web.client import make_app

    client = make_app(StoreError("no model here"), data_dir=tmp_path).test_client()

    assert client.post("/api/recordings", json=AGREED).status_code == 503
    assert not store_of(client).is_there


def test_a_store_that_cannot_be_written_starts_nothing_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the place of the folder")
    app = app_of(data_dir=tmp_path / "data")
    client = app.test_client()

    answer = client.post("/api/recordings", json=AGREED)

    assert code_of(answer) == (503, "storage_unavailable")
    assert current(client) is None
    app.extensions["fer_web"].close()


def test_stopping_the_service_writes_what_has_come(client: FlaskClient) -> None:
    recording = start(client)
    assert eventually(lambda: current(client)["readings"] >= 3)
    mine = client.application.extensions["fer_web"]
    store = Store.open(f"sqlite:///{mine.store._database.path}")

    mine.close()

    stored = store.recordings.get(recording["id"])
    assert stored.state is RecordingState.FINISHED
    assert stored.readings >= 3


# visits


def test_a_visit_is_recorded_by_its_visitor(client: FlaskClient) -> None:
    visit = enter(client)
    recording = start(client, visit, name="me")
    assert recording["kind"] == "visit"
    for _ in range(3):
        assert send(client, visit).status_code == 200
    assert (
        client.post(f"/api/recordings/{recording['id']}/markers", json={"text": "hm"}, headers=visit).status_code == 201
    )

    assert stop(client, recording, visit)["readings"] == 3
    stored = store_of(client).recordings.get(recording["id"])
    assert (stored.kind, stored.recording.source, stored.readings) == ("visit", "browser camera", 3)
    assert (stored.recording.width, stored.recording.height) == (60, 40)


def test_nobody_else_can_see_mark_or_stop_it(client: FlaskClient) -> None:
    visit, other = enter(client), enter(client)
    recording = start(client, visit)
    path = f"/api/recordings/{recording['id']}"

    for headers in ({}, other, {"Fer-Visit": "guess"}):
        assert current(client, headers) is None
        assert code_of(client.post(f"{path}/markers", json={"text": "x"}, headers=headers)) == (404, "no_recording")
        assert code_of(client.post(f"{path}/stop", headers=headers)) == (404, "no_recording")
    assert current(client, visit)["id"] == recording["id"]


def test_it_ends_with_the_visit(client: FlaskClient) -> None:
    visit = enter(client)
    recording = start(client, visit)
    send(client, visit)

    client.delete("/api/visits", headers=visit)

    assert eventually(lambda: store_of(client).recordings.get(recording["id"]).state is RecordingState.FINISHED)
    assert store_of(client).recordings.get(recording["id"]).readings == 1
    assert code_of(client.post("/api/recordings", json=AGREED, headers=visit)) == (404, "no_visit")


def test_a_visit_needs_its_secret(client: FlaskClient) -> None:
    answer = client.post("/api/recordings", json={**AGREED, "kind": "visit"})

    assert code_of(answer) == (404, "no_visit")


def test_a_visitor_can_record_the_live_picture_too(client: FlaskClient) -> None:
    visit = enter(client)

    assert start(client, visit, kind="camera")["kind"] == "camera"
    assert start(client, visit)["kind"] == "visit"


def test_a_visit_over_a_websocket_learns_its_secret_and_is_recorded(tmp_path: Path) -> None:
    app = app_of(data_dir=tmp_path / "data")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with Visitor(server.server_port) as visitor:
            told = visitor.ask("visit")
            assert errors_in(told, schema_of("Visit")) == []
            client = app.test_client()
            recording = start(client, {"Fer-Visit": told["visit"]})
            assert "results" in visitor.ask(JPEG)
            assert visitor.ask("hello")["error"]["code"] == "unsupported_format"
        assert eventually(lambda: store_of(client).recordings.get(recording["id"]).state is RecordingState.FINISHED)
        assert store_of(client).recordings.get(recording["id"]).readings == 1
    finally:
        server.shutdown()
        server.server_close()
        app.extensions["fer_web"].close()


# processes that end


@needs_gunicorn
def test_a_process_that_is_killed_loses_no_more_than_the_last_second(tmp_path: Path) -> None:
    with serving("tests.web.camera_app:app", FER_DATA_DIR=str(tmp_path / "data"), FER_MAX_VISITORS="2") as server:
        recording = _post(server.port, "/api/recordings", {**AGREED, "name": "cut off"})
        assert eventually(lambda: _current(server.port)["readings"] >= 5)
        told = _current(server.port)
        assert eventually(lambda: _current(server.port)["duration_s"] > told["duration_s"] + KILL_AFTER_S)
        worker = server.json("/state")["process"]
        _kill(worker, server.process.pid)
        server.process.wait(10)

    with Store.open(f"sqlite:///{tmp_path / 'data' / 'fer_web.sqlite'}") as store:
        assert eventually(
            lambda: store.recordings.recover() == 1
        )  # a killed process takes a moment to let go of its files
        stored = store.recordings.get(recording["id"])
        readings = list(store.recordings.readings(recording["id"]))
    assert stored.state is RecordingState.INTERRUPTED
    assert stored.recording.trouble is not None
    assert stored.recording.fps > 0
    assert len(readings) == stored.readings >= told["readings"]


@needs_gunicorn
def test_a_process_that_is_asked_to_end_finishes_the_recording(tmp_path: Path) -> None:
    with serving("tests.web.camera_app:app", FER_DATA_DIR=str(tmp_path / "data"), FER_MAX_VISITORS="2") as server:
        recording = _post(server.port, "/api/recordings", AGREED)
        assert eventually(lambda: _current(server.port)["readings"] > 3)
        server.process.terminate()
        assert server.process.wait(20) == 0

    with Store.open(f"sqlite:///{tmp_path / 'data' / 'fer_web.sqlite'}") as store:
        assert store.recordings.get(recording["id"]).state is RecordingState.FINISHED


def _kill(*processes: int) -> None:
    for process in reversed(processes):  # the master first: it would start another worker
        os.kill(process, signal.SIGKILL)


def _post(port: int, path: str, body: Any) -> Any:
    return _ask(port, "POST", path, json.dumps(body))


def _current(port: int) -> Any:
    return _ask(port, "GET", "/api/recordings?state=recording")["recordings"][0]


def _ask(port: int, method: str, path: str, body: str | None = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        told = json.load(answer)
        assert answer.status < 300, told
        return told
    finally:
        connection.close()
