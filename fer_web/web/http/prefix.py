"""A service that a proxy serves below a path of its own, as https://example.org/faces/."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from werkzeug.routing import Map

Environ = dict[str, Any]

HEADER = "HTTP_X_FORWARDED_PREFIX"
# What may stand between the slashes; `//example.org` would lead to another website.
_PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")


class PathPrefix:
    """Puts what comes before our own paths where all addresses, cookies' paths and redirects are made from it.

    It comes from `X-Forwarded-Prefix` of trusted proxies (`hops`), else from the setting (`prefix`). Proxies strip it
    from the path or leave it there. Both are understood, unless it could be a path of ours (whose `own_parts` come
    first): `X-Forwarded-Prefix` then means that it was stripped, the setting that it was left.
    """

    def __init__(self, app: Callable[..., Any], hops: int, prefix: str, own_parts: frozenset[str]) -> None:
        self._app = app
        self._hops = hops
        self._prefix = prefix
        self._own_parts = own_parts

    def __call__(self, environ: Environ, start_response: Any) -> Any:
        forwarded = self._forwarded(environ.get(HEADER, ""))
        prefix = forwarded or self._prefix
        if prefix:
            environ["SCRIPT_NAME"] = prefix
            is_stripped = bool(forwarded) and prefix.split("/")[1] in self._own_parts
            path = environ.get("PATH_INFO", "")
            if not is_stripped and f"{path}/".startswith(f"{prefix}/"):
                environ["PATH_INFO"] = path[len(prefix) :]
        return self._app(environ, start_response)

    def _forwarded(self, header: str) -> str:
        """What the trusted proxies put together, the outermost first; "" when that is no path."""
        if not self._hops:
            return ""
        parts = [part.strip().rstrip("/") for part in header.split(",")][-self._hops :]
        prefix = "".join(parts)
        return prefix if is_prefix(prefix) else ""


def is_prefix(text: str) -> bool:
    """Whether it is a path, and leads neither to another website nor upwards."""
    return _PREFIX.fullmatch(text) is not None


def first_parts(routes: Map) -> frozenset[str]:
    """What the paths of all routes begin with."""
    return frozenset(rule.rule.split("/")[1] for rule in routes.iter_rules())
