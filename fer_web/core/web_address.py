"""Addresses that an operator gives: the whole of one is a secret, but not the machine that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from fer_web.core.hosts import host_name


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address with a scheme and a host; shown, it has neither user, password, path nor query."""

    url: str = field(repr=False)

    @classmethod
    def parse(cls, url: str, ports: Mapping[str, int]) -> WebAddress:
        """One with a scheme of `ports`; ValueError says what is wrong, without the address itself."""
        parts = _split(url)
        if parts is None or parts.scheme not in ports or not host_name(parts.hostname or ""):
            raise ValueError(
                f"must begin with {' or '.join(f'{name}://' for name in ports)}, followed by a host's name"
            )
        return cls(url)

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """The machine's name or address, in lower case and without brackets."""
        return host_name(urlsplit(self.url).hostname or "")

    @property
    def port(self) -> int | None:
        return urlsplit(self.url).port

    @property
    def place(self) -> str:
        """What may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{'' if self.port is None else f':{self.port}'}"

    def __str__(self) -> str:
        rest = urlsplit(self.url)
        return f"{self.place}{'/***' if rest.path.strip('/') or rest.query or rest.username else ''}"


def _split(url: str) -> SplitResult | None:
    """None for what is no address, as one with a port that is no number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if url.isprintable() and " " not in url else None
