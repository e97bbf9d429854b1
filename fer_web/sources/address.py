"""What a source's address means, and how to show it without the secrets in it.

Passwords are typed as they are, with `/`, `#`, `?`, `@` and `%` in them, so where user and password end is a guess
(`credentials.py`). Showing an address does not depend on that guess: whatever stands before the last `@` is hidden.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from fer_web.core.text import one_line
from fer_web.errors import SourceError
from fer_web.sources.credentials import end_of_credentials, with_encoded_credentials

Kind: TypeAlias = Literal["webcam", "file", "stream", "demo"]

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https")
_EXAMPLES = "webcam:0, /dev/video0, clip.mp4, rtsp://camera/stream, http://camera/video.mjpg or demo:"

# Parameters whose values are shown; any other may be a secret under a name that nobody foresaw.
_HARMLESS = frozenset(
    {"audio", "brightness", "cam", "camera", "ch", "channel", "codec", "compression", "format", "fps", "height"}
    | {"mode", "profile", "proto", "quality", "res", "resolution", "rotation", "size", "stream", "subtype"}
    | {"transport", "unicast", "video", "videocodec", "view", "width"}
)
_PAIR = re.compile(r"([^=&;?/_]+)=([^&;?/]*)")
# An address whose scheme was forgotten: admin:password@camera/live.
_NO_SCHEME = re.compile(r"[^@]*:[^@]*@.")
_STREAM_KEY = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_\-]{20,}")


@dataclass(frozen=True, slots=True)
class Address:
    """An address that was understood: `target` is what the driver opens and may hold secrets, `label` never does."""

    kind: Kind
    target: str = field(repr=False)
    label: str


def parse(uri: str) -> Address:
    """What `uri` asks for; SourceError with examples when it is nothing that can be opened."""
    uri = uri.strip()
    if uri.lower() in ("demo", "webcam") and not Path(uri).exists():
        uri += ":"
    scheme = uri.partition(":")[0].lower() if ":" in uri else ""
    if scheme == "demo":
        return Address("demo", uri.partition(":")[2], "demo")
    if scheme == "webcam":
        return _webcam(uri)
    if uri.isascii() and uri.isdecimal() and not Path(uri).exists():
        return _webcam(f"webcam:{uri}")
    if uri.startswith("/dev/"):
        return Address("webcam", uri, uri)
    if scheme in STREAM_SCHEMES:
        return _stream(uri, scheme)
    if scheme == "file":
        path = unquote(urlsplit(uri).path) if uri[5:].startswith("//") else uri[5:]
        return _file(path.lstrip("/") if sys.platform == "win32" else path)
    if "://" in uri:
        raise SourceError(f"{masked(uri)} cannot be opened as a source; use {_EXAMPLES}")
    return _file(uri)


def _webcam(uri: str) -> Address:
    number = uri.partition(":")[2] or "0"
    if not (number.isascii() and number.isdecimal()):
        raise SourceError(f"a webcam has a number, as in webcam:0, not {number!r}")
    return Address("webcam", number, f"webcam {int(number)}")


def _stream(uri: str, scheme: str) -> Address:
    if not uri[len(scheme) :].startswith("://") or not re.match(r"[^/?#]", uri[len(scheme) + 3 :]):
        raise SourceError(f"the address of a stream needs a host, as in {scheme}://camera/stream")
    return Address("stream", with_encoded_credentials(uri), masked(uri))


def _file(path: str) -> Address:
    if not path:
        raise SourceError(f"the source is empty; use {_EXAMPLES}")
    if _NO_SCHEME.match(path) and not Path(path).exists():
        raise SourceError("the source looks like a network camera's address without its beginning: rtsp:// or http://")
    return Address("file", path, one_line(Path(path).name))


def masked(url: str) -> str:
    """`url` for people and logs: no user, no password, no value of a parameter that could be a secret.

    Everything between `://` and the last `@` is hidden before anything is parsed. When that `@` may belong to the path
    instead, and so be a part of a secret there (`/user=admin&password=p@ss`), what follows it is hidden as well.
    """
    scheme, separator, rest = one_line(url).partition("://")
    if not separator:
        return "***" if _NO_SCHEME.match(scheme) else scheme
    hidden, at, shown = rest.rpartition("@")
    if at and end_of_credentials(rest) != len(hidden):
        return f"{scheme}{separator}***"
    place, mark, query = shown.partition("#")[0].partition("?")
    host, slash, path = place.partition("/")
    path = _STREAM_KEY.sub("***", _PAIR.sub(_hide, path))
    query = "&".join(_PAIR.sub(_hide, part) if "=" in part else "***" for part in query.split("&") if part)
    return f"{scheme}{separator}{'***@' if at else ''}{host}{slash}{path}{mark}{query}"


def _hide(pair: re.Match[str]) -> str:
    name, value = pair[1], pair[2]
    return pair[0] if name.lower() in _HARMLESS and len(value) <= 16 else f"{name}=***"
