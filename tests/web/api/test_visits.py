"""Visitors' own cameras: by POST to the application, and by WebSocket to real servers."""

from __future__ import annotations

import contextlib
import http.client
import json
import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.serving import make_server

from fer_web.core import Blink, Frame, FrameResult, Rect
from fer_web.errors import FerError
from fer_web.vision import Analyzer
from fer_web.web.api.visits import FRAME_BYTES, read_frame
from fer_web.web.security.guard import HEADERS
from fer_web.web.streaming.visitor import Visitor
from tests.web.client import FakeVision, face, make_app, picture
from tests.web.described import errors_in, schema_of
from tests.web.live_server import PATIENCE_S, Server, eventually, serving

needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
JPEG = picture("JPEG")


class CountingVision(FakeVision):
    """Every visit counts its own frames, and tells the count as blinks."""

    def __init__(self, while_working: Callable[[], None] = lambda: None) -> None:
        super().__init__(while_working)
        self.times_s: list[float] = []

    def live(self, *_: object) -> Callable[[Frame], FrameResult]:
        seen = 0

        def analyze(frame: Frame) -> FrameResult:
            nonlocal seen
            self._while_working()
            self.times_s.append(frame.time_s)
            seen += 1
            blink = Blink(0.3, 0.3, True, seen)
            return FrameResult(frame, (face(Rect(4, 4, 30, 30), track_id=1, blink=blink),), {"detect": 1.0})

        return analyze


def app_of(vision: object = None, **settings: Any) -> Flask:
    app = make_app(vision or CountingVision(), **settings)
    app.extensions["fer_web"].startup.vision(5)
    return app


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = app_of()
    yield app.test_client()
    app.extensions["fer_web"].close()


def enter(client: FlaskClient) -> dict[str, str]:
    """The header of a new visit."""
    answer = client.post("/api/visits")
    assert answer.status_code == 201, answer.text
    assert errors_in(answer.get_json(), schema_of("Visit")) == []
    return {"Fer-Visit": answer.get_json()["visit"]}


def send(client: FlaskClient, visit: dict[str, str], data: bytes = JPEG) -> Any:
    return client.post("/api/visits/frame", data=data, content_type="image/jpeg", headers=visit)


def blinks(answer: Any) -> int:
    return int(answer["results"][0]["blink"]["count"])


def gauge(client: FlaskClient, name: str = "fer_visitors") -> float:
    lines = client.get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


# the page


def test_only_this_page_may_ask_for_the_camera(client: FlaskClient) -> None:
    page = client.get("/my-camera")

    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "microphone=()" in page.headers["Permissions-Policy"]
    assert page.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    for path in ("/", "/docs", "/api/visits/frame", "/static/my-camera.js"):
        with client.get(path) as other:
            assert "camera=()" in other.headers["Permissions-Policy"]


def test_the_page_says_what_happens_before_anything_does(client: FlaskClient) -> None:
    page = client.get("/my-camera").text

    assert page.index("forgotten") < page.index("Start my camera")
    assert 'href="/my-camera"' in client.get("/").text


def test_the_page_says_when_it_is_switched_off() -> None:
    client = app_of(max_visitors=0).test_client()

    assert "FER_MAX_VISITORS" in client.get("/my-camera").text
    assert "my-camera.js" not in client.get("/my-camera").text
    assert client.post("/api/visits").status_code == 503


def test_the_page_leads_to_the_log_in() -> None:
    client = app_of(token="sixteen letters or more").test_client()

    assert client.get("/my-camera").headers["Location"] == "/login?next=/my-camera"
    assert client.post("/api/visits").status_code == 401
    assert client.post("/api/visits", headers={"Authorization": "Bearer sixteen letters or more"}).status_code == 201


# frames by POST


def test_visits_count_for_themselves(client: FlaskClient) -> None:
    one, other = enter(client), enter(client)

    assert [blinks(send(client, visit).get_json()) for visit in (one, one, other, one)] == [1, 2, 1, 3]
    assert gauge(client) == 2
    assert gauge(client, "fer_visitor_frames_total") == 4


def test_an_answer_is_a_live_frame_with_landmarks(client: FlaskClient) -> None:
    answer = send(client, enter(client)).get_json()

    assert errors_in(answer, schema_of("LiveFrame")) == []
    assert answer["image"] == {"width": 60, "height": 40}
    assert len(answer["results"][0]["landmarks"]) == 68


def test_leaving_forgets_a_visit(client: FlaskClient) -> None:
    visit = enter(client)

    assert client.delete("/api/visits", headers=visit).status_code == 204
    assert gauge(client) == 0
    for answer in (send(client, visit), client.delete("/api/visits", headers=visit), send(client, {})):
        assert answer.status_code == 404
        assert answer.get_json()["error"]["code"] == "no_visit"


