"""Clients that are slow, on purpose or not: they cost no thread, and nobody else notices them."""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fer_web.web.api.visits import ASK_VISIT
from tests.web.client import picture
from tests.web.live_server import PATIENCE_S, ROOT, Server, serving
from tests.web.streaming.test_websocket import frame

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]

APP = "tests.web.slow_app:app"
# More than there are threads.
CROWD = 140
# What an answer may take here while they are connected; without help it takes as long as they stay.
SOON_S = 8.0
HOST = b"Host: 127.0.0.1\r\n"
HALF_A_HEAD = b"GET /health/live HTTP/1.1\r\n" + HOST + b"X: "
STATIC = b"GET /static/site.css HTTP/1.1\r\n" + HOST + b"\r\n"
JPEG = picture("JPEG")


def announcing(path: str, size: int = 25_000_000, kind: str = "image/jpeg", more: str = "") -> bytes:
    """A request that announces a large body and brings one byte of it."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n{more}Content-Length: {size}\r\n\r\n"
    return head.encode() + b"\xff"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(APP) as running:
        yield running
        log = running.log.read_text()
        assert "Traceback" not in log


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """One that waits for nobody longer than a second."""
    with serving(APP, FER_PATIENCE_S="1") as running:
        yield running
        assert "Traceback" not in running.log.read_text()


def connect(server: Server, buffer_bytes: int | None = None) -> socket.socket:
    sock = socket.socket()
    if buffer_bytes is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    sock.settimeout(PATIENCE_S)
    sock.connect(("127.0.0.1", server.port))
    return sock


@contextlib.contextmanager
def crowd(server: Server, request: bytes, size: int = CROWD) -> Iterator[list[socket.socket]]:
    """Clients that send all the same and read nothing."""
    with ExitStack() as stack:
        socks = [stack.enter_context(connect(server, 4096)) for _ in range(size)]
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.sendall(request)
        yield socks


def answer(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """One request of its own; TimeoutError unless it is answered soon."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SOON_S)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(connection):
        connection.request(method, path, body or None, fields)
        got = connection.getresponse()
        return got.status, got.read()


def all_is_well(server: Server) -> bool:
    """Whether health, a page and /predict answer."""
    statuses = [
        answer(server, "GET", "/health/live")[0],
        answer(server, "GET", "/about")[0],
        answer(server, "POST", "/predict", JPEG, content_type="image/jpeg")[0],
    ]
    return statuses == [200, 200, 200]


def read_to_end(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        HALF_A_HEAD,
        announcing("/predict", 400),
        announcing("/predict"),
        announcing("/api/jobs", 2_000_000_000, "video/mp4"),
        announcing("/api/jobs", 500_000, "video/mp4") + bytes(300_000),
        b"POST /predict HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        STATIC,
    ],
    ids=["silent", "half a head", "half a body", "a picture", "a video", "a video's start", "a chunk", "keep-alive"],
)
def test_clients_that_send_half_a_request_stop_nobody(server: Server, request_: bytes) -> None:
    with crowd(server, request_):
        assert all_is_well(server)


def test_clients_that_ask_for_more_and_more_and_read_nothing_stop_nobody(server: Server) -> None:
    with crowd(server, STATIC * 400):
        time.sleep(1)
        assert all_is_well(server)


