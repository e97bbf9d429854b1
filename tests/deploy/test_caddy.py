"""The Caddyfile and its overlay for Compose: a real Caddy with TLS in front of a real service."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from fer_web.settings import Settings, variable
from fer_web.web.streaming.websocket import VERSION, accept_key
from tests.deploy.caddy import BEARER, TOKEN, Proxy
from tests.deploy.caddy import caddy as running_caddy
from tests.web.api.test_jobs import VIDEO
from tests.web.client import picture
from tests.web.live_server import PATIENCE_S, ROOT, ask, parts, serving

CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"
OVERLAY = ROOT / "compose.caddy.yaml"
PART = b"--picture\r\n\r\nsmall\r\n"

needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


@contextmanager
def caddy(folder: Path, upstream: int, **environment: str) -> Iterator[Proxy]:
    """In front of what listens on a port of this machine."""
    with running_caddy(folder, CADDYFILE, UPSTREAM=f"127.0.0.1:{upstream}", **environment) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    settings = {"FER_TOKEN": TOKEN, "FER_TRUSTED_PROXIES": "1", "FER_MAX_VISITORS": "2"}
    with ExitStack() as stack:
        server = stack.enter_context(serving("tests.web.camera_app:app", **settings))
        yield stack.enter_context(caddy(tmp_path_factory.mktemp("caddy"), server.port))


@pytest.mark.server
@needs_gunicorn
class TestBehindCaddy:
    def test_who_comes_by_http_is_sent_to_tls(self, proxy: Proxy) -> None:
        with ask(proxy.http_port, "/try") as answer:
            assert answer.status == 308
            assert answer.headers["Location"].startswith("https://")

    def test_nobody_gets_in_without_the_token(self, proxy: Proxy) -> None:
        with proxy.ask("/snapshot.jpg") as answer:
            assert answer.status == 401

    def test_the_log_in_cookie_is_for_tls_only(self, proxy: Proxy) -> None:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        with proxy.ask("/login", "POST", f"token={TOKEN.replace(' ', '+')}".encode(), **form) as answer:
            assert answer.status == 303
            assert "Secure" in answer.headers["Set-Cookie"]

    def test_pictures_come_one_after_the_other(self, proxy: Proxy) -> None:
        with proxy.ask("/stream", Accept_Encoding="gzip", **BEARER) as answer:
            assert answer.headers["Content-Encoding"] is None
            pictures = parts(answer)
            assert [next(pictures)[:2] for _ in range(5)] == [b"\xff\xd8"] * 5

    def test_events_come_one_after_the_other(self, proxy: Proxy) -> None:
        with proxy.ask("/events", Accept_Encoding="gzip", **BEARER) as answer:
            assert answer.headers["Content-Encoding"] is None
            lines = (line.decode() for line in answer)
            told = [json.loads(line[6:]) for line in (next(lines) for _ in range(30)) if line.startswith("data: ")]
            assert len(told) >= 5

    def test_an_image_is_analyzed(self, proxy: Proxy) -> None:
        assert len(proxy.json("/predict", "POST", picture(), Content_Type="image/png")["results"]) == 2

    def test_a_video_is_taken(self, proxy: Proxy) -> None:
        video = VIDEO + bytes(5_000_000)
        job = proxy.json("/api/jobs?name=talk.mp4", "POST", video, Content_Type="video/mp4")
        assert (job["state"], job["name"]) == ("queued", "talk.mp4")

    def test_a_visit_gets_its_socket(self, proxy: Proxy) -> None:
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        fields = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": key}
        with closing(proxy.connection()) as connection:
            connection.request(
                "GET", "/api/visits/socket", headers={"Sec-WebSocket-Version": VERSION, **fields, **BEARER}
            )
            answer = connection.getresponse()
            assert answer.status == 101
            assert answer.headers["Sec-WebSocket-Accept"] == accept_key(key)


@pytest.mark.server
def test_what_is_smaller_than_a_buffer_arrives_before_the_next_is_sent(tmp_path: Path) -> None:
    with in_step() as (port, has_arrived), caddy(tmp_path, port) as proxy, proxy.ask("/parts") as answer:
        for _ in range(3):
            assert answer.read(len(PART)) == PART
            has_arrived.release()


@pytest.mark.server
def test_a_larger_request_than_is_allowed_is_refused(tmp_path: Path) -> None:
    with in_step() as (port, _), caddy(tmp_path, port, MAX_BODY="1KB") as proxy:
        with proxy.ask("/", "POST", bytes(999)) as answer:
            assert answer.status == 200
        with proxy.ask("/", "POST", bytes(1001)) as answer:
            assert answer.status in (413, 502)


@contextmanager
def in_step() -> Iterator[tuple[int, threading.Semaphore]]:
    """A server that sends the next part only once the one before has arrived, and reads what it is sent."""
    has_arrived = threading.Semaphore(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            if self.path != "/parts":
                return self._head("text/plain")
            self._head("multipart/x-mixed-replace; boundary=picture")
            for _ in range(3):
                self.wfile.write(PART)
                if not has_arrived.acquire(timeout=2 * PATIENCE_S):
                    break
            return None

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._head("text/plain")

        def _head(self, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, closing(_Serving(server)):
        yield server.server_port, has_arrived


class _Serving:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()


def test_the_overlay_makes_the_service_know_its_name_and_its_proxy() -> None:
    overlay, base = (yaml.safe_load(path.read_text()) for path in (OVERLAY, ROOT / "compose.yaml"))
    for name in ("web", "camera"):
        given = overlay["services"][name]["environment"]
        assert set(given) <= {variable(field) for field in Settings.model_fields}
        assert given["FER_TRUSTED_PROXIES"] == "1"
        assert given["FER_HOSTS"].startswith("${SITE:?")
        assert name in base["services"]
    assert "5000" in base["services"]["web"]["ports"][0]


def test_the_overlay_hands_caddy_the_file_and_what_it_asks_for() -> None:
    service = yaml.safe_load(OVERLAY.read_text())["services"]["caddy"]
    asked = set(re.findall(r"\{\$(\w+)", CADDYFILE.read_text()))
    assert set(service["environment"]) == asked - {"HTTP_PORT"}
    [file] = [volume.split(":")[0] for volume in service["volumes"] if volume.endswith(":ro")]
    assert (ROOT / file).resolve() == CADDYFILE
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["cap_add"] == ["NET_BIND_SERVICE"]
