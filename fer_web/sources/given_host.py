"""Staying with the camera that was given: where a redirect or a playlist may lead."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from fer_web.errors import SourceError

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
ENCRYPTED = frozenset({"https", "rtsps"})
MOST_REDIRECTS = 5
# A camera may send its viewers from its plain page to the encrypted one.
_UPGRADE = (("http", 80), ("https", 443))


class OtherHostError(SourceError):
    """A camera tells to go on at an address that nobody gave."""


def split(url: str) -> SplitResult:
    """An address with a known scheme, a host, and a port that is a number; SourceError."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme.lower() not in PORTS or not parts.hostname:
        raise SourceError("the stream's address is invalid: it needs a host, and any port must be a number")
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme.lower()]


def place_of(parts: SplitResult) -> str:
    """The part of an address that may be shown: scheme, host, and the port if it is an unusual one."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, PORTS[parts.scheme.lower()]) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}"


def credentials_of(parts: SplitResult) -> tuple[str, str] | None:
    """User and password, decoded; None without them."""
    if parts.username is None:
        return None
    return unquote(parts.username), unquote(parts.password or "")


def without_credentials(url: str) -> str:
    parts = split(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def followed(url: str, location: str) -> str:
    """Where `location`, said at `url`, leads on the same host, with the same credentials; OtherHostError elsewhere.

    The same host is one of the same name and port, or the encrypted page of a plain one.
    """
    here = split(url)
    try:
        there = split(urljoin(without_credentials(url), location.strip()))
    except SourceError:
        raise OtherHostError("it redirects to an invalid address") from None
    if not _is_same(here, there):
        raise OtherHostError(
            f"it redirects to {place_of(there)}, which is not followed; if you trust that address, use it as the source"
        )
    user, at, _ = here.netloc.rpartition("@")
    return there._replace(netloc=f"{user}{at}{there.netloc.rpartition('@')[2]}").geturl()


def _is_same(here: SplitResult, there: SplitResult) -> bool:
    ends = tuple((parts.scheme.lower(), port_of(parts)) for parts in (here, there))
    return here.hostname == there.hostname and (ends[0] == ends[1] or ends == _UPGRADE)
