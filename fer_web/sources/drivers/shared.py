"""Cameras that another process of a fleet has; pictures of them come through Redis, to the service alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from fer_web.core.text import one_line
from fer_web.errors import SourceError
from fer_web.sources.address import Address, scheme_of
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.grabber import GrabbedImage


def _read(uri: str) -> Address | None:
    if scheme_of(uri) != "shared":
        return None
    name = uri.partition(":")[2]
    if not name:
        raise SourceError("a shared camera is written with its name in the process that has it: shared:door")
    return Address("shared", name, f"{one_line(name)}, of another process")


def _drive(address: Address, _: OpenOptions, __: threading.Event) -> Iterator[GrabbedImage]:
    raise SourceError(f"{address.label}: only the service shows shared cameras, with FER_REDIS_URL")


SHARED = SourceDriver(
    "shared",
    ("shared:door",),
    "the camera `door` of another process with `FER_SHARE_CAMERAS`, through `FER_REDIS_URL` ([scale.md](scale.md))",
    _read,
    _drive,
)
