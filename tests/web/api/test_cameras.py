"""Several cameras over HTTP: each at an address of its own, and the first where none is named."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.api.test_visits import app_of
from tests.web.keeping import keeping
from tests.web.live_server import eventually, parts, serving

TWO = "door=demo:,desk=demo:?faces=2"
SECRET = "door=rtsp://admin:SECRET@camera/live?token=SECRET,desk=demo:"
needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


@pytest.fixture
def two() -> FlaskClient:
    return app_of(cameras=TWO).test_client()


def test_they_are_listed_in_their_order_with_what_they_are() -> None:
    client = app_of(cameras=SECRET).test_client()
    eventually(lambda: client.get("/api/cameras").json["cameras"][1]["source"] == "demo")

    answer = client.get("/api/cameras")

    door, desk = answer.json["cameras"]
    assert (door["name"], door["status"], door["viewers"], door["recording"]) == ("door", "closed", 0, None)
    assert door["source"] == "rtsp://***@camera/live?token=***"
    assert (desk["name"], desk["source"]) == ("desk", "demo")
    assert "SECRET" not in answer.text


def test_a_service_with_one_source_has_one_camera_called_main(client: FlaskClient) -> None:
    assert [camera["name"] for camera in client.get("/api/cameras").json["cameras"]] == ["main"]


@pytest.mark.parametrize("what", ["stream", "snapshot.jpg", "events"])
def test_a_camera_that_is_not_there_is_said_with_those_that_are(two: FlaskClient, what: str) -> None:
    answer = two.get(f"/cameras/garden/{what}")

    assert answer.status_code == 404
    assert answer.json["error"]["code"] == "no_camera"
    assert "door, desk" in answer.json["error"]["message"]


def test_each_camera_gives_a_picture_of_its_own(two: FlaskClient) -> None:
    assert two.get("/cameras/desk/snapshot.jpg").mimetype == "image/jpeg"
    assert two.get("/cameras/door/snapshot.jpg").mimetype == "image/jpeg"
    text = two.get("/metrics").text
    for name in ("door", "desk"):
        captured = re.search(rf'^fer_frames_captured_total{{camera="{name}"}} (\S+)$', text, re.MULTILINE)
        assert captured is not None
        assert float(captured[1]) >= 1
    assert 'fer_step_seconds_count{camera="desk",step="detect",way="live"}' in text
    assert 'fer_viewers{camera="door"} 0.0' in text


def test_one_can_choose_on_the_page_where_there_are_several(two: FlaskClient, client: FlaskClient) -> None:
    page = two.get("/?camera=desk").text

    assert re.findall(r'<a href="(/\?camera=\w+)"( aria-current="page")?>', page) == [
        ("/?camera=door", ""),
        ("/?camera=desk", ' aria-current="page"'),
    ]
    for name, address in (("stream", "stream"), ("events", "events"), ("snapshot", "snapshot.jpg")):
        assert f'data-{name}="/cameras/desk/{address}"' in page
    assert 'data-camera="desk"' in page
    assert re.findall(r'href="(/\?camera=\w+)" aria', two.get("/").text) == ["/?camera=door", "/?camera=desk"]
    assert two.get("/?camera=garden").status_code == 404
    assert "?camera=" not in client.get("/").text


def test_each_camera_is_recorded_by_itself(tmp_path: Path) -> None:
    with keeping(tmp_path, cameras=TWO) as client:
        door = client.post("/api/recordings", json={"consent": True})
        desk = client.post("/api/recordings", json={"consent": True, "camera": "desk"})
        again = client.post("/api/recordings", json={"consent": True, "camera": "desk"})
        nobody = client.post("/api/recordings", json={"consent": True, "camera": "garden"})
        wrong = client.post("/api/recordings", json={"consent": True, "camera": 7})

        assert (door.status_code, door.json["camera"]) == (201, "door")
        assert (desk.status_code, desk.json["camera"]) == (201, "desk")
        assert (again.status_code, again.json["error"]["code"]) == (409, "already_recording")
        assert (nobody.status_code, nobody.json["error"]["code"]) == (404, "no_camera")
        assert (wrong.status_code, wrong.json["error"]["code"]) == (400, "bad_parameter")
        running = client.get("/api/recordings?state=recording").json["recordings"]
        assert {one["id"]: one["camera"] for one in running} == {door.json["id"]: "door", desk.json["id"]: "desk"}
        assert client.get("/api/cameras").json["cameras"][1]["recording"] == desk.json["id"]

        assert client.post(f"/api/recordings/{desk.json['id']}/stop").status_code == 200
        assert [one["recording"] for one in client.get("/api/cameras").json["cameras"]] == [door.json["id"], None]


def test_deleting_everything_ends_the_recordings_of_all_cameras(tmp_path: Path) -> None:
    with keeping(tmp_path, cameras=TWO) as client:
        for name in ("door", "desk"):
            assert client.post("/api/recordings", json={"consent": True, "camera": name}).status_code == 201

        assert client.delete("/api/recordings?confirm=true").json == {"deleted": 2}

        assert [one["recording"] for one in client.get("/api/cameras").json["cameras"]] == [None, None]


@pytest.mark.server
@needs_gunicorn
def test_two_demos_stream_at_once_and_close_when_nobody_watches() -> None:
    with serving("tests.web.camera_app:app", FER_CAMERAS=TWO) as server:
        with ExitStack() as viewers:
            door, desk = (
                parts(viewers.enter_context(server.open(f"/cameras/{name}/stream"))) for name in ("door", "desk")
            )
            for _ in range(5):
                assert next(door).startswith(b"\xff\xd8")
                assert next(desk).startswith(b"\xff\xd8")
            assert server.json("/state")["open"] == {"door": True, "desk": True}
        assert eventually(lambda: server.json("/state")["open"] == {"door": False, "desk": False})


@pytest.mark.server
@needs_gunicorn
def test_the_stream_without_a_name_is_the_first_cameras() -> None:
    with serving() as server, server.open("/stream") as plain, server.open("/cameras/main/stream") as named:
        assert plain.headers["Content-Type"] == named.headers["Content-Type"]
        pictures = parts(plain), parts(named)
        assert all(next(one).startswith(b"\xff\xd8") for _ in range(3) for one in pictures)
        assert server.eventually(viewers=2, open_now=1)
