"""Asking a camera over HTTP: with user and password, following redirects on the given host alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult

from fer_web.errors import SourceError
from fer_web.sources.given_host import ENCRYPTED, MOST_REDIRECTS, credentials_of, followed, place_of, port_of, split
from fer_web.sources.http_login import login
from fer_web.sources.line import Line

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOCKED = frozenset({401, 403})
_AGENT = "FER Web"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An answer whose body is still to be read, where it came from, and the connection to close."""

    url: str
    response: HTTPResponse
    line: Line

    def header(self, name: str) -> str:
        return self.response.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a camera may take to answer, and then to send more."""

    open_s: float
    read_s: float


def ask(
    url: str, timeouts: Timeouts, stop: threading.Event, byte_range: tuple[int, int | None] | None = None
) -> Answer:
    """The answer to GET, or its part from the first byte to before the second one.

    SourceError, the rest of a sentence, when it is refused; OSError when the connection fails or `stop` is set.
    """
    for _ in range(MOST_REDIRECTS + 1):
        answer = _logged_in(url, timeouts, stop, byte_range)
        status = answer.response.status
        if status in _REDIRECTS:
            answer.line.close()
            url = followed(url, answer.header("Location"))
            continue
        if status == (200 if byte_range is None else 206):
            answer.line.timeout_s = timeouts.read_s
            return answer
        answer.line.close()
        if status in _LOCKED:
            raise SourceError(f"wrong credentials (it answers {status})")
        raise SourceError(f"it answers {status} instead of sending video")
    raise SourceError("it redirects in circles")


def _logged_in(
    url: str, timeouts: Timeouts, stop: threading.Event, byte_range: tuple[int, int | None] | None
) -> Answer:
    answer = _asked(url, timeouts, stop, byte_range, None)
    credentials = credentials_of(split(url))
    if answer.response.status != 401 or credentials is None:
        return answer
    challenges: Sequence[str] = answer.response.headers.get_all("WWW-Authenticate", [])
    authorization = login(challenges, credentials, "GET", _target(split(url)))
    if authorization is None:
        return answer
    answer.line.close()
    return _asked(url, timeouts, stop, byte_range, authorization)


def _asked(
    url: str,
    timeouts: Timeouts,
    stop: threading.Event,
    byte_range: tuple[int, int | None] | None,
    authorization: str | None,
) -> Answer:
    parts = split(url)
    host, port, has_tls = parts.hostname or "", port_of(parts), parts.scheme.lower() in ENCRYPTED
    headers = {"Host": place_of(parts).partition("://")[2], "User-Agent": _AGENT, "Accept": "*/*"}
    headers |= {"Connection": "close"}
    if byte_range is not None:
        first, end = byte_range
        headers["Range"] = f"bytes={first}-{'' if end is None else end - 1}"
    if authorization is not None:
        headers["Authorization"] = authorization
    line = Line(host, port, has_tls=has_tls, timeout_s=timeouts.open_s, stop=stop)
    try:
        connection = HTTPConnection(host, port)
        connection.sock = _Lent(line)
        connection.request("GET", _target(parts), headers=headers)
        return Answer(url, connection.getresponse(), line)
    except (HTTPException, ValueError):
        line.close()
        raise SourceError("its answer is not HTTP") from None
    except BaseException:
        line.close()
        raise


class _Lent:
    """A line where http.client wants a socket: http.client would close it before the answer is read."""

    def __init__(self, line: Line) -> None:
        self.sendall, self.makefile = line.sendall, line.makefile

    def close(self) -> None:
        pass


def _target(parts: SplitResult) -> str:
    """Path and query as they are sent; what cannot be in them is encoded."""
    text = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return "".join(sign if "!" <= sign <= "~" else _encoded(sign) for sign in text)


def _encoded(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())
