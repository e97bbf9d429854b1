"""A camera that a test drives by hand, and a hub around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Event

import numpy as np

from fer_web.core import Frame
from fer_web.live import Camera, Places
from fer_web.sources import SourceState

PATIENCE_S = 5.0
LIVE = SourceState("live", "camera", "")
LOST = SourceState("reconnecting", "camera", "unplugged")


class FakeCamera:
    """Delivers what `show` and `say` put in; remembers how often it was opened, and how often at once."""

    def __init__(self) -> None:
        self.openings = 0
        self.open_now = 0
        self.open_at_most = 0
        self._things: SimpleQueue[Frame | SourceState | Exception] = SimpleQueue()
        self._number = 0

    def show(self, count: int = 1) -> None:
        for _ in range(count):
            pixels = np.full((24, 32, 3), self._number % 256, np.uint8)
            self._things.put(Frame(self._number, self._number / 10, pixels))
            self._number += 1

    def say(self, thing: SourceState | Exception) -> None:
        self._things.put(thing)

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        self.openings += 1
        self.open_now += 1
        self.open_at_most = max(self.open_at_most, self.open_now)
        try:
            on_state(LIVE)
            yield from self._deliver(on_state, stop)
        finally:
            self.open_now -= 1

    def _deliver(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        while not stop.is_set():
            try:
                thing = self._things.get(timeout=0.01)
            except Empty:
                continue
            if isinstance(thing, Exception):
                raise thing
            if isinstance(thing, SourceState):
                on_state(thing)
            else:
                yield thing


class Studio:
    """A hub whose analysis answers a frame's index; views are words; pictures are text: `view:index`."""

    def __init__(self, **options: object) -> None:
        self.camera = FakeCamera()
        self.analyzers = 0
        self.analyzed: list[int] = []
        self.painted: list[tuple[int, str]] = []
        self.encoded: list[str] = []
        self.not_ready: Exception | None = None
        self.fail_at: set[int] = set()
        self.fail_painting: set[int] = set()
        self.lacking: set[tuple[int, str]] = set()
        settings = {"linger_s": 0.0, "resend_s": 0.05, "places": Places(100), **options}
        self.hub: Camera[int, str] = Camera(self, encode=self._encode, **settings)  # type: ignore[arg-type]

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        return self.camera.frames(on_state, stop)

    def notice(self, result: int | None, view: str, text: str) -> str:
        return ("" if result is None else f"[{view}:{result}] ") + text

    def observe(self, result: int) -> None:
        """Every result; a test may bring another one."""

    def analyze(self, views: Callable[[], frozenset[str]]) -> Callable[[Frame], int]:
        if self.not_ready is not None:
            raise self.not_ready
        self.analyzers += 1
        return self._analyze

    def _analyze(self, frame: Frame) -> int:
        if frame.index in self.fail_at:
            raise RuntimeError("a frame that cannot be analyzed")
        self.analyzed.append(frame.index)
        return frame.index

    def paint(self, result: int, view: str, fps: float) -> str | None:
        if (result, view) in self.lacking:
            return None
        if result in self.fail_painting:
            raise RuntimeError("a result that cannot be painted")
        self.painted.append((result, view))
        return f"{view}:{result}"

    def _encode(self, text: str) -> bytes:
        self.encoded.append(text)
        return text.encode()


def eventually(claim: Callable[[], bool]) -> bool:
    """Whether a claim about another thread's work comes true in time."""
    limit_s = time.monotonic() + PATIENCE_S
    pause = Event()
    while not claim() and time.monotonic() < limit_s:
        pause.wait(0.005)
    return claim()
