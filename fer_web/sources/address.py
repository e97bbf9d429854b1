"""What a source's address means, and how to show it without the secrets in it.

Passwords are typed as they are, with `/`, `#`, `?`, `@` and `%` in them, so where user and password end is a guess
(`credentials.py`). Showing an address does not depend on that guess: whatever stands before the last `@` is hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fer_web.core.text import one_line
from fer_web.sources.credentials import end_of_credentials

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
    """An address that was understood: the driver of its `kind` opens `target`.

    That may hold secrets; `label` never does.
    """

    kind: str
    target: str = field(repr=False)
    label: str


def scheme_of(uri: str) -> str:
    """What stands before the first colon, in small letters."""
    return uri.partition(":")[0].lower() if ":" in uri else ""


def lacks_scheme(uri: str) -> bool:
    """Whether it looks like a network camera's address without its beginning, so that a password may be in it."""
    return _NO_SCHEME.match(uri) is not None


def masked(url: str) -> str:
    """`url` for people and logs: no user, no password, no value of a parameter that could be a secret.

    Everything between `://` and the last `@` is hidden before anything is parsed. When that `@` may belong to the path
    instead, and so be a part of a secret there (`/user=admin&password=p@ss`), what follows it is hidden as well.
    """
    scheme, separator, rest = one_line(url).partition("://")
    if not separator:
        return "***" if lacks_scheme(scheme) else scheme
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
