"""Stand-ins for what delivers pictures: a `cv2.VideoCapture` and an MJPEG camera on the loopback interface."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np


class FakeCapture:
    """Delivers BGR pictures, all blue, until it is told to end or to hang; counts how many are open at once."""

    open_now = 0
    open_most = 0

    def __init__(self, *, opens: bool = True) -> None:
        self.opens = opens
        self.settings: dict[int, float] = {}
        self.may_read = threading.Event()
        self.may_read.set()
        self.reading = threading.Event()
        self.ended = False
        self.released = threading.Event()
        FakeCapture.open_now += 1
        FakeCapture.open_most = max(FakeCapture.open_most, FakeCapture.open_now)

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.opens

    def set(self, name: int, value: float) -> bool:
        self.settings[name] = value
        return True

    def get(self, name: int) -> float:
        return self.settings.get(name, 0.0)

    def read(self) -> tuple[bool, Any]:
        self.reading.set()
        assert self.may_read.wait(10)
        if self.ended:
            return False, None
        return True, np.full((480, 640, 3), (255, 0, 0), np.uint8)

    def release(self) -> None:
        FakeCapture.open_now -= 1
        self.released.set()


class Camera:
    """An MJPEG camera: `sending` pauses it, `hang_up` ends every connection, `requests` are those it got."""

    def __init__(self) -> None:
        picture = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
        self.jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
        self.sending = threading.Event()
        self.sending.set()
        self.hang_up = threading.Event()
        self.requests: list[tuple[str, str]] = []
        self.wants_login = False
        self.digest_password: str | None = None
        self.url = ""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        login = handler.headers.get("Authorization", "")
        self.requests.append((handler.path, login))
        if self.digest_password is not None and not self._knows(handler.path, login):
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
            said = 'Digest realm="camera, front", nonce="abc", qop="auth,auth-int", algorithm=MD5, opaque="x"'
            handler.send_header("WWW-Authenticate", said)
            handler.end_headers()
            return
        if self.wants_login and not login:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
            handler.end_headers()
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(self.jpeg)
        while not self.hang_up.is_set():
            if self.sending.wait(0.05):
                handler.wfile.write(head + self.jpeg + b"\r\n")
                self.hang_up.wait(0.01)

    def _knows(self, path: str, login: str) -> bool:
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', login.replace("camera, front", "camera front")))
        secret = _md5(f"admin:camera, front:{self.digest_password}")
        action = _md5(f"GET:{path}")
        response = _md5(f"{secret}:abc:{said.get('nc')}:{said.get('cnonce')}:auth:{action}")
        return said.get("uri") == path and said.get("response") == response


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def mjpeg_camera() -> Iterator[Camera]:
    camera = Camera()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                camera.serve(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    with _serving(Handler) as url:
        camera.url = url
        try:
            yield camera
        finally:
            camera.hang_up.set()


@dataclass
class Site:
    """A web server: `pages` are answers by path, status, headers and body; `requests` are those it got."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.pages[path] = status, {name.replace("_", "-"): value for name, value in headers.items()}, body

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append((handler.path, dict(handler.headers)))
        status, headers, body = self.pages.get(handler.path, (404, {}, b""))
        first, last = self._range(handler.headers.get("Range"), len(body)) if "Accept-Ranges" in headers else (0, 0)
        handler.send_response(206 if last else status)
        for name, value in headers.items():
            handler.send_header(name, value)
        body = body[first:last] if last else body
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _range(self, asked: str | None, length: int) -> tuple[int, int]:
        if asked is None:
            return 0, 0
        first, _, last = asked.removeprefix("bytes=").partition("-")
        return int(first), min(length, int(last) + 1) if last else length


@contextmanager
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                served.answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    with _serving(Handler) as url:
        served.url = url
        yield served


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """The address of a server of the files in a folder."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: object) -> None:
            pass

    with _serving(Handler) as url:
        yield url


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
