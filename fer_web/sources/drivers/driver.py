"""A kind of sources: which addresses it understands, and how it reads them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from fer_web.core import Size
from fer_web.sources.address import Address
from fer_web.sources.grabber import GrabbedImage


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How a source is opened: `loop` and `paced` are for files and the demo, `size` is asked of webcams."""

    loop: bool
    paced: bool
    size: Size
    open_timeout_s: float
    read_timeout_s: float


Drive: TypeAlias = Callable[[Address, OpenOptions, threading.Event], "Iterator[GrabbedImage]"]


@dataclass(frozen=True, slots=True)
class SourceDriver:
    """`read` answers what an address means, None when it is of another kind; SourceError when it is of this kind and
    wrong. `drive` opens it, yields its pictures, releases it in its `finally`, and returns soon after the event is set.

    One that `can_wait` delivers its pictures as they are taken, when it is opened without a pace: none is skipped.
    `examples` and `meaning` are for people.
    """

    kind: str
    examples: tuple[str, ...]
    meaning: str
    read: Callable[[str], Address | None]
    drive: Drive
    can_wait: bool = False
