"""Processes of a fleet in one: who has a camera, and who shows it; what is between them goes through a real Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event
from typing import Any

import numpy as np

from fer_web.backend import SharedBackend
from fer_web.core import Faces, Frame, FrameResult, Pixels, Rect
from fer_web.core.mask import Mask
from fer_web.errors import SourceError, SourceLost
from fer_web.fleet import Fleet, SharedRecording
from fer_web.fleet.wire import Ask
from fer_web.live import Camera, Places
from fer_web.sources import GrabbedImage, Source, SourceState, keep_open
from fer_web.vision import OVERLAYS, View
from tests.web.client import face

BETWEEN_S = 0.03
WIDTH, HEIGHT = 320, 240


def view(*names: str) -> View:
    return View(frozenset(OVERLAYS[name] for name in names))


class Owner:
    """A process that has the camera `door` and shares it; its device gives bright pictures while it is plugged in."""

    def __init__(self, url: str, *, label: str = "the camera at the door", kind: str = "webcam") -> None:
        self.is_plugged, self.is_paused, self.plays_on = True, False, True
        self.openings, self.brightness = 0, 200
        self.faces: Faces = (face(Rect(40, 60, 140, 160), track_id=3), face(Rect(200, 80, 260, 140), track_id=4))
        self.blur_areas: tuple[Rect, ...] | None = (Rect(1, 2, 30, 40),)
        self.recording: SharedRecording | None = None
        self.mask: Mask = ()
        self.fails: Exception | None = None
        self._kind, self._label = kind, label
        self.fleet = Fleet(url, {}, shares=True)
        self.camera: Camera[FrameResult, View] = Camera(
            self, places=Places(10), name="door", linger_s=0.0, resend_s=0.05
        )
        sharing = self.fleet.sharing([self.camera], self)
        assert sharing is not None
        self._sharing = sharing
        sharing.start()

    @property
    def wanted(self) -> frozenset[View]:
        """The views that others show."""
        return self.fleet.elsewhere("door")()

    def close(self) -> None:
        self._sharing.close()
        self.camera.close()

    def told(self, camera: str) -> tuple[SharedRecording | None, Mask]:
        return self.recording, self.mask

    def answered(self, camera: str, ask: Ask) -> dict[str, Any]:
        raise AssertionError("nobody asks for anything")

    def answered_of_recording(self, ask: Ask) -> dict[str, Any] | None:
        raise AssertionError("nobody asks for anything")

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        assert self.fleet.leases is not None
        opened = partial(self.fleet.leases.opened, "door", partial(self._opened, stop))
        return keep_open(opened, on_state, stop, once=self._kind == "file")

    def analyze(self, views: object) -> Callable[[Frame], FrameResult]:
        return self._analyze

    def paint(self, result: FrameResult, shown: View, fps: float) -> Pixels:
        raise AssertionError("nobody watches in this process")

    def notice(self, result: FrameResult | None, shown: View, text: str) -> Pixels:
        raise AssertionError("nobody watches in this process")

    def observe(self, result: FrameResult) -> None:
        """Nobody counts."""

    def _analyze(self, frame: Frame) -> FrameResult:
        if self.fails is not None:
            raise self.fails
        return FrameResult(frame, self.faces, {"detect": 2.0}, self.blur_areas)

    def _opened(self, stop: Event) -> Source:
        if not self.is_plugged:
            raise SourceError(f"{self._label} cannot be opened")
        self.openings += 1
        return Source(self._kind, self._label, self._pictures, stop=stop)

    def _pictures(self, stop: Event) -> Iterator[GrabbedImage]:
        count = 0
        while self.plays_on and not stop.wait(BETWEEN_S):
            if not self.is_plugged:
                raise SourceLost(f"{self._label} is unplugged")
            if not self.is_paused or count == 0:
                yield GrabbedImage(count * BETWEEN_S, np.full((HEIGHT, WIDTH, 3), self.brightness, np.uint8))
                count += 1


class Viewer:
    """A process that shows `door` as its camera `front`, and keeps what it was told of it."""

    def __init__(self, url: str) -> None:
        self.states: list[SourceState] = []
        self.numbers: list[tuple[int, float]] = []
        self.fleet = Fleet(url, {"front": "door"}, shares=False)
        self.shared = self.fleet.shared["front"]
        self._backend = SharedBackend(self.shared, (320, 240))
        self.analyze, self.paint = self._backend.analyze, self._backend.paint
        self.notice, self.observe = self._backend.notice, self._backend.observe
        self.camera: Camera[FrameResult, View] = Camera(
            self, places=Places(10), name="front", linger_s=0.0, resend_s=0.05
        )
        self.shared.tell_masks(self.camera.repaint)

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        def tell(state: SourceState) -> None:
            self.states.append(state)
            on_state(state)

        frames: Any = self._backend.frames(tell, stop)
        try:
            for frame in frames:
                self.numbers.append((frame.index, frame.time_s))
                yield frame
        finally:
            frames.close()

    @property
    def status(self) -> str:
        return self.camera.state.source.status

    @property
    def reason(self) -> str:
        return self.camera.state.source.reason

    @property
    def newest(self) -> FrameResult | None:
        return self.camera.newest
