"""A machine and a port, as `localhost:9000` or `[::1]:9000`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fer_web.core.hosts import is_address

_SHAPE = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class HostPort:
    """`host` without brackets, and `port` 1 to 65535."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> HostPort:
        """ValueError says what is wrong."""
        found = _SHAPE.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 65535:
            raise ValueError(f"{text[:80]!r} is not a host and a port, such as localhost:9000")
        if found[1].startswith("[") and not is_address(found[1]):
            raise ValueError(f"{text[:80]!r} has no IPv6 address in its brackets")
        return cls(found[1].strip("[]"), int(found[2]))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
