"""The built-in demo, endless and without files; `demo_plan.py` says what happens in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from fer_web.sources.address import Address, scheme_of
from fer_web.sources.demo import DemoShow
from fer_web.sources.demo_plan import DemoPlan, parse_demo
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.grabber import GrabbedImage
from fer_web.sources.pace import Pace


def demo(plan: DemoPlan, paced: bool, stop: threading.Event) -> Iterator[GrabbedImage]:
    """The demo's pictures, each determined by its number; in real time when `paced`."""
    show = DemoShow(plan)
    pace = Pace(stop) if paced else None
    for index in count():
        if stop.is_set():
            return
        if pace:
            pace.wait_until(index / plan.fps)
        yield GrabbedImage(index / plan.fps, show.picture(index))


def _read(uri: str) -> Address | None:
    if scheme_of(uri) == "demo":
        return Address("demo", uri.partition(":")[2], "demo")
    is_short = uri.lower() == "demo" and not Path(uri).exists()
    return Address("demo", "", "demo") if is_short else None


def _drive(address: Address, options: OpenOptions, stop: threading.Event) -> Iterator[GrabbedImage]:
    return demo(parse_demo(address.target), options.paced, stop)


DEMO = SourceDriver(
    "demo",
    ("demo:",),
    "the built-in demo, for example `demo:?size=640x480&fps=30&faces=2&cross=1`",
    _read,
    _drive,
    can_wait=True,
)
