from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from fer_web.live import EncodedImage
from fer_web.vision import OVERLAYS
from fer_web.web.streaming.mjpeg import multipart
from tests.web.live_server import ROOT, Server, brightness, eventually, parts, serving

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]

VIEWERS = 24
MODELS = Path(os.environ.get("FER_MODELS_DIR", ROOT / "models"))
BRIGHT = 150  # the camera's pictures are brighter, notices darker


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serving(FER_MAX_VIEWERS=str(VIEWERS), FER_THREADS="48") as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """A server that nobody watches, neither before the test nor after it."""
    assert running.eventually(viewers=0, open_now=0, live_threads=0)
    yield running
    for control in ("is_plugged/yes", "is_paused/no", "is_large/no"):
        running.json(f"/camera/{control}", "POST")


def silent_viewer(server: Server, path: str = "/stream") -> socket.socket:
    """Somebody who asks and never reads."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", server.port))
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return sock


def read_all(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass


def test_each_part_ends_with_the_next_ones_delimiter() -> None:
    assert list(multipart([None, EncodedImage(b"one"), EncodedImage(b"three")])) == [
        b"\r\n",
        b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\none\r\n--frame\r\n",
        b"Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nthree\r\n--frame\r\n",
    ]


def test_several_clients_read_pictures(server: Server) -> None:
    answers = [server.open("/stream") for _ in range(5)]
    for answer in answers:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        pictures = [Image.open(BytesIO(jpeg)) for jpeg in islice(parts(answer), 8)]
        assert {picture.size for picture in pictures} == {(640, 480)}
    assert server.json("/state")["viewers"] == 5
    assert server.json("/state")["open_now"] == 1
    for answer in answers:
        answer.close()
    assert server.eventually(viewers=0, open_now=0, live_threads=0)


def test_one_who_stops_reading_slows_nobody_and_is_dropped(server: Server) -> None:
    silent = silent_viewer(server)
    assert server.eventually(viewers=1)
    with server.open("/stream") as answer:
        pictures = parts(answer)
        assert brightness(next(jpeg for jpeg in pictures if brightness(jpeg) > BRIGHT)) > BRIGHT
        started_s = time.monotonic()
        assert len(list(islice(pictures, 45))) == 45  # three seconds' worth
        assert time.monotonic() - started_s < 4.5
        assert eventually(lambda: server.json("/state")["viewers"] == 1 or next(pictures) is None)
        with pytest.raises(ConnectionResetError):  # a reset, so that the kernel keeps nothing for it
            read_all(silent)
    silent.close()
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("path", ["/stream", "/events"])
def test_clients_that_vanish_leave_nothing_behind(server: Server, path: str) -> None:
    answers = [server.open(path) for _ in range(8)]
    for answer in answers:
        assert answer.read(10)
    for answer in answers:
        answer.close()  # without a word
    assert server.eventually(viewers=0, open_now=0, live_threads=0)
    assert "Traceback" not in server.log.read_text()


def test_a_client_that_vanishes_while_the_camera_is_silent_is_noticed(server: Server) -> None:
    answer = server.open("/stream")
    assert any(brightness(jpeg) > BRIGHT for jpeg in parts(answer))
    server.json("/camera/is_paused/yes", "POST")
    answer.close()
    assert server.eventually(viewers=0, open_now=0, live_threads=0)


def test_one_over_the_cap_is_refused_while_everything_else_answers(server: Server) -> None:
    answers = [server.open("/stream" if place % 2 else "/events") for place in range(VIEWERS)]
    for path in ("/stream", "/events", "/snapshot.jpg"):
        with server.open(path) as refused:
            assert refused.status == 503
            assert int(refused.headers["Retry-After"]) > 0
            assert refused.headers["Content-Type"] == "application/json"
            assert b'"busy"' in refused.read()
    started_s = time.monotonic()
    assert server.json("/state")["viewers"] == VIEWERS
    assert time.monotonic() - started_s < 1
    answers.pop().close()
    assert eventually(lambda: server.json("/state")["viewers"] == VIEWERS - 1)
    with server.open("/stream") as answer:
        assert answer.status == 200
    for answer in answers:
        answer.close()


def test_clients_who_are_slow_to_hang_up_keep_nobody_waiting(server: Server) -> None:
    slow = []
    for _ in range(4):
        sock = socket.create_connection(("127.0.0.1", server.port))
        sock.sendall(b"GET /state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        read_all(sock)
        slow.append(sock)
    started_s = time.monotonic()
    assert server.json("/state")["viewers"] == 0
    assert time.monotonic() - started_s < 1
    for sock in slow:
        sock.close()


def test_a_camera_that_is_lost_and_comes_back_never_ends_the_stream(server: Server) -> None:
    with server.open("/stream") as answer:
        pictures = parts(answer)
        assert any(brightness(jpeg) > BRIGHT for jpeg in pictures)
        server.json("/camera/is_plugged/no", "POST")
        assert any(brightness(jpeg) < BRIGHT for jpeg in pictures)
        with server.open("/snapshot.jpg?overlay=boxes") as snapshot:
            assert snapshot.status == 503
        server.json("/camera/is_plugged/yes", "POST")
        assert any(brightness(jpeg) > BRIGHT for jpeg in pictures)


def test_each_view_is_painted_once_a_frame(server: Server) -> None:
    paths = ["/stream?overlay=boxes", "/stream?overlay=boxes,landmarks", "/stream?overlay=landmarks,boxes"]
    before = {view: len(indexes) for view, indexes in server.json("/painted").items()}
    answers = [server.open(path) for path in paths for _ in range(3)]
    for answer in answers:
        assert len(list(islice(parts(answer), 10))) == 10
    for answer in answers:
        answer.close()
    painted = {view: indexes[before.get(view, 0) :] for view, indexes in server.json("/painted").items()}
    painted = {view: indexes for view, indexes in painted.items() if indexes}
    assert painted.keys() == {"boxes", "boxes,landmarks"}
    for indexes in painted.values():
        assert len(indexes) >= 7  # of ten pictures, up to two are notices and one may come again
        assert len(set(indexes)) == len(indexes)


def test_a_viewer_may_ask_for_fewer_pictures(server: Server) -> None:
    with server.open("/stream?fps=5") as answer:
        pictures = parts(answer)
        assert any(brightness(jpeg) > BRIGHT for jpeg in pictures)
        started_s = time.monotonic()
        assert len(list(islice(pictures, 6))) == 6
        assert 0.9 < time.monotonic() - started_s < 2.5


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("overlay=boxes,hats", ", ".join(OVERLAYS)),
        ("fps=0", "above 0"),
        ("shown_px=0", "1"),
        ("fps=nan", "above 0"),
        ("fps=x", "'x'"),
    ],
)
def test_an_unknown_wish_is_refused_with_what_is_known(server: Server, query: str, told: str) -> None:
    with server.open(f"/stream?{query}") as refused:
        assert refused.status == 400
        assert told in refused.read().decode()
    assert server.json("/state")["viewers"] == 0


def test_a_head_request_takes_no_place(server: Server) -> None:
    with server.open("/stream", "HEAD") as answer:
        assert answer.status == 200
    assert server.eventually(viewers=0, open_now=0)


def test_a_snapshot_opens_the_camera_for_one_picture(server: Server) -> None:
    with server.open("/snapshot.jpg") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert brightness(answer.read()) > BRIGHT
    assert server.eventually(viewers=0, open_now=0, live_threads=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_streams_and_the_server_within_seconds(number: signal.Signals) -> None:
    with serving(FER_MAX_VIEWERS="30", FER_THREADS="48") as server:
        answers = [server.open("/events" if place % 5 == 0 else "/stream") for place in range(20)]
        for answer in answers:
            assert answer.read(10)
        with silent_viewer(server), silent_viewer(server), ThreadPoolExecutor(len(answers)) as readers:
            assert server.eventually(viewers=22)
            watched = [readers.submit(answer.read) for answer in answers]
            started_s = time.monotonic()
            server.process.send_signal(number)
            assert server.process.wait(10) == 0
            assert time.monotonic() - started_s < 9
            for viewer in watched:
                viewer.result(10)  # IncompleteRead if it was cut instead of ended
        log = server.log.read_text()
        assert "Traceback" not in log
        assert "Worker exiting" in log  # by itself: gunicorn kills a worker that does not stop in time
        assert "leaving its thread behind" not in log


def test_gunicorn_refuses_to_serve_other_machines_without_a_token() -> None:
    with pytest.raises(AssertionError, match="FER_TOKEN"), serving(FER_HOST="0.0.0.0"):
        pass


@pytest.mark.skipif(not (MODELS / "xception.json").exists(), reason=f"no model in {MODELS}")
def test_the_program_itself_shows_a_face_to_several_viewers_and_stops() -> None:
    """Without any stand-in: the demo, the detector, the network, the painter, the rules of access."""
    with serving("app:app", FER_SOURCE="demo:?fps=15", FER_MODELS_DIR=str(MODELS)) as server:
        assert eventually(lambda: server.status("/health/ready") == 200, within_s=90), server.log.read_text()
        with ExitStack() as open_answers:
            answers = [open_answers.enter_context(server.open("/stream")) for _ in range(4)]
            results = open_answers.enter_context(server.open("/events"))
            told = (json.loads(line[6:]) for line in iter(results.readline, b"") if line.startswith(b"data: "))
            face = next(event["results"][0] for event in told if event.get("results"))
            assert sum(face["emotions"].values()) == pytest.approx(1, abs=1e-3)
            assert face["track_id"] is not None
            assert face["blink"]["count"] >= 0
            for answer in answers:
                assert {Image.open(BytesIO(jpeg)).size for jpeg in islice(parts(answer), 15)} == {(640, 480)}
            with server.open("/metrics") as metrics:
                assert b'fer_viewers{camera="main"} 5.0' in metrics.read()
            started_s = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(10) == 0
            assert time.monotonic() - started_s < 9
        log = server.log.read_text()
        assert "Worker exiting" in log
        assert "Traceback" not in log
