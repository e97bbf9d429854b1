"""Who may ask: the token, the cookie that stands for it, the names of this host, the origins of other pages.

Rules only, no requests: `guard` applies them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner

from fer_web.core.hosts import host_name, is_address
from fer_web.web.security.logged_out import LoggedOut
from fer_web.web.security.throttle import RequestRate, Throttle

COOKIE = "fer_session"
COOKIE_AGE_S = 30 * 24 * 3600
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - names to recognize, nothing is bound
KEY_ROUNDS = 200_000  # what guessing the token from a stolen cookie costs, per guess; 0.1 s once at start
COOKIE_ID_BYTES = 12  # of chance: no two log-ins share a cookie
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Access:
    """`hosts` are names that a Host header may hold, `origins` other websites whose pages may call us.

    Who knows the `token` is the operator; the `guest_token` lets others in. Without either only this machine is served.
    With `open_to_all` everybody is, as a guest.
    `any_address` accepts every numeric address as Host: a service on all interfaces cannot know the address that it is
    reached by, and DNS rebinding needs a name.
    """

    token: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = LOOPBACK_NAMES
    origins: frozenset[str] = frozenset()
    any_address: bool = False
    open_to_all: bool = False
    throttle: Throttle = field(default_factory=Throttle)
    rate: RequestRate = field(default_factory=RequestRate)
    logged_out: LoggedOut = field(default_factory=LoggedOut)
    guest_token: str | None = field(default=None, repr=False)
    _key: bytes = field(init=False, repr=False)
    _guest_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", _key_of(self.token or ""))
        object.__setattr__(self, "_guest_key", b"" if self.guest_token is None else _key_of(self.guest_token))

    @classmethod
    def of(
        cls, token: str | None, bound_to: str, names: Iterable[str], origins: Iterable[str], open_to_all: bool = False
    ) -> Access:
        """The rules of a service that listens on `bound_to` and is also known by `names`."""
        hosts = LOOPBACK_NAMES | {host_name(name) for name in names}
        if bound_to not in WILDCARDS:
            hosts |= {host_name(bound_to)}
        return cls(token, hosts, frozenset(map(str.lower, origins)), bound_to in WILDCARDS, open_to_all)

    def is_token(self, candidate: str) -> bool:
        """Whether somebody knows the token; takes as long for a near miss as for a far one, whatever its length."""
        return _is_same(candidate, self.token)

    def is_guest_token(self, candidate: str) -> bool:
        """The same for the token of guests."""
        return _is_same(candidate, self.guest_token)

    def new_cookie(self, *, guest: bool = False) -> str:
        """A signed, dated value that stands for the token, or that of guests, and does not hold it."""
        return self._signer(guest=guest).sign(secrets.token_urlsafe(COOKIE_ID_BYTES).encode()).decode()

    def is_cookie(self, value: str, *, guest: bool = False) -> bool:
        """Whether `new_cookie` made it, with this token, in the last 30 days, and its owner did not log out."""
        cookie_id = self._cookie_id(value, guest=guest)
        return cookie_id is not None and cookie_id not in self.logged_out

    def end_cookie(self, value: str) -> None:
        """Log out: whoever has a copy of the cookie can do nothing with it any more."""
        for guest in (False, True):
            cookie_id = self._cookie_id(value, guest=guest)
            if cookie_id is not None and cookie_id not in self.logged_out:
                _, made_at = self._signer(guest=guest).unsign(value, return_timestamp=True)
                self.logged_out.add(cookie_id, made_at.timestamp() + COOKIE_AGE_S)

    def _cookie_id(self, value: str, *, guest: bool) -> str | None:
        if guest and self.guest_token is None:
            return None
        try:
            return self._signer(guest=guest).unsign(value, max_age=COOKIE_AGE_S).decode()
        except (BadSignature, UnicodeError):
            return None

    @property
    def has_guests(self) -> bool:
        """Whether others than the operator may come in."""
        return self.open_to_all or self.guest_token is not None

    def knows_host(self, header: str) -> bool:
        """Whether a Host header names this service."""
        name = host_name(header)
        return name in self.hosts or (self.any_address and is_address(name))

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of another origin were invited (`FER_ORIGINS`)."""
        return origin.lower() in self.origins

    def _signer(self, *, guest: bool) -> TimestampSigner:
        key = self._guest_key if guest else self._key
        return TimestampSigner(key, salt="fer_web.cookie", digest_method=hashlib.sha256)


def is_own_origin(origin: str, host: str) -> bool:
    """Whether an Origin header is the one that `host` itself serves; the scheme may differ behind a TLS proxy."""
    try:
        parts, asked = urlsplit(origin), urlsplit(f"//{host}")
        default = DEFAULT_PORTS[parts.scheme]
        return bool(parts.hostname) and (parts.hostname, parts.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except (KeyError, ValueError):
        return False


def origin_of(url: str) -> str:
    """The origin of a page, as an Origin header has it; "" when it is no address of one."""
    scheme, separator, rest = url.partition("://")
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    return f"{scheme}://{host}" if separator and host and "@" not in host else ""


def _key_of(token: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", token.encode(), b"fer_web session", KEY_ROUNDS)


def _is_same(candidate: str, token: str | None) -> bool:
    """Headers are bytes, which WSGI hands on as latin-1: a token in UTF-8 is recognized in both forms."""
    if token is None:
        return False
    right = _digest(token.encode())
    spelled = (candidate.encode("utf-8", "surrogateescape"), candidate.encode("latin-1", "replace"))
    equal = [hmac.compare_digest(_digest(form), right) for form in spelled]  # both, whatever the first says
    return True in equal


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