def test_one_visitor_too_many_is_told_when_to_come_back() -> None:
    client = app_of(max_visitors=1).test_client()
    first = enter(client)

    refused = client.post("/api/visits")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert "the only place" in refused.get_json()["error"]["message"]
    client.delete("/api/visits", headers=first)
    enter(client)


def many_scans() -> bytes:
    """A JPEG whose scans are repeated, as in an attack on its decoder."""
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 1000 + data[-2:]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"no picture", "unsupported_format"),
        (picture("PNG"), "unsupported_format"),
        (b"\xff\xd8 not really", "not_an_image"),
        (JPEG[:-20], "image_truncated"),
        (picture("JPEG", (1300, 960)), "too_many_pixels"),
        (JPEG + bytes(FRAME_BYTES), "image_too_large"),
        (many_scans(), "unsupported_format"),
    ],
    ids=["empty", "text", "png", "start only", "cut", "pixels", "bytes", "scans"],
)
def test_a_bad_frame_is_refused_and_the_visit_goes_on(client: FlaskClient, data: bytes, code: str) -> None:
    visit = enter(client)
    send(client, visit)

    assert send(client, visit, data).get_json()["error"]["code"] == code
    assert blinks(send(client, visit).get_json()) == 2


def test_a_progressive_frame_is_taken() -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG", progressive=True)

    assert read_frame(file.getvalue()).shape == (48, 64, 3)


def test_a_second_frame_before_the_answer_is_refused() -> None:
    is_working, may_end = Event(), Event()

    def work() -> None:
        is_working.set()
        assert may_end.wait(PATIENCE_S)

    app = app_of(CountingVision(work))
    visit = enter(app.test_client())
    first = Thread(target=send, args=(app.test_client(), visit))
    first.start()
    assert is_working.wait(PATIENCE_S)

    refused = send(app.test_client(), visit)
    may_end.set()
    first.join(PATIENCE_S)
    assert refused.status_code == 409
    assert blinks(send(app.test_client(), visit).get_json()) == 2


def test_a_page_of_another_website_gets_nothing(client: FlaskClient) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/api/visits", headers=headers).get_json()["error"]["code"] == "cross_site"


def test_before_the_models_are_loaded_a_visitor_is_asked_to_wait() -> None:
    client = make_app(FerError("no model here")).test_client()
    assert eventually(lambda: "no model here" in client.get("/health/ready").text)

    answer = client.post("/api/visits")

    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert "no model here" in answer.get_json()["error"]["message"]


def test_a_real_face_is_followed_and_its_blinks_are_counted(vision: Analyzer, astronaut: Frame) -> None:
    file = BytesIO()
    Image.fromarray(np.asarray(astronaut.pixels)).save(file, "JPEG")
    app = app_of(vision)
    client = app.test_client()
    visit = enter(client)

    answers = [send(client, visit, file.getvalue()).get_json() for _ in range(3)]

    assert [answer["results"][0]["track_id"] for answer in answers] == [1, 1, 1]
    assert errors_in(answers[2], schema_of("LiveFrame")) == []
    assert answers[0]["time_s"] < answers[1]["time_s"] < answers[2]["time_s"]
    app.extensions["fer_web"].close()


# frames by WebSocket


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("tests.web.camera_app:app", FER_MAX_VISITORS="3") as running:
        yield running


@pytest.mark.server
@needs_gunicorn
def test_a_socket_answers_each_frame_and_counts_for_itself(server: Server) -> None:
    with Visitor(server.port) as one, Visitor(server.port) as other:
        answers = [one.ask(JPEG), one.ask(JPEG), other.ask(JPEG)]
        assert [blinks(answer) for answer in answers] == [1, 2, 1]
        assert errors_in(answers[1], schema_of("LiveFrame")) == []
        assert server.json("/state")["visitors"] == 2
    assert server.eventually(visitors=0)


@pytest.mark.server
@needs_gunicorn
def test_bad_frames_are_answered_and_the_visit_goes_on(server: Server) -> None:
    with Visitor(server.port) as visitor:
        visitor.ask(JPEG)
        bad = [b"", b"no picture", bytes(FRAME_BYTES + 1), bytes(5_000_000), "a text"]
        codes = [visitor.ask(data)["error"]["code"] for data in bad]
        assert codes == ["empty", "unsupported_format", "image_too_large", "image_too_large", "unsupported_format"]
        assert blinks(visitor.ask(JPEG)) == 2
    assert server.eventually(visitors=0)


@pytest.mark.server
@needs_gunicorn
def test_whoever_finds_no_place_is_told_when_to_come_back(server: Server) -> None:
    with Visitor(server.port) as one, Visitor(server.port), Visitor(server.port):
        one.ask(JPEG)
        with Visitor(server.port) as late:
            refusal = late.answer()
            assert refusal["error"]["code"] == "busy"
            assert refusal["retry_after_s"] == 5
            with pytest.raises(FerError):
                late.answer()
        assert blinks(one.ask(JPEG)) == 2
    assert server.eventually(visitors=0)
    with Visitor(server.port) as next_one:
        assert blinks(next_one.ask(JPEG)) == 1