@pytest.mark.parametrize("query", ["bytes=3000000", "bytes=3000000&pieces"])
def test_readers_of_large_answers_that_read_nothing_stop_nobody(server: Server, query: str) -> None:
    with crowd(server, f"GET /large?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()):
        time.sleep(0.5)
        assert all_is_well(server)


def test_a_thousand_connections_that_send_nothing_stop_nobody(server: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with crowd(server, b"", 1010):
            assert all_is_well(server)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("path", ["/predict", "/api/lab/compare?models=a,b"])
def test_announcements_take_no_room_from_pictures(server: Server, path: str) -> None:
    """Eight of them fill the room for large requests, if what is announced counts."""
    with crowd(server, announcing(path), 8):
        time.sleep(0.5)
        started_s = time.monotonic()
        status, body = answer(server, "POST", "/predict", JPEG, content_type="image/jpeg")
        assert (status, time.monotonic() - started_s < SOON_S) == (200, True), body


def test_announcements_take_no_room_from_visitors(server: Server) -> None:
    visit = json.loads(answer(server, "POST", "/api/visits")[1])["visit"]
    with crowd(server, announcing("/api/visits/frame", 400_000, more=f"Fer-Visit: {visit}\r\n"), 8):
        assert answer(server, "POST", "/api/visits/frame", JPEG, content_type="image/jpeg", fer_visit=visit)[0] == 200


def test_a_request_in_many_pieces_is_answered(server: Server) -> None:
    request = announcing("/predict", len(JPEG))[:-1] + JPEG
    with connect(server) as sock:
        for start in range(0, len(request), 50):
            sock.sendall(request[start : start + 50])
            time.sleep(0.005)
        assert sock.recv(20).startswith(b"HTTP/1.1 200")


def test_a_large_body_in_pieces_is_answered(server: Server) -> None:
    body = JPEG + bytes(2_000_000)
    with connect(server) as sock:
        sock.sendall(announcing("/predict", len(body))[:-1])
        for start in range(0, len(body), 500_000):
            sock.sendall(body[start : start + 500_000])
            time.sleep(0.05)
        assert sock.recv(20).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("trailer", [b"", b"X-Sum: 1\r\n"])
def test_a_body_in_chunks_is_answered(server: Server, trailer: bytes) -> None:
    half = len(JPEG) // 2
    head = b"POST /predict HTTP/1.1\r\n" + HOST + b"Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in (JPEG[:half], JPEG[half:])]
    with connect(server) as sock:
        for piece in (head, *chunks, b"0\r\n", trailer + b"\r\n"):
            sock.sendall(piece)
            time.sleep(0.05)
        assert read_to_end(sock).startswith(b"HTTP/1.1 200")


def test_who_waits_for_the_go_ahead_gets_it_once(server: Server) -> None:
    request = announcing("/predict", len(JPEG), more="Expect: 100-continue\r\nConnection: close\r\n")[:-1]
    with connect(server) as sock:
        sock.sendall(request)
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(JPEG)
        assert read_to_end(sock).startswith(b"HTTP/1.1 200")


def test_requests_sent_ahead_are_answered_in_order(server: Server) -> None:
    post = announcing("/predict", len(JPEG))[:-1] + JPEG
    last = STATIC.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with connect(server) as sock:
        sock.sendall(STATIC + post + b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n" + last)
        told = read_to_end(sock)
    found = told.split(b"HTTP/1.1 ")[1:]
    assert [answered[:3] for answered in found] == [b"200", b"200", b"404", b"200"]
    assert b"text/css" in found[0]
    assert b'"results"' in found[1]


def test_a_refused_sender_reads_why_before_it_has_sent_all(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(announcing("/predict", 30_000_000))
        with contextlib.suppress(OSError):
            for _ in range(29):
                sock.sendall(bytes(1_000_000))
        assert read_to_end(sock).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("query", ["bytes=8000000", "bytes=8000000&pieces"])
def test_somebody_slow_gets_all_of_a_large_answer(server: Server, query: str) -> None:
    with connect(server) as sock:
        sock.sendall(f"GET /large?{query} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        time.sleep(0.5)
        got = bytearray()
        while data := sock.recv(400_000):
            got += data
            time.sleep(0.01)
    assert len(got.partition(b"\r\n\r\n")[2]) == 8_000_000


def test_a_file_is_sent_whole_and_in_parts(server: Server) -> None:
    name = "people.js"
    whole = (ROOT / "static" / name).read_bytes()
    assert answer(server, "GET", f"/static/{name}") == (200, whole)
    assert answer(server, "GET", f"/static/{name}", range="bytes=5-24") == (206, whole[5:25])


def test_headers_of_more_than_64_kb_are_refused(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        told = read_to_end(sock)
    assert told.startswith(b"HTTP/1.1 431 ")
    assert error_code(told) == "head_too_large"


def test_line_ends_without_a_carriage_return_are_refused_at_once(server: Server) -> None:
    with connect(server) as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\nHost: 127.0.0.1\n\n")
        started_s = time.monotonic()
        assert read_to_end(sock).startswith(b"HTTP/1.1 400 ")
        assert time.monotonic() - started_s < SOON_S


@pytest.mark.parametrize(
    "request_", [HALF_A_HEAD, announcing("/predict", 400), announcing("/predict")], ids=["head", "body", "large"]
)
def test_who_does_not_go_on_is_told_so_in_time(hasty: Server, request_: bytes) -> None:
    with connect(hasty) as sock:
        sock.sendall(request_)
        told = read_to_end(sock)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert error_code(told) == "too_slow"


def test_who_sends_a_body_byte_by_byte_is_told_so_too(hasty: Server) -> None:
    with connect(hasty) as sock, contextlib.suppress(OSError):
        sock.sendall(announcing("/predict"))
        sock.settimeout(0.1)
        limit_s = time.monotonic() + PATIENCE_S
        told = b""
        while time.monotonic() < limit_s and not told:
            sock.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                told = sock.recv(1000)
        assert told.startswith(b"HTTP/1.1 408 ")
        return
    pytest.fail("the connection broke without a word")


@pytest.mark.parametrize("query", ["bytes=30000000", "bytes=30000000&pieces"])
def test_who_reads_nothing_is_cut_in_time(hasty: Server, query: str) -> None:
    with connect(hasty) as sock:
        sock.sendall(f"GET /large?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        time.sleep(4)
        with pytest.raises(ConnectionResetError):
            read_to_end(sock)


def test_a_video_that_stops_coming_is_given_up_in_time(hasty: Server) -> None:
    with connect(hasty) as sock:
        sock.sendall(announcing("/api/jobs", 5_000_000, "video/mp4") + b"\0\0\0\x18ftypmp42" + bytes(400_000))
        told = read_to_end(sock)
    assert told.startswith(b"HTTP/1.1 4")


def error_code(told: bytes) -> Any:
    return json.loads(told.partition(b"\r\n\r\n")[2])["error"]["code"]


def test_what_a_websocket_client_sends_with_its_handshake_is_answered(server: Server) -> None:
    head = b"GET /api/visits/socket HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    head += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    with connect(server) as sock:
        sock.sendall(head + frame(ASK_VISIT.encode(), 1))
        told = b""
        while b"silence_s" not in told and (data := sock.recv(4096)):
            told += data
    assert told.startswith(b"HTTP/1.1 101 ")
    assert b'"visit"' in told
