"""Who may ask: the token, the cookie that stands for it, the names of this host, the origins of other pages.

Rules only, no requests: `guard` applies them.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner

from fer_web.web.throttle import Throttle

COOKIE = "fer_session"
COOKIE_AGE_S = 30 * 24 * 3600
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - names to recognize, nothing is bound
KEY_ROUNDS = 200_000  # what guessing the token from a stolen cookie costs, per guess; 0.1 s once at start
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Access:
    """`hosts` are names that a Host header may hold, `origins` other websites whose pages may call us.

    Without a `token` only this machine is served, unless `open_to_all`.
    `any_address` accepts every numeric address as Host: a service on all interfaces cannot know the address that it is
    reached by, and DNS rebinding needs a name.
    """

    token: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = LOOPBACK_NAMES
    origins: frozenset[str] = frozenset()
    any_address: bool = False
    open_to_all: bool = False
    throttle: Throttle = field(default_factory=Throttle)
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        secret = (self.token or "").encode()
        object.__setattr__(self, "_key", hashlib.pbkdf2_hmac("sha256", secret, b"fer_web session", KEY_ROUNDS))

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
        """Whether somebody knows the token; takes as long for a near miss as for a far one."""
        return self.token is not None and hmac.compare_digest(candidate.encode(), self.token.encode())

    def new_cookie(self) -> str:
        """A signed, dated value that stands for the token and does not hold it."""
        return self._signer().sign(b"in").decode()

    def is_cookie(self, value: str) -> bool:
        """Whether `new_cookie` made it, with this token, in the last 30 days."""
        try:
            return self._signer().unsign(value, max_age=COOKIE_AGE_S) == b"in"
        except BadSignature:
            return False

    def knows_host(self, header: str) -> bool:
        """Whether a Host header names this service."""
        name = host_name(header)
        return name in self.hosts or (self.any_address and _is_address(name))

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of another origin were invited (`FER_ORIGINS`)."""
        return origin.lower() in self.origins

    def _signer(self) -> TimestampSigner:
        return TimestampSigner(self._key, salt="fer_web.cookie", digest_method=hashlib.sha256)


def is_own_origin(origin: str, host: str) -> bool:
    """Whether an Origin header is the one that `host` itself serves; the scheme may differ behind a TLS proxy."""
    parts = urlsplit(origin)
    try:
        default = DEFAULT_PORTS[parts.scheme]
        asked = urlsplit(f"//{host}")
        return bool(parts.hostname) and (parts.hostname, parts.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except (KeyError, ValueError):
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    name = host_name(host)
    if name == "localhost":
        return True
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def host_name(header: str) -> str:
    """A Host header's name in lower case, without port, brackets and final dot; "" when it is malformed."""
    try:
        return (
            urlsplit(f"//{header if header.count(':') < 2 or '[' in header else f'[{header}]'}").hostname or ""
        ).rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