@pytest.mark.server
@needs_gunicorn
def test_whoever_vanishes_or_floods_hurts_nobody(server: Server) -> None:
    with Visitor(server.port) as calm:
        Visitor(server.port).vanish()
        assert server.eventually(visitors=1)
        flooder = Visitor(server.port)
        flooding = Thread(target=_flood, args=(flooder,))
        flooding.start()
        assert [blinks(calm.ask(JPEG)) for _ in range(20)] == list(range(1, 21))
        flooding.join(PATIENCE_S)
        flooder.vanish()
        assert server.eventually(visitors=1)
        assert server.json("/state")["memory_mb"] < 2000


def _flood(flooder: Visitor) -> None:
    """Send and never read, until the service gives up."""
    with contextlib.suppress(FerError):
        for _ in range(3000):
            flooder.send(bytes(100_000))


@pytest.mark.server
@needs_gunicorn
def test_the_silent_are_told_goodbye_and_forgotten(server: Server) -> None:
    with Visitor(server.port) as visitor:
        visitor.ask(JPEG)
        with pytest.raises(FerError, match="ended"):
            visitor.answer()
    assert server.eventually(visitors=0)


@pytest.mark.server
@needs_gunicorn
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "cross_site"),
        ({"Origin": "null"}, "cross_site"),
        ({"Sec_Fetch_Site": "cross-site"}, "cross_site"),
        ({"Host": "evil.example"}, "wrong_host"),
        ({"Sec_WebSocket_Version": "8"}, "bad_handshake"),
    ],
)
def test_a_handshake_passes_the_guard(server: Server, headers: dict[str, str], code: str) -> None:
    with pytest.raises(FerError, match=r"refused: HTTP/1\.1 4"):
        Visitor(server.port, **headers)
    lines = server.open("/metrics").read().decode().splitlines()
    assert any(line.startswith(f'fer_errors_total{{code="{code}"}}') for line in lines)
    with Visitor(server.port, Origin=f"http://127.0.0.1:{server.port}") as own:
        assert blinks(own.ask(JPEG)) == 1


@pytest.mark.server
@needs_gunicorn
def test_a_handshake_needs_the_token_or_its_cookie() -> None:
    with serving("tests.web.camera_app:app", FER_MAX_VISITORS="3", FER_TOKEN="sixteen letters or more") as server:
        with pytest.raises(FerError, match="401"):
            Visitor(server.port)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        connection.request(
            "POST",
            "/login",
            "token=sixteen+letters+or+more",
            {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"},
        )
        cookie = connection.getresponse().headers["Set-Cookie"].partition(";")[0]
        connection.close()
        with Visitor(server.port, Cookie=cookie) as visitor:
            assert blinks(visitor.ask(JPEG)) == 1
        with Visitor(server.port, Authorization="Bearer sixteen letters or more") as visitor:
            assert blinks(visitor.ask(JPEG)) == 1


@pytest.mark.server
@needs_gunicorn
def test_stopping_ends_visits_within_seconds() -> None:
    from time import monotonic

    with serving("tests.web.camera_app:app", FER_MAX_VISITORS="3", TEST_SILENCE_S="60") as server:
        with Visitor(server.port) as visitor, Visitor(server.port) as silent:
            visitor.ask(JPEG)
            started_s = monotonic()
            server.process.terminate()
            with pytest.raises(FerError, match="ended"):
                silent.answer()
            assert server.process.wait(PATIENCE_S) == 0
            assert monotonic() - started_s < 5
        assert "Error" not in server.log.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="werkzeug resets connections there in its own way")
def test_the_development_server_answers_sockets_too() -> None:
    app = app_of()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    visitors = app.extensions["fer_web"].visitors
    try:
        with Visitor(server.port) as visitor:
            assert [blinks(visitor.ask(JPEG)) for _ in range(2)] == [1, 2]
        assert eventually(lambda: visitors.counts()["visitors"] == 0)
    finally:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
        app.extensions["fer_web"].close()


def test_a_request_that_is_no_handshake_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/visits/socket")

    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["message"]


def test_visits_leave_no_threads_behind(client: FlaskClient) -> None:
    before = threading.active_count()
    for _ in range(20):
        visit = enter(client)
        send(client, visit)
        client.delete("/api/visits", headers=visit)

    assert threading.active_count() <= before + 6  # the workers, and the timer that looks for the silent


def test_the_scripts_stand_where_the_page_looks_for_them(client: FlaskClient) -> None:
    folder = Path(client.application.static_folder or "")
    imported = [
        line.split('"')[-2].removeprefix("./")
        for script in folder.glob("camera*.js")
        for line in script.read_text(encoding="utf-8").splitlines()
        if line.startswith("import ")
    ]

    assert imported
    assert [name for name in imported if not (folder / name).is_file()] == []
