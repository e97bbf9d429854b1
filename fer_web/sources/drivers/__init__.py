"""The kinds of sources. A new one is a file here and a line in `DRIVERS`; help, errors and docs derive from it."""

from __future__ import annotations

from fer_web.errors import SourceError
from fer_web.sources.address import Address, masked
from fer_web.sources.drivers.demo import DEMO
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.drivers.file import FILE, file_address
from fer_web.sources.drivers.shared import SHARED
from fer_web.sources.drivers.stream import STREAM
from fer_web.sources.drivers.webcam import WEBCAM

__all__ = ["DRIVERS", "OpenOptions", "SourceDriver", "examples", "parse"]

# By kind, in the order of the help.
DRIVERS: dict[str, SourceDriver] = {driver.kind: driver for driver in (WEBCAM, FILE, STREAM, DEMO, SHARED)}


def parse(uri: str) -> Address:
    """What `uri` asks for; SourceError with examples when it is nothing that can be opened."""
    uri = uri.strip()
    if not uri:
        raise SourceError(f"the source is empty; use {examples()}")
    for driver in DRIVERS.values():
        address = driver.read(uri)
        if address is not None:
            return address
    if "://" in uri:
        raise SourceError(f"{masked(uri)} cannot be opened as a source; use {examples()}")
    return file_address(uri)


def examples() -> str:
    """Addresses of all kinds, as a part of a sentence."""
    every = [example for driver in DRIVERS.values() for example in driver.examples]
    return f"{', '.join(every[:-1])} or {every[-1]}"
