"""An outlet that keeps what it is sent, and can be slow, broken or shut; and deliveries for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from threading import Event
from typing import Any

import numpy as np

from fer_web.core.person_events import Appeared, PersonEvent
from fer_web.errors import OutletError
from fer_web.outlets import Delivery, FrameReadings, OutletKind

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)


class Drawer:
    """Keeps deliveries. `gate` lets them in; `broken` and `shut` are raised in their place, or when it is opened."""

    place = "drawer"

    def __init__(self) -> None:
        self.kept: list[Delivery] = []
        self.gate = Event()
        self.gate.set()
        self.reached = Event()
        self.broken: Exception | None = None
        self.shut: Exception | None = None
        self.opened = self.closed = 0

    def open(self) -> None:
        self.opened += 1
        if self.shut is not None:
            raise self.shut

    def send(self, delivery: Delivery, stop: Event) -> None:
        self.reached.set()
        while not self.gate.wait(0.01):
            if stop.is_set():
                raise OutletError("the service is stopping")
        if self.broken is not None:
            raise self.broken
        self.kept.append(delivery)

    def close(self) -> None:
        self.closed += 1

    def test(self) -> str:
        if self.shut is not None:
            raise self.shut
        return "A test lies in the drawer."


def kind_of(
    *drawers: Drawer,
    takes: tuple[type, ...] = (PersonEvent, FrameReadings),
    made: Callable[[Any], None] = lambda _: None,
    **more: Any,
) -> OutletKind:
    """A line of `OUTLETS`."""

    def make(settings: Any) -> tuple[Drawer, ...]:
        made(settings)
        return drawers

    return OutletKind("drawer", "A drawer for tests", make, takes, **more)


def event(number: int = 1) -> Appeared:
    return Appeared(camera="door", track_id=number, time_utc=NOW, time_s=float(number))


def frame(number: int = 1) -> FrameReadings:
    return FrameReadings("door", float(number), NOW, 10.0)


MOVEMENTS = np.linspace(0, 1, 52, dtype=np.float32)
