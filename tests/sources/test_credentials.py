"""A camera's password works as it is typed, through FFmpeg, PyAV and OpenCV alike."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from urllib.parse import unquote

import pytest

from fer_web.sources import open_source
from fer_web.sources.credentials import end_of_credentials
from fer_web.sources.drivers import parse
from tests.sources.captures import mjpeg_camera

# As people type them, and what the camera has to be told.
TYPED = [
    ("admin", "p#ss"),
    ("admin", "p/ss"),
    ("admin", "p?ss"),
    ("admin", "p@ss"),
    ("admin", "100%"),
    ("admin", "%zz%2"),
    ("admin", "a:b"),
    ("admin", "#/?@%@/:"),
    ("admin", "two words & more"),
    ("admin", "pässwörd"),
    ("test/@", "abc12345"),
    ("DOMAIN/user", "Secret1"),
    ("DOMAIN\\user", "Secret1"),
    ("me@example.org", "p@ss/w#rd"),
]


@pytest.mark.parametrize(("user", "password"), TYPED)
def test_a_password_works_as_it_is_typed(user: str, password: str) -> None:
    address = parse(f"rtsp://{user}:{password}@camera:554/live?channel=1")

    credentials, _, place = address.target.removeprefix("rtsp://").partition("@")
    assert place == "camera:554/live?channel=1"
    assert tuple(map(unquote, credentials.split(":"))) == (user, password)
    assert address.label == "rtsp://***@camera:554/live?channel=1"


@pytest.mark.parametrize("password", ["p%23ss", "%40%2F", "p%c3%a4ss"])
def test_a_password_that_was_encoded_stays_as_it_is(password: str) -> None:
    url = f"rtsp://admin:{password}@camera/live"

    assert parse(url).target == url


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://camera/live",
        "rtsp://[fe80::1]:554/live",
        "http://camera.example.org/@user/stream",
        "http://camera/@user/stream",
        "http://10.0.0.5:554/user=admin&password=p@ss&channel=1",
        "http://10.0.0.5/user=admin&password=p:w@ss&channel=1",
        "http://camera:8080/snap?mail=me@example.org",
        "http://localhost:8080/a:b@c",
        "http://admin:word@10.0.0.5/picture@2x.mjpg",
        "http://admin:word@[::1]:80/picture@2x",
    ],
)
def test_an_at_sign_in_a_path_belongs_to_the_path(url: str) -> None:
    assert parse(url).target == url


@pytest.mark.parametrize("host", ["camera", "10.0.0.5", "[::1]", "camera.example.org", "localhost"])
@pytest.mark.parametrize("port", ["", ":554"])
def test_the_host_is_found_behind_any_password(host: str, port: str) -> None:
    for _, password in TYPED:
        rest = f"admin:{password}@{host}{port}/live"

        assert end_of_credentials(rest) == len(f"admin:{password}")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def open_with_pyav(url: str) -> None:
    import av

    with av.open(parse(url).target, timeout=10) as container:
        next(container.decode(video=0))


def open_with_opencv(url: str) -> None:
    with open_source(url) as source:
        next(source.frames())


@pytest.mark.parametrize("open_one", [open_with_opencv, open_with_pyav])
@pytest.mark.parametrize(("user", "password"), TYPED)
def test_the_camera_is_told_what_was_typed(user: str, password: str, open_one: Callable[[str], None]) -> None:
    with mjpeg_camera() as camera:
        camera.wants_login = True
        open_one(camera.url.replace("//", f"//{user}:{password}@") + "/video")

        assert camera.requests[-1] == ("/video", basic(user, password))


@pytest.mark.parametrize("open_one", [open_with_opencv, open_with_pyav])
@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_a_camera_that_speaks_rtsp_is_told_it_too(scheme: str, open_one: Callable[[str], None]) -> None:
    user, password = "DOMAIN/user", "#/?@%@/:"
    with rtsp_camera(scheme) as (port, told), suppress(Exception):  # it has no pictures
        open_one(f"rtsp://{user}:{password}@127.0.0.1:{port}/live")

    if scheme == "Basic":
        assert told[-1][1] == basic(user, password)
    else:
        assert digest(user, password, *told[-1])


def digest(user: str, password: str, request: str, header: str) -> bool:
    """Whether an answer to the challenge below is the right one (RFC 2617, without qop)."""
    method, uri, _ = request.split(" ")
    first = hashlib.md5(f"{user}:camera:{password}".encode(), usedforsecurity=False).hexdigest()
    second = hashlib.md5(f"{method}:{uri}".encode(), usedforsecurity=False).hexdigest()
    whole = hashlib.md5(f"{first}:abc:{second}".encode(), usedforsecurity=False).hexdigest()
    return f'response="{whole}"' in header and f'username="{user}"' in header


@contextmanager
def rtsp_camera(scheme: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A camera that asks for a password and then has nothing to show: its port, and what it was told with what."""
    told: list[tuple[str, str]] = []
    challenge = f'{scheme} realm="camera"' + (', nonce="abc"' if scheme == "Digest" else "")

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, connection.makefile("rb") as file:
                    while head := b"".join(takewhile(lambda line: line.strip(), iter(file.readline, b""))).decode():
                        number = re.search(r"(?im)^CSeq: *(\d+)", head)
                        given = re.search(r"(?im)^Authorization: *(.*?)\r", head)
                        if given:
                            told.append((head.splitlines()[0], given[1]))
                        status = "404 Not Found" if given else f"401 Unauthorized\r\nWWW-Authenticate: {challenge}"
                        answer = f"RTSP/1.0 {status}\r\nCSeq: {number[1] if number else 0}\r\n\r\n"
                        connection.sendall(answer.encode())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1], told
        listening.shutdown(socket.SHUT_RDWR)
