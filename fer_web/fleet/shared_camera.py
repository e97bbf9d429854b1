"""A camera that another process has: its newest pictures and what was read in them, as they come through Redis."""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fer_web.core import Faces, Frame, FrameResult, Pixels, Rect
from fer_web.core.mask import Mask
from fer_web.fleet.asking import OTHER_VERSION, SILENT, ask_one
from fer_web.fleet.link import AGAIN_S, NO_REDIS, connect, pictures_key, wanted_channel
from fer_web.fleet.wire import SharedResult, SharedScene, Wish, packed, unpacked
from fer_web.sources import SourceState
from fer_web.vision import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis import Redis

log = logging.getLogger(__name__)

# How often it is said that the camera is watched here, and how long the process that has it may be silent.
ASK_S, SILENCE_S = 1.0, 3.0
# How long Redis is waited for at once: who stops waits no longer.
WAIT_S = 0.25
# Redis' word for what comes after now.
NEXT = b"$"


@dataclass(frozen=True, slots=True, eq=False)
class AnalyzedFrame(Frame):
    """A frame that another process has analyzed, with what it found, and what it has hidden in it."""

    faces: Faces = ()
    timing_ms: Mapping[str, float] | None = None
    blur_areas: tuple[Rect, ...] | None = None
    mask: Mask = ()

    def result(self) -> FrameResult:
        """As this process's own analysis would have answered."""
        return FrameResult(self, self.faces, self.timing_ms or {}, self.blur_areas)


class SharedCamera:
    """One camera of another process, under the name that it has there. `frames` belongs to one thread at a time.

    `newest` is what was last told of it; None until then.
    """

    def __init__(self, url: str, camera: str) -> None:
        self.newest: SharedScene | None = None
        self._url, self._camera = url, camera
        self._process = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._views: Callable[[], frozenset[View]] = frozenset
        self._on_mask: Callable[[], None] = lambda: None

    def watch(self, views: Callable[[], frozenset[View]]) -> None:
        """What tells the views that are watched here, so that what they show is found out there."""
        self._views = views

    def tell_masks(self, on_mask: Callable[[], None]) -> None:
        """What is called when the mask is another one than before: no new frame need come with it."""
        self._on_mask = on_mask

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """Have the process that has the camera do something, and return what it tells.

        RequestError with the code and the sentence of its refusal; BusyError when it does not answer.
        """
        return ask_one(self._url, self._camera, what, details)

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[AnalyzedFrame]:
        """Its frames until `stop` is set, and how it is doing; nothing that goes wrong elsewhere ends them."""
        report = _Report(on_state)
        report.tell(SourceState("connecting", "", "asking the process that has this camera"))
        try:
            while not stop.is_set():
                yield from self._read_once(report, stop)
        finally:
            self.newest = None

    def _read_once(self, report: _Report, stop: Event) -> Iterator[AnalyzedFrame]:
        """Until it stops, or Redis goes away."""
        from redis.exceptions import RedisError

        try:
            with closing(connect(self._url)) as redis:
                yield from self._read(redis, report, stop)
        except (RedisError, OSError):
            report.lost(NO_REDIS)
            stop.wait(AGAIN_S)

    def _read(self, redis: Redis, report: _Report, stop: Event) -> Iterator[AnalyzedFrame]:
        key, last, asked = pictures_key(self._camera), NEXT, b""
        asked_s = heard_s = time.monotonic()
        while not stop.is_set():
            now_s, wish = time.monotonic(), self._wish()
            if wish != asked or now_s - asked_s >= ASK_S:
                owners: Any = redis.publish(wanted_channel(self._url, self._camera), wish)
                asked_s, asked = now_s, wish
                if not owners:
                    report.lost(f"no process shares a camera {self._camera!r} now")
            got: Any = redis.xread({key: last}, count=1, block=int(WAIT_S * 1000))
            if not got:
                if owners and time.monotonic() - heard_s > SILENCE_S:
                    report.lost(SILENT)
                    last = NEXT  # a Redis that was emptied, or whose clock was set back, counts from below again
                continue
            [[_, [(last, fields)]]] = got
            heard_s = time.monotonic()
            frame = self._understood(fields, report)
            if frame is not None:
                yield frame

    def _wish(self) -> bytes:
        overlays = {overlay.name for view in self._views() for overlay in view.overlays}
        return packed(Wish(self._process, tuple(sorted(overlays))))

    def _understood(self, fields: Mapping[bytes, bytes], report: _Report) -> AnalyzedFrame | None:
        """The frame that was told of; None when it was something else."""
        try:
            scene = unpacked(SharedScene, fields[b"scene"])
            pixels = decoded(fields[b"jpeg"]) if scene.result is not None else None
        except (KeyError, ValueError) as error:
            log.debug("What was told of %s is not understood: %s", self._camera, error)
            report.lost(OTHER_VERSION)
            return None
        before, self.newest = self.newest, scene
        if before is not None and before.mask != scene.mask:
            self._on_mask()
        report.tell(scene.source)
        if scene.result is None or pixels is None:
            return None
        told, age_s = scene.result, scene.result.latency_ms / 1000
        index, time_s = report.grown(age_s)
        faces = report.numbered(told)
        return AnalyzedFrame(index, time_s, pixels, age_s, faces, told.timing_ms, told.blur_areas, scene.mask)


class _Report:
    """Tells each change of state once, and numbers and times that never go back; belongs to one thread."""

    def __init__(self, on_state: Callable[[SourceState], None]) -> None:
        self._on_state = on_state
        self._state: SourceState | None = None
        self._began_s = time.monotonic()
        self._count, self._last_s = 0, 0.0
        self._following, self._tracks, self._tracks_before = "", 0, 0

    def tell(self, state: SourceState) -> None:
        """A closed camera over there may open again, and is only waited for here."""
        if state.status == "closed":
            state = SourceState("reconnecting", state.label, state.reason)
        if state != self._state:
            self._state = state
            self._on_state(state)

    def lost(self, reason: str) -> None:
        self.tell(SourceState("reconnecting", self._state.label if self._state else "", reason))

    def grown(self, age_s: float) -> tuple[int, float]:
        """The number of a new frame of this age, and when it was captured, in seconds since the beginning."""
        self._last_s = max(self._last_s, time.monotonic() - self._began_s - age_s)
        self._count += 1
        return self._count - 1, self._last_s

    def numbered(self, told: SharedResult) -> Faces:
        """The faces with numbers of tracks that go on where another process, or another opening, began anew."""
        if told.following != self._following:
            self._following, self._tracks_before = told.following, self._tracks
        before = self._tracks_before
        faces = tuple(
            face if face.track_id is None else replace(face, track_id=before + face.track_id) for face in told.faces
        )
        self._tracks = max([self._tracks, *(face.track_id or 0 for face in faces)])
        return faces


def decoded(jpeg: bytes) -> Pixels:
    """RGB pixels; ValueError when it is no picture."""
    try:
        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:  # no bytes, or more pixels than it takes
        raise ValueError("there is no picture in it") from error
    if pixels is None:
        raise ValueError("there is no picture in it")
    return np.asarray(pixels, np.uint8)
