"""Whatever stands in the headers that are read before any token is asked for, the answer is a meant one."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from fer_web.web.security.access import COOKIE
from tests.web.client import make_app

TOKEN = "correct horse battery staple"
SEED = 13
COUNT = 1500
HEADERS = (
    *("Host", "Origin", "Referer", "Authorization", "Cookie", "Accept", "Accept-Encoding", "Accept-Language"),
    *("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Range", "If-Range", "If-None-Match"),
    *("If-Modified-Since", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"),
    *("X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-Ip", "Sec-Fetch-Site", "Sec-Fetch-Dest", "Sec-Fetch-Mode"),
    *("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade", "Connection", "Expect", "User-Agent", "Fer-Visit"),
    *("Last-Event-Id", "Access-Control-Request-Method", "Access-Control-Request-Headers", "X-Http-Method-Override"),
)
# Values that parsers choke on, and those that the guard knows, to be broken by chance.
STARTS = (
    *("", "http://[", "http://[::1", "https://app.example.org", "https://app.example.org@evil", "null", "//", "[", "]"),
    *(
        "localhost",
        "localhost:99999",
        "localhost:x",
        "a:b:c",
        "[::1]:5000",
        "[v1.x]",
        "xn--",
        "\u00e9",
        "127.1",
        "0x7f.1",
    ),
    *(
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}",
        "Basic",
        "Basic =",
        "Basic \u00ff",
        "Basic Og==",
        "Digest x",
        'Digest a="',
    ),
    *(f"{COOKIE}=", f"{COOKIE}=a.b.c", f'{COOKIE}="\\777', "=;=;=", ";;;", 'a="\\', "fer_notice=x"),
    *("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="', "image/png"),
    *("application/json; charset=x", "text/html;q=\u00b2", "*/*;q=9e999", 'a/b;c="', "bytes=0-", "bytes=9-1"),
    *(
        "bytes=-9999999999999999999999",
        "bytes=0-0,1-1",
        "Thu, 99 Jan 2026 99:99:99 GMT",
        'W/"',
        '"',
        "-1",
        "1e9",
        "\u0661",
    ),
    *('for="[', 'for=unknown;host="', "1.2.3.4, 5.6.7.8", "fe80::1%eth0", "unknown", "https", "javascript", "/faces"),
    *("//evil.example", "/../x", "/a/../b", "same-origin", "cross-site", "13", "websocket", "Upgrade", "100-continue"),
)
REQUESTS = (
    *(("GET", path) for path in ("/", "/login", "/static/site.css", "/openapi.json", "/nothing", "/health/live")),
    *(
        ("GET", path)
        for path in ("/try", "/api/visits/socket", "/favicon.ico", "/privacy", "/x%0d%0aforged", "/a//b", "/%ff")
    ),
    *(("POST", path) for path in ("/predict", "/login", "/logout", "/notice", "/api/recordings", "/api/visits/frame")),
    *(("OPTIONS", "/predict"), ("DELETE", "/api/visits"), ("HEAD", "/"), ("PUT", "/predict")),
)
# What is meant to be answered: refusals, and 503 while there is no place or source.
SERVER_ERRORS_MEANT = {503}


def values(chance: random.Random) -> Iterator[str]:
    """Starts of values with letters left out, doubled, and put in, of those that a header can hold."""
    letters = [chr(code) for code in (*range(0x20, 0x7F), *range(0x80, 0x100), 9)]
    while True:
        text = list(chance.choice(STARTS))
        for _ in range(chance.choice((0, 0, 1, 2, 5))):
            place = chance.randint(0, len(text))
            text[place : place + chance.choice((0, 1))] = chance.choices(letters, k=chance.choice((0, 1, 1, 30)))
        yield "".join(text).encode("latin-1", "replace").decode("latin-1")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"token": TOKEN, "origins": "https://app.example.org", "notice": "Filmed."},
        {"token": TOKEN, "trusted_proxies": 2, "hosts": "faces.example.org"},
    ],
    ids=["open", "token", "proxies"],
)
def test_no_header_makes_the_service_fail(settings: dict[str, object], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    chance = random.Random(SEED)
    broken = values(chance)
    app = make_app(**settings)

    for _ in range(COUNT):
        method, path = chance.choice(REQUESTS)
        headers = {name: next(broken) for name in chance.sample(HEADERS, chance.choice((1, 1, 2, 4)))}
        environ = EnvironBuilder(path, method=method, environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_environ()
        environ |= {variable(name): value for name, value in headers.items()}
        _, status, answered = run_wsgi_app(app, environ, buffered=True)

        code = int(status.split()[0])
        assert code < 500 or code in SERVER_ERRORS_MEANT, f"{status} to {method} {path} with {headers!r}"
        assert not any("\n" in value or "\r" in value for _, value in answered)
    assert caplog.text == ""


def variable(header: str) -> str:
    """A header's name as WSGI has it."""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
