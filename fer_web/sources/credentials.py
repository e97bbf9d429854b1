"""User and password in the address of a network camera, typed as they are: `rtsp://admin:p#a/s?s@w%rd@camera/live`.

By the rules (RFC 3986) such a password is written with `%XX`, and every parser, FFmpeg's too, ends the host at the
first `/`, `?` or `#`. Here they are found as people mean them, and encoded before any parser sees the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from fer_web.core.hosts import is_address

# What may stand in user and password as it is; a % followed by two hexadecimal digits was encoded by who typed it.
_PLAIN = "!$&'()*+,;=-._~"
_ENCODED = re.compile(r"(%[0-9A-Fa-f]{2})")
_PORT = re.compile(r":\d{1,5}")
# FFmpeg's own order: what follows the host.
_AFTER_HOST = re.compile(r"[/?#]")
# The user of a Windows domain, without a port and without a parameter: DOMAIN/user:password.
_DOMAIN_USER = re.compile(r"[^/?#:@]+/[^/?#=&:@]+:")


def with_encoded_credentials(url: str) -> str:
    """`url` with its user and password so encoded that FFmpeg, PyAV, OpenCV and urllib all read what was typed."""
    scheme, separator, rest = url.partition("://")
    end = end_of_credentials(rest)
    if not separator or end < 0:
        return url
    user, colon, password = rest[:end].partition(":")
    return f"{scheme}://{_encoded(user)}{colon}{_encoded(password)}{rest[end:]}"


def end_of_credentials(rest: str) -> int:
    """Where in an address behind `://` the `@` is that ends user and password; -1 when it has neither.

    An address that begins with what can only be a host has none: an `@` is in its path. Else they end at the first
    `@` with such a host behind it, or at the last one of all.
    """
    places = [found.start() for found in re.finditer("@", rest)]
    if not places or _is_in_path(rest, places[-1]):
        return -1
    return next((place for place in places if _is_host(_place_of(rest[place + 1 :]))), places[-1])


def _is_in_path(rest: str, last: int) -> bool:
    """Whether no `@` ends user and password."""
    place = _place_of(rest)
    if "@" in place:
        return False
    if ":" not in rest[:last]:
        return True
    if _DOMAIN_USER.match(rest) and not is_address(place):
        return False
    is_host_with_port = _PORT.fullmatch(place[place.find(":") :]) is not None
    return _is_host(place) or (is_host_with_port and "?" in rest[:last])


def _place_of(rest: str) -> str:
    """Host and port."""
    return _AFTER_HOST.split(rest, maxsplit=1)[0]


def _is_host(place: str) -> bool:
    """Whether it can only be a host: an IP address, localhost, or a name with a dot and a top domain of letters."""
    name = re.sub(r":\d{1,5}$", "", place) if "[" in place or place.count(":") < 2 else place
    return (
        name.lower() == "localhost"
        or is_address(name)
        or re.fullmatch(r"([A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z]", name) is not None
    )


def _encoded(text: str) -> str:
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for number, piece in enumerate(_ENCODED.split(text)):
        yield piece if number % 2 else quote(piece, safe=_PLAIN)
