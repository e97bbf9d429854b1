"""Requests that nobody sends on purpose: every route, with chance in its place, parameters, headers and body."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "BREW", "X" * 21)
PARAMETERS = (
    *("overlay", "fps", "upsample", "landmarks", "keypoints", "explain", "models", "name", "annotate", "confirm"),
    *("limit", "offset", "a", "b", "next", "separator", "token", "state", "x"),
)
HEADERS = (
    *("Origin", "Referer", "Sec-Fetch-Site", "Cookie", "Authorization", "Content-Type", "Range", "If-None-Match"),
    *("If-Modified-Since", "If-Range", "Accept", "Accept-Encoding", "Fer-Visit", "X-Forwarded-For", "X-Forwarded-Host"),
    *("X-Forwarded-Proto", "X-Forwarded-Prefix", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"),
    *("Transfer-Encoding", "Content-Length", "Expect", "Host", "Date", "X_Y", "Script-Name"),
)
# Values that have broken a parser somewhere.
VALUES = (
    *(
        "",
        "0",
        "1",
        "-1",
        "nan",
        "inf",
        "1e999",
        "9" * 40,
        "true",
        "false",
        "null",
        "None",
        "*",
        "/",
        "..",
        "%",
        "%%30",
    ),
    *("http://[", "http://[::1", "http://a:b:c", "//evil.example", "https://", "null", "file:///etc/passwd", "a b"),
    *("same-origin", "cross-site", "none", "Bearer ", "Basic !", "Basic Og==", "bytes=0-", "bytes=9-1", "bytes=-99999"),
    *("bytes=" + "0-1," * 50, "W/", 'W/"x', "gzip, chunked", "chunked", "identity", "100-continue", "Mon, 99 Foo 0000"),
    *("image/jpeg", "image/svg+xml", "application/json", "application/json; charset=x", "multipart/form-data"),
    *("multipart/form-data; boundary=b", "multipart/form-data; boundary=", "text/plain; charset=utf-7", "video/mp4"),
    *(
        "boxes,landmarks",
        "xception,xception",
        "xception,simple-cnn",
        "é",
        "\u202e",
        "a" * 5000,
        "fer_token=x; fer_token",
        "=;=;",
    ),
    *(
        "websocket",
        "Upgrade",
        "13",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "127.0.0.1",
        "127.0.0.1:99999",
        "localhost:x",
        "@",
        "[::1]",
    ),
)
PIECES = (
    "%00",
    "%0d%0aforged",
    "%2e%2e%2f",
    "..",
    "%ff",
    "%E2%80%AE",
    "a" * 300,
    "' OR 1=1",
    "{{7*7}}",
    "%25",
    "ä",
    "",
)
BODIES = (
    *(
        b"",
        b"x",
        b"{}",
        b"[]",
        b"null",
        b'{"image": 1}',
        b'{"image": "data:,"}',
        b'{"image": ["=", "%"]}',
        b"[" * 20_000,
    ),
    *(
        b'{"name": "\\ud800"}',
        b'{"consent": true}',
        b'{"text": "a", "time_s": 1e400}',
        b"\xff\xd8\xff",
        b"GIF89a",
        b"\0" * 1000,
    ),
    *(
        b"--b\r\nContent-Disposition: form-data; name=image; filename=x\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\n\r\n",
        b"token=%ff",
    ),
    *(b"\x89PNG\r\n\x1a\n" + bytes(40), b"RIFF\xff\xff\xff\xffWEBPVP8X", b"\0\0\0\x18ftypmp42" + bytes(60)),
)
PLACE = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the service with its <places>, and the methods that it has."""

    path: str
    methods: tuple[str, ...]


def random_request(chance: random.Random, routes: Sequence[Route], image: bytes) -> bytes:
    """One request, as it goes over the line."""
    route = chance.choice(routes)
    method = chance.choice(route.methods) if chance.random() < 0.7 else chance.choice(METHODS)
    path = PLACE.sub(lambda _: _place(chance), route.path)
    if chance.random() < 0.1:
        path += chance.choice(("/", *PIECES))
    body = _body(chance, image) if method not in ("GET", "HEAD") or chance.random() < 0.1 else b""
    request = b"\r\n".join((_line(chance, method, path), *_fields(chance, body), b"", body))
    return _spoiled(chance, request) if chance.random() < 0.15 else request


def _place(chance: random.Random) -> str:
    """What stands in a path where an id belongs."""
    return chance.choice((*PIECES, chance.randbytes(8).hex(), str(chance.randint(-5, 10**12)))) or "x"


def _line(chance: random.Random, method: str, path: str) -> bytes:
    asked = [
        f"{chance.choice(PARAMETERS)}={_quoted(chance.choice(VALUES))}" for _ in range(chance.choice((0, 0, 1, 2, 5)))
    ]
    query = f"?{'&'.join(asked)}" if asked else ""
    version = (
        "HTTP/1.1" if chance.random() < 0.97 else chance.choice(("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "http/1.1", ""))
    )
    return f"{method} {path}{query} {version}".encode()


def _quoted(value: str) -> str:
    return value.replace(" ", "+").replace("\u202e", "%E2%80%AE").replace("é", "%C3%A9")


def _fields(chance: random.Random, body: bytes) -> list[bytes]:
    """Headers: mostly those that a request needs, and some of chance."""
    fields = [("Host", "127.0.0.1"), ("Connection", "close")] if chance.random() < 0.95 else []
    if body and chance.random() < 0.95:
        fields.append(("Content-Length", str(len(body))))
    fields += [(chance.choice(HEADERS), chance.choice(VALUES)) for _ in range(chance.choice((0, 1, 1, 2, 4)))]
    return [f"{name}: {value}".encode() for name, value in fields]


def _body(chance: random.Random, image: bytes) -> bytes:
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(BODIES)
    if kind < 0.7:
        return chance.randbytes(chance.choice((1, 10, 1000, 100_000)))
    if kind < 0.85:
        return _spoiled(chance, image)
    return json.dumps(
        {chance.choice(("image", "name", "text", "time_s", "consent", "kind")): chance.choice(VALUES)}
    ).encode()


def _spoiled(chance: random.Random, data: bytes) -> bytes:
    """The same with some bytes changed, or cut."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(1, len(changed) + 1)] if chance.random() < 0.3 else changed)
